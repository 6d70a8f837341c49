"""Jira issues and their changes as Meridian sees them."""

from dataclasses import dataclass
from datetime import datetime

DONE = "done"


STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue as of its last poll; `updated_at` is aware UTC, `status_category` is Jira's key.

    People are account ids (Data Center: user keys). Jira's status categories are `new`,
    `indeterminate` and `done`. Issues with a security level are never polled, so every text here
    may be shown to whoever may see the project.
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
    """What one incremental poll found: the issues that moved and their changes, oldest first."""

    issues: tuple[Issue, ...]
    changes: tuple[IssueChange, ...]


def by_number(issue: Issue) -> tuple[str, int]:
    """A key to sort issues by: CHURN-9 comes before CHURN-10."""
    prefix, _, number = issue.key.rpartition("-")
    return prefix, int(number) if number.isdigit() else 0
