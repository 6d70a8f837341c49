"""Which issues, and which of their fields, may be shown where."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.domain.issues.records import Issue


class IssueField(StrEnum):
    """What a channel can choose to see of an issue beside its key and status."""

    SUMMARY = "summary"
    ASSIGNEE = "assignee"
    PRIORITY = "priority"
    DUE = "due"


ALL_FIELDS = frozenset(IssueField)


@dataclass(frozen=True, kw_only=True)
class IssueSight:
    """What some readers may see of Jira: the issues of `projects`, and those assigned to the
    account `own` wherever they belong; of each issue its key, its status and `fields`."""

    projects: frozenset[str] = frozenset()
    fields: frozenset[IssueField] = ALL_FIELDS
    own: str = ""

    def __bool__(self) -> bool:
        """Whether any issue can be in sight."""
        return bool(self.projects or self.own)

    def sees(self, issue: Issue) -> bool:
        """Whether these readers may know of the issue at all."""
        return issue.project in self.projects or bool(self.own and issue.assignee_id == self.own)

    def shown(self, issue: Issue) -> Issue:
        """The issue with what they may not see left blank."""
        hidden = ALL_FIELDS - self.fields
        blank: dict[str, Any] = {}
        for field in hidden:
            blank |= _BLANK[field]
        return replace(issue, **blank)


NOTHING = IssueSight()

_BLANK: dict[IssueField, dict[str, str | None]] = {
    IssueField.SUMMARY: {"summary": ""},
    IssueField.ASSIGNEE: {"assignee_id": None, "assignee_name": None},
    IssueField.PRIORITY: {"priority": ""},
    IssueField.DUE: {"due_on": None},
}
