"""Jira issues and their changes as Meridian sees them."""

from dataclasses import dataclass
from datetime import date, datetime

DONE = "done"
NOT_DONE = ("new", "indeterminate", "undefined")
"""Jira's other categories of statuses."""
STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue as of its last poll; instants are aware UTC, `status_category` is Jira's key.

    People are account ids (Data Center: user keys). Jira's status categories are `new`,
    `indeterminate`, `undefined` and `done`. `status_since` is when it came into its status, as far
    as its changelog was read, else when it was created. `blocked_by` are the keys of the issues
    that its links say it waits for, `flagged` that somebody marked it as impeded. Issues with a
    security level are never kept; who may read the others is for `bot.domain.issues.sharing` to
    say.
    """

    issue_id: str
    key: str
    project: str
    summary: str
    status: str
    status_category: str
    assignee_id: str | None
    assignee_name: str | None
    updated_at: datetime
    created_at: datetime
    creator_id: str | None = None
    issue_type: str = ""
    priority: str = ""
    due_on: date | None = None
    labels: tuple[str, ...] = ()
    parent_key: str = ""
    blocked_by: tuple[str, ...] = ()
    flagged: bool = False
    status_since: datetime | None = None

    @property
    def is_done(self) -> bool:
        """Whether its status says that nothing is left to do."""
        return self.status_category == DONE


@dataclass(frozen=True, kw_only=True)
class IssueChange:
    """One changed field of one changelog entry; `change_id` is unique within the Jira site."""

    change_id: str
    issue_id: str
    field: str
    before: str
    after: str
    author_id: str | None
    author_name: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IssuePage:
    """What one reading found: the issues that moved and their changes, oldest first.

    `hidden` are the ids of issues that nobody may be shown any more: they have a security level, or
    Jira no longer shows them to us.
    """

    issues: tuple[Issue, ...] = ()
    changes: tuple[IssueChange, ...] = ()
    hidden: tuple[str, ...] = ()


def by_number(issue: Issue) -> tuple[str, int]:
    """A key to sort issues by: CHURN-9 comes before CHURN-10."""
    prefix, _, number = issue.key.rpartition("-")
    return prefix, int(number) if number.isdigit() else 0
