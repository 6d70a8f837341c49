"""What a span did to the issues that somebody may see: net, grouped and short."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.experiments.records import BestRun
from bot.domain.issues.records import Issue, by_number


class IssueGroup(StrEnum):
    """Why an issue is told, in the order of telling; each issue is in the first that fits.

    Blocked, overdue, stuck and unproven are how it stands; the others are what became of it.
    `UNPROVEN` is done without a finished run or a decision behind it, `ASSIGNED` came to the
    reader, `REPLANNED` got another due date or a higher priority.
    """

    BLOCKED = "blocked"
    OVERDUE = "overdue"
    STUCK = "stuck"
    UNPROVEN = "unproven"
    ASSIGNED = "assigned"
    DONE = "done"
    REOPENED = "reopened"
    MOVED = "moved"
    NEW = "new"
    UNASSIGNED = "unassigned"
    REPLANNED = "replanned"


@dataclass(frozen=True, kw_only=True)
class IssueLine:
    """One issue, as its readers may see it.

    `before` is the status in which the span found it, empty for a new one or one that stands where
    it stood. `waited` is working time of its assignee in the status, zero where that isn't why it
    is told, and `working_day` how much of that they have in a day; `waits_for` names what blocks
    it, as far as its readers may know of that. `best` is the best of its runs, with how many `runs`
    it has. `was_due` and `was_priority` are what the span found, None and empty where that stayed.
    `is_news` says that the span brought it here: how it stands is told once, not daily.
    """

    issue: Issue
    group: IssueGroup
    before: str = ""
    waited: timedelta = timedelta(0)
    working_day: timedelta = timedelta(hours=10)
    waits_for: tuple[str, ...] = ()
    best: BestRun | None = None
    runs: int = 0
    was_due: date | None = None
    was_priority: str = ""
    is_news: bool = True

    @property
    def days_waited(self) -> int:
        """`waited` in whole working days of its assignee."""
        return self.waited // self.working_day


@dataclass(frozen=True, kw_only=True)
class IssueSummary:
    """Lines by group, each group by project and number; falsy where nothing of it is news."""

    groups: Mapping[IssueGroup, tuple[IssueLine, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether the span brought anything."""
        return any(line.is_news for lines in self.groups.values() for line in lines)

    def of(self, group: IssueGroup) -> tuple[IssueLine, ...]:
        """The lines of one group."""
        return self.groups.get(group, ())

    @property
    def lines(self) -> tuple[IssueLine, ...]:
        """All lines in the order of telling."""
        return tuple(line for group in IssueGroup for line in self.of(group))

    @property
    def news(self) -> tuple[IssueLine, ...]:
        """The lines that the span brought, in the order of telling."""
        return tuple(line for line in self.lines if line.is_news)

    @property
    def total(self) -> int:
        """How many issues are told."""
        return sum(map(len, self.groups.values()))

    def concerning(self, account: str) -> "IssueSummary":
        """The part about issues that are assigned to one account of Jira."""
        return summary_of(line for line in self.lines if line.issue.assignee_id == account)


def summary_of(lines: Iterable[IssueLine]) -> IssueSummary:
    """The lines in their groups, each by project and number."""
    groups: dict[IssueGroup, list[IssueLine]] = {}
    for line in sorted(lines, key=lambda line: by_number(line.issue)):
        groups.setdefault(line.group, []).append(line)
    return IssueSummary(groups={group: tuple(found) for group, found in groups.items()})
