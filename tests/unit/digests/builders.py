"""Small values for the digest tests, and a fake Jira."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.digests.content import OpenAlert
from bot.domain.issues.drafts import NewIssue
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.domain.issues.screens import CreateScreen, Transition
from bot.domain.issues.sprints import Board, Sprint, SprintReading
from bot.domain.issues.token import TokenFacts
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


def an_alert(title: str, severity: Severity = Severity.WARNING, by: str = "") -> OpenAlert:
    """The alert A-31, which fires since T0 and was acknowledged `by` somebody."""
    incident = Incident(
        id="i",
        workspace="T1",
        rule_number=31,
        channel="C1",
        severity=severity,
        title=title,
        latest="",
        sample=None,
        baseline=None,
        opened_at=T0,
        changed_at=T0,
    )
    return OpenAlert(incident=incident, acknowledged_by=by)


@dataclass
class FakeJira:
    """An issue tracker in memory: a search that names an unknown project is refused; `hidden` are
    the ids of issues that got a security level."""

    projects: set[str] = field(default_factory=lambda: {"CHURN", "DATA"})
    issues: list[Issue] = field(default_factory=list)
    changes: list[IssueChange] = field(default_factory=list)
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    failure: JiraError | None = None
    hangs: bool = False
    hidden: set[str] = field(default_factory=set)
    calls: list[tuple[tuple[str, ...], datetime]] = field(default_factory=list)

    latency: float = 0.0

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
        return self._page(found, since)

    async def open_issues(self, project: str, before: datetime) -> IssuePage:
        """What is not done and older."""
        if self.failure:
            raise self.failure
        found = [i for i in self.issues if i.project == project and i.updated_at < before]
        return IssuePage(issues=self._page([i for i in found if not i.is_done], before).issues)

    async def issues_by_id(self, ids: Sequence[str], since: datetime | None = None) -> IssuePage:
        """Those that exist; the others are hidden."""
        if self.failure:
            raise self.failure
        page = self._page([i for i in self.issues if i.issue_id in ids], since)
        missing = tuple(sorted(set(ids) - {i.issue_id for i in page.issues}))
        return IssuePage(issues=page.issues, changes=page.changes, hidden=missing)

    @property
    def token_facts(self) -> TokenFacts:
        """One that lives for a year."""
        return TokenFacts(fingerprint="f", setting="JIRA_API_TOKEN", is_mortal=True)

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

    async def create_screen(self, project: str, issue_type: str) -> CreateScreen:
        """Nobody asks for a form here."""
        raise AssertionError("a form was asked for")

    async def issue(self, key: str) -> Issue | None:
        """The issue as it is."""
        return next((i for i in self.issues if i.key == key), None)

    async def transitions(self, key: str) -> list[Transition]:
        """None."""
        return []

    async def transition(self, key: str, transition_id: str) -> None:
        """Nobody asks for one here."""
        raise AssertionError("an issue was moved")

    async def comment(self, key: str, text: str, mark: str) -> str:
        """Nobody asks for one here."""
        raise AssertionError("a comment was written")

    async def comment_marked(self, key: str, mark: str) -> str | None:
        """There is none."""
        return None

    async def assign(self, key: str, account: str) -> None:
        """Nobody asks for it here."""
        raise AssertionError("an issue was assigned")

    async def boards(self, project: str) -> tuple[Board, ...]:
        """None."""
        return ()

    async def sprints(self, board: Board) -> tuple[Sprint, ...]:
        """None."""
        return ()

    async def sprint_issues(self, sprint: Sprint) -> SprintReading:
        """None."""
        return SprintReading(sprint=sprint, issues=())

    async def done_statuses(self) -> dict[str, bool]:
        """None is known."""
        return {}

    def _page(self, found: Sequence[Issue], since: datetime | None) -> IssuePage:
        shown = tuple(i for i in found if i.issue_id not in self.hidden)
        ids = {i.issue_id for i in shown}
        changes = [c for c in self.changes if since and c.issue_id in ids and c.at >= since]
        hidden = tuple(i.issue_id for i in found if i.issue_id in self.hidden)
        return IssuePage(issues=shown, changes=tuple(changes), hidden=hidden)

    def move(self, number: int, before: str, after: str, at: datetime) -> None:
        """Change an issue's status at an instant."""
        self.changes.append(step(number, before, after, at))
        self.issues = [i for i in self.issues if i.issue_id != f"CHURN{number}"]
        self.issues.append(issue(number, after, updated=at))
