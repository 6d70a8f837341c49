"""Which issues, and which of their fields, may be shown where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    account `own` wherever they belong.

    Of each issue they see its key, its type, its status and `fields`; `by_project` says otherwise
    for some projects. Who an issue is assigned to sees all of it.
    """

    projects: frozenset[str] = frozenset()
    fields: frozenset[IssueField] = ALL_FIELDS
    own: str = ""
    by_project: Mapping[str, frozenset[IssueField]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether any issue can be in sight."""
        return bool(self.projects or self.own)

    def sees(self, issue: Issue) -> bool:
        """Whether these readers may know of the issue at all; ask before `shown` blanks it."""
        return issue.project in self.projects or self._owns(issue)

    def shown(self, issue: Issue) -> Issue:
        """The issue with what they may not see left blank, keys of other issues included."""
        hidden = frozenset() if self._owns(issue) else ALL_FIELDS - self._fields(issue.project)
        blank: dict[str, Any] = {
            "blocked_by": tuple(key for key in issue.blocked_by if self.names(key)),
            "parent_key": issue.parent_key if self.names(issue.parent_key) else "",
        }
        for each in hidden:
            blank |= _BLANK[each]
        return replace(issue, **blank)

    def only(self, issues: Iterable[Issue]) -> list[Issue]:
        """Those of `issues` that they may know of, as they may see them."""
        return [self.shown(issue) for issue in issues if self.sees(issue)]

    def names(self, key: str) -> bool:
        """Whether an issue may be named of which only the key is known."""
        return key.rpartition("-")[0] in self.projects

    def may_see(self, what: IssueField, project: str) -> bool:
        """Whether that field of the project's issues is shown: of what their changes say, too."""
        return what in self._fields(project)

    def _owns(self, issue: Issue) -> bool:
        return bool(self.own) and issue.assignee_id == self.own

    def _fields(self, project: str) -> frozenset[IssueField]:
        return self.by_project.get(project, self.fields)


NOTHING = IssueSight()

UNNAMED = "an issue"
"""What stands for the key of an issue that must not be named."""

# Labels are free text, as a summary is.
_BLANK: dict[IssueField, dict[str, Any]] = {
    IssueField.SUMMARY: {"summary": "", "labels": ()},
    IssueField.ASSIGNEE: {"assignee_id": None, "assignee_name": None, "creator_id": None},
    IssueField.PRIORITY: {"priority": ""},
    IssueField.DUE: {"due_on": None},
}
