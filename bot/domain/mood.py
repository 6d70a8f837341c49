"""Mood: how a team's weeks feel, with nothing kept that says how one of them feels.

What is kept of a week is one row of sums. Nobody sees a week before it has ended for everybody, so
that two looks with a vote between them tell nothing, and never one with fewer than four people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.dates import monday

LEVELS = range(1, 6)
FEWEST_PEOPLE = 4
WEEKS_SHOWN = 8

# The last place on Earth where a date ends, UTC-12, is half a day behind.
_LAST_ZONE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class MoodWeek:
    """The votes of one week (from its Monday): `votes` has one count per level, the worst first.

    `people` is how many took part; each of them may have voted on several days.
    """

    week: date
    people: int
    votes: tuple[int, ...]

    @property
    def average(self) -> float | None:
        """From 1 to 5; None where fewer than four people voted: it would be about somebody."""
        if self.people < FEWEST_PEOPLE:
            return None
        return sum(n * level for level, n in zip(LEVELS, self.votes, strict=True)) / sum(self.votes)


@dataclass(frozen=True, kw_only=True)
class MoodTrend:
    """The last eight ended weeks of one stand-up that may be shown, oldest first."""

    standup: str
    weeks: tuple[MoodWeek, ...]
    hidden: int

    @property
    def averages(self) -> tuple[float, ...]:
        """One per week."""
        return tuple(week.average for week in self.weeks if week.average is not None)


def is_open(week: date, now: datetime) -> bool:
    """Whether it still is that week somewhere; afterwards its sums never change."""
    return now < _end(week)


def first_open(now: datetime) -> date:
    """The Monday of the earliest week that is still open."""
    return monday((now.astimezone(UTC) - _LAST_ZONE).date())


def trend(standup: str, weeks: Sequence[MoodWeek], now: datetime) -> MoodTrend:
    """What may be shown of a stand-up's weeks, given oldest first."""
    earliest = first_open(now) - timedelta(weeks=WEEKS_SHOWN)
    ended = [each for each in weeks if each.week >= earliest and not is_open(each.week, now)]
    shown = tuple(each for each in ended if each.average is not None)
    return MoodTrend(standup=standup, weeks=shown, hidden=len(ended) - len(shown))


def _end(week: date) -> datetime:
    return datetime.combine(week + timedelta(weeks=1), time(), UTC) + _LAST_ZONE
