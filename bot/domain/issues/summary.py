"""What a span did to the issues that somebody may see: net, grouped and short."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.experiments.records import BestRun
from bot.domain.issues.records import Issue


class IssueGroup(StrEnum):
    """Why an issue is told, in the order of telling; each issue is in the first that fits.

    Blocked, overdue, stuck and unproven are how it stands; the others are what became of it.
    `UNPROVEN` is done without a finished run or a decision behind it.
    """

    BLOCKED = "blocked"
    OVERDUE = "overdue"
    STUCK = "stuck"
    UNPROVEN = "unproven"
    DONE = "done"
    REOPENED = "reopened"
    MOVED = "moved"
    NEW = "new"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, kw_only=True)
class IssueLine:
    """One issue, as its readers may see it.

    `before` is the status in which the span found it, empty for a new one or one that stands where
    it stood. `waited` is working time of its assignee in the status, zero where that isn't why it
    is told; `waits_for` names what blocks it. `best` is the best of its runs, with how many `runs`
    it has. `is_news` says that the span brought it here: how it stands is told once, not daily.
    """

    issue: Issue
    group: IssueGroup
    before: str = ""
    waited: timedelta = timedelta(0)
    waits_for: tuple[str, ...] = ()
    best: BestRun | None = None
    runs: int = 0
    is_news: bool = True


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
    def total(self) -> int:
        """How many issues are told."""
        return sum(map(len, self.groups.values()))
