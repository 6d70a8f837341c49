"""What people without the jargon are told: goals, risks, what was decided and learned, counts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.experiments.goals import GoalState


class RiskKind(StrEnum):
    """What is wrong with a model, for people who don't build it; the words are the view's."""

    WORSE = "worse"
    SLOWLY = "slowly"
    WORSE_FOR_SOME = "worse for some"
    UNEVEN = "uneven"
    BELOW_AGREED = "below agreed"
    OVER_BUDGET = "over budget"
    NO_NUMBER = "no number"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Something is wrong with `model` since `since` (aware UTC).

    `groups` are the parts of the data that it is worst for, the worst first. `objectives` are those
    of the goals that stand on this model, none for other models. `looked_at_by` is a display name,
    empty where nobody is on it yet, and then `looked_at_since` is None.
    """

    kind: RiskKind
    model: str
    since: datetime
    groups: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    looked_at_by: str = ""
    looked_at_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NextDecision:
    """A decision to come; `by` (aware UTC) is when the last word on it is due, None where it has no
    time. With `again_on`, a decision that holds is looked at again on that date; a past one says
    that its makers were asked already."""

    title: str
    by: datetime | None = None
    again_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What came of a claim: whether it held (None: nobody can tell), in people's own words."""

    claim: str
    held: bool | None
    learned: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkCounts:
    """How much was finished in the window and how much waits for others now."""

    finished: int = 0
    waiting: int = 0
    reopened: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.finished or self.waiting or self.reopened)


@dataclass(frozen=True, kw_only=True)
class StakeholderReading:
    """A channel's digest as its stakeholders read it; falsy where it has nothing to say.

    `decided` and `refused` are titles, `more_next` counts the proposals besides `next`, `lesson` is
    the one of `learned` that says most. `zone` is the channel's, for its days and dates. Goals and
    what comes next are told besides; they are no reason for a digest, unless `goal_moved` says that
    a goal's number did. `late_news` says that a model got late lately.
    """

    zone: str
    goals: tuple[GoalState, ...] = ()
    goal_moved: bool = False
    late_news: bool = False
    risks: tuple[Risk, ...] = ()
    decided: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    next: NextDecision | None = None
    more_next: int = 0
    lesson: Lesson | None = None
    learned: int = 0
    work: WorkCounts = WorkCounts()

    def __bool__(self) -> bool:
        """Whether there is something to say."""
        return bool(
            self.goal_moved
            or self.late_news
            or self.risks
            or self.decided
            or self.refused
            or self.lesson
            or self.work.finished
            or self.work.reopened
        )
