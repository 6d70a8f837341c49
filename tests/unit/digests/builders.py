"""Small values for the digest tests, and a fake Jira."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.issues.drafts import NewIssue
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.errors import JiraError

T0 = datetime(2026, 10, 28, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

CATEGORIES = {"To do": "new", "In progress": "indeterminate", "In review": "indeterminate"}


def issue(
    number: int,
    status: str = "To do",
    *,
    project: str = "CHURN",
    summary: str = "Tune it",
    updated: datetime = T0,
    created: datetime = T0 - timedelta(days=60),
) -> Issue:
    """An issue; every status but those of `CATEGORIES` is done."""
    return Issue(
        issue_id=f"{project}{number}",
        key=f"{project}-{number}",
        project=project,
        summary=summary,
        status=status,
        status_category=CATEGORIES.get(status, "done"),
        assignee_id=None,
        assignee_name=None,
        updated_at=updated,
        created_at=created,
    )


def step(
    number: int, before: str, after: str, at: datetime = T0, *, project: str = "CHURN"
) -> IssueChange:
    """A change of status of one issue."""
    return IssueChange(
        change_id=f"{project}{number}:{before}:{after}:{at.isoformat()}",
        issue_id=f"{project}{number}",
        field="status",
        before=before,
        after=after,
        author_id=None,
        author_name=None,
        at=at,
    )


@dataclass
class FakeJira:
    """An issue tracker in memory: a search that names an unknown project is refused."""

    projects: set[str] = field(default_factory=lambda: {"CHURN", "DATA"})
    issues: list[Issue] = field(default_factory=list)
    changes: list[IssueChange] = field(default_factory=list)
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    failure: JiraError | None = None
    hangs: bool = False
    calls: list[tuple[tuple[str, ...], datetime]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        """Where links start."""
        return "https://jira.example"

    async def updated_issues(self, projects: Sequence[str], since: datetime) -> IssuePage:
        """The issues and changes of these projects since then."""
        self.calls.append((tuple(projects), since))
        if self.failure:
            raise self.failure
        if not set(projects) <= self.projects:
            raise JiraError("Jira did not accept the request (HTTP 400).", code="400")
        found = [i for i in self.issues if i.project in projects and i.updated_at >= since]
        ids = {i.issue_id for i in found}
        changes = [c for c in self.changes if c.issue_id in ids and c.at >= since]
        return IssuePage(issues=tuple(found), changes=tuple(changes))

    async def check(self) -> str:
        """One line."""
        return "fake"

    async def unknown_projects(self, projects: Sequence[str]) -> list[str]:
        """Those that don't exist; never answers while `hangs`."""
        if self.hangs:
            await asyncio.Event().wait()
        if self.failure:
            raise self.failure
        return [key for key in projects if key not in self.projects]

    async def issue_types(self, project: str) -> list[str]:
        """None."""
        return []

    async def create_issue(self, draft: NewIssue, mark: str) -> str:
        """Nobody asks for one here."""
        raise AssertionError("an issue was created")

    async def marked_issue(self, project: str, mark: str) -> str | None:
        """There is none."""
        return None

    async def account_of(self, email: str) -> tuple[str, str] | None:
        """Who has this address."""
        if self.failure:
            raise self.failure
        return self.accounts.get(email)

    def move(self, number: int, before: str, after: str, at: datetime) -> None:
        """Change an issue's status at an instant."""
        self.changes.append(step(number, before, after, at))
        self.issues = [i for i in self.issues if i.issue_id != f"CHURN{number}"]
        self.issues.append(issue(number, after, updated=at))
