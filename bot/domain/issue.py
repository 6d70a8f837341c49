"""Jira issues and their changes as Meridian sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Jira's index lags behind its writes by seconds to minutes, so each poll looks back a little.
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=14)
# Of what a project's first poll brings, only the last day is news.
FIRST_NEWS = timedelta(hours=24)

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


@dataclass(frozen=True, kw_only=True)
class ProjectProgress:
    """How far one project was read; `watermark` is Jira's time, `read_at` ours, both aware UTC."""

    project: str
    watermark: datetime
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One call to make: these projects, issues updated since then; news are what is younger."""

    projects: tuple[str, ...]
    since: datetime
    news_since: datetime

    def noticed_at(self, happened: datetime, now: datetime) -> datetime:
        """When something that this reading found counts as noticed: `now` if it is news."""
        return now if happened >= self.news_since else happened


@dataclass(frozen=True, kw_only=True)
class IssueNews:
    """What was noticed in a span, of everybody or of one person: changes of status in the order
    in which they happened.

    `issues` holds every issue of `changes` and of `new_ids`, as last polled.
    """

    issues: tuple[Issue, ...]
    new_ids: frozenset[str]
    changes: tuple[IssueChange, ...]


@dataclass(frozen=True, kw_only=True)
class IssueMove:
    """The net change of one issue; `before` is empty for a new one."""

    key: str
    summary: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class IssueMoves:
    """Net changes by what they mean, each issue in one group, by key."""

    done: tuple[IssueMove, ...] = ()
    moved: tuple[IssueMove, ...] = ()
    new: tuple[IssueMove, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything moved."""
        return bool(self.done or self.moved or self.new)


def plan_readings(
    projects: Iterable[str], progress: Iterable[ProjectProgress], now: datetime
) -> list[Reading]:
    """The calls that bring all `projects` up to date: one for those read before, one a new one."""
    known = {each.project: each.watermark for each in progress}
    wanted = sorted(set(projects))
    old = tuple(key for key in wanted if key in known)
    plan = []
    if old:
        since = min(known[key] for key in old) - OVERLAP
        plan.append(Reading(projects=old, since=since, news_since=since))
    plan.extend(
        Reading(projects=(key,), since=now - FIRST_LOOK_BACK, news_since=now - FIRST_NEWS)
        for key in wanted
        if key not in known
    )
    return plan


def new_watermark(page: IssuePage, now: datetime) -> datetime | None:
    """Up to when `page` is complete, never in the future; None if it is empty."""
    if not page.issues:
        return None
    return min(max(issue.updated_at for issue in page.issues), now)


def net_steps(changes: Iterable[IssueChange]) -> dict[str, tuple[str, str]]:
    """The first status and the last one by issue id; `changes` come in order."""
    steps: dict[str, tuple[str, str]] = {}
    for change in changes:
        first, _ = steps.get(change.issue_id, (change.before, change.after))
        steps[change.issue_id] = (first, change.after)
    return steps


def net_moves(news: IssueNews) -> IssueMoves:
    """One line per issue: there and back is nothing, two steps are one."""
    done_names = {i.status for i in news.issues if i.status_category == DONE}
    steps = net_steps(news.changes)
    groups: dict[str, list[IssueMove]] = {"done": [], "moved": [], "new": []}
    for issue in sorted(news.issues, key=by_number):
        before, after = steps.get(issue.issue_id, ("", issue.status))
        is_new = issue.issue_id in news.new_ids
        if before == after and not is_new:
            continue
        group = "done" if after in done_names else "new" if is_new else "moved"
        groups[group].append(
            IssueMove(
                key=issue.key,
                summary=issue.summary,
                before="" if is_new else before,
                after=after,
            )
        )
    return IssueMoves(**{name: tuple(moves) for name, moves in groups.items()})


def by_number(issue: Issue) -> tuple[str, int]:
    """A key to sort issues by: CHURN-9 comes before CHURN-10."""
    prefix, _, number = issue.key.rpartition("-")
    return prefix, int(number) if number.isdigit() else 0
