"""The burndown of a sprint: what is left against an even pace over its working days."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

# Percent of the work that the ideal line asks for by now.
ON_TRACK_FROM = 90
AT_RISK_FROM = 85

_EPSILON = 1e-9


class Unit(StrEnum):
    """What is counted."""

    ISSUES = "issues"
    POINTS = "points"


class Band(StrEnum):
    """How a sprint stands to its line; `EARLY` before a working day has passed, `UNCLEAR` where it
    would be on track but for open issues without an estimate."""

    EARLY = "early"
    ON_TRACK = "on track"
    UNCLEAR = "unclear"
    AT_RISK = "at risk"
    OFF_TRACK = "off track"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What is in a sprint at an instant, in the burndown's unit; `issues` and `open_issues` are
    counts. `scope` is `done` and `remaining` together."""

    scope: float = 0
    done: float = 0
    issues: int = 0
    open_issues: int = 0

    @property
    def remaining(self) -> float:
        """What is left to do."""
        return max(self.scope - self.done, 0)


@dataclass(frozen=True, kw_only=True)
class BurnPoint:
    """The end of one working day, or the sprint's start, or the present (`is_now`), which stands
    for a day that isn't over.

    `amount` is None in the future and where nobody looked. `grew` says that issues came in since
    the point before.
    """

    day: date
    is_start: bool
    ideal: float
    amount: Amount | None
    grew: bool = False
    is_now: bool = False


@dataclass(frozen=True, kw_only=True)
class ScopeChange:
    """Issues that came in or left since the first known moment, and their weight; `reestimated` is
    how much the weight of those that stayed grew."""

    added: int = 0
    removed: int = 0
    added_weight: float = 0
    removed_weight: float = 0
    reestimated: float = 0


@dataclass(frozen=True, kw_only=True)
class Burndown:
    """A sprint's line and where it stands; `base` is its scope at `base_at`, the start or the
    first known moment after it.

    `elapsed` is the share of the working time that has passed, `base_elapsed` that at `base_at`,
    `days` how many working days there are. `unestimated` issues, `unestimated_open` of them
    still open, count for nothing where points are counted.
    """

    unit: Unit
    points: tuple[BurnPoint, ...]
    base: Amount
    base_at: datetime
    now: Amount
    change: ScopeChange
    days: int
    elapsed: float
    is_over: bool
    base_elapsed: float = 0.0
    unestimated: int = 0
    unestimated_open: int = 0

    @property
    def ideal_now(self) -> float:
        """What the line leaves by now."""
        return self.base.scope * (1 - self.elapsed)

    @property
    def percent(self) -> int:
        """How much of what the line asks for by now is done, in whole percent, at most 100."""
        asked = self.now.scope - self.ideal_now
        if asked <= _EPSILON:
            return 100
        return min(math.floor(100 * self.now.done / asked + _EPSILON), 100)

    @property
    def band(self) -> Band:
        """On track from 90 percent, at risk from 85."""
        good = Band.UNCLEAR if self.unestimated_open else Band.ON_TRACK
        if self.now.remaining <= _EPSILON:
            return good
        if self.elapsed * self.days < 1 and not self.is_over:
            return Band.EARLY
        if self.percent >= ON_TRACK_FROM:
            return good
        return Band.AT_RISK if self.percent >= AT_RISK_FROM else Band.OFF_TRACK

    @property
    def days_behind(self) -> float:
        """By how many working days of the line the present is behind it, negative if ahead."""
        if self.base.scope <= _EPSILON:
            return 0.0
        return (self.now.remaining - self.ideal_now) / self.base.scope * self.days

    @property
    def forecast(self) -> float | None:
        """What stays open at the end if the pace stays; None before anything was done or a
        working day has passed since the first known moment."""
        worked = (self.elapsed - self.base_elapsed) * self.days
        finished = self.now.done - self.base.done
        if worked < 1 or finished <= _EPSILON:
            return None
        left = (1 - self.elapsed) * self.days
        return max(self.now.remaining - finished / worked * left, 0.0)
