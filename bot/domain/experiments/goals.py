"""Goals: what the business wants, the number of a model that stands for it, and its target."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.decisions.measure import Measure
from bot.domain.experiments.goal_numbers import NumberForm, Wording
from bot.domain.metrics import Direction
from bot.errors import InvalidInput

OBJECTIVE_LIMIT = 150


@dataclass(frozen=True, kw_only=True)
class BestOf:
    """A metric of the best finished run of an experiment; `experiment` is its name as it was."""

    experiment_id: str
    experiment: str
    metric: str


Measured = Measure | BestOf


@dataclass(frozen=True, kw_only=True)
class GoalSample:
    """The number came to `value` at `at` (aware UTC)."""

    value: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class GoalWatch:
    """The version whose number was kept last, and up to when the mirror was read for it."""

    version: int | None = None
    read_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GoalEnd:
    """Who ended a goal, when (aware UTC) and with what number, None where there was none."""

    by: str
    at: datetime
    value: float | None = None


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal, numbered per workspace; people are user ids, texts are cleaned, times aware UTC.

    The number is to come to `target` or better in `direction`, by the end of `due_on` in the
    owner's zone, None where no day was agreed. `start` is the number as it was when the goal was
    set or its measure was changed. `version` grows with every change.
    """

    workspace: str
    number: int
    channel: str
    author: str
    owner: str
    objective: str
    measured: Measured
    direction: Direction
    target: float
    wording: Wording
    opened_at: datetime
    due_on: date | None = None
    start: GoalSample | None = None
    ended: GoalEnd | None = None
    version: int = 1

    @property
    def ref(self) -> str:
        """`G-3`."""
        return reference(self.number)

    @property
    def is_open(self) -> bool:
        """Whether nobody has ended it."""
        return self.ended is None

    @property
    def deciders(self) -> tuple[str, ...]:
        """Who may change it and end it."""
        return tuple(dict.fromkeys((self.owner, self.author)))

    @property
    def named(self) -> frozenset[str]:
        """Everybody who has a part in it."""
        return frozenset({*self.deciders, self.ended.by if self.ended else ""} - {""})

    def reached(self, value: float) -> bool:
        """Whether that number is the target or better."""
        return value == self.target or self.direction.better(value, self.target)


@dataclass(frozen=True, kw_only=True)
class GoalDraft:
    """What somebody filled in.

    `source` is what `source_of` makes of a measure without its metric; `direction` is UNKNOWN where
    the metric's name is to tell it. `target` is as typed, with a percent sign where `is_percent`.
    """

    workspace: str
    channel: str
    author: str
    owner: str
    objective: str
    source: str
    metric: str
    direction: Direction
    target: float
    phrase: str
    form: NumberForm
    due_on: date | None = None
    is_percent: bool = False


class Progress(StrEnum):
    """How a goal stands to its target and its day."""

    NO_DATA = "no data yet"
    REACHED = "reached"
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    BEHIND = "behind its date"

    @property
    def is_risk(self) -> bool:
        """Whether people should hear of it as a risk."""
        return self in (Progress.AT_RISK, Progress.BEHIND)


@dataclass(frozen=True, kw_only=True)
class GoalState:
    """How one goal stands on `today`, a date in `zone`, the owner's; `owner` is a display name.

    `month_ago` and `two_months_ago` are the numbers as they stood about 30 and 60 days ago, at an
    instant of an earlier month, None where nothing is known of then; their `at` is that instant.
    `page` is the channel and timestamp of its card, empty where it has none.
    """

    goal: Goal
    owner: str
    today: date
    progress: Progress
    now: GoalSample | None = None
    month_ago: GoalSample | None = None
    two_months_ago: GoalSample | None = None
    page: tuple[str, str] = ("", "")
    zone: str = "UTC"

    @property
    def before(self) -> GoalSample | None:
        """The earlier number worth telling: the nearest that differs, else where it began."""
        if self.now is None:
            return None
        known = (self.month_ago, self.two_months_ago, self.goal.start)
        return next((one for one in known if one and one.value != self.now.value), None)


def reference(number: int) -> str:
    """How a goal is called: `G-3`."""
    return f"G-{number}"


_REFERENCE = re.compile(r"(?:g\s*[-–—]?\s*)?#?0*([0-9]{1,9})", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Whether `text` names a goal and nothing else."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def number_of(text: str) -> int:
    """The number in `G-3`, `g3` or `3`; raises InvalidInput with a sentence otherwise."""
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("Name a goal by its number, such as `G-3`.")
    return int(found[1])
