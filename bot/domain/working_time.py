"""Working time: when somebody may be asked, and how much of their day has passed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain import calendar
from bot.domain.calendar import EVERY_DAY, WORKDAYS

_LAST_START = timedelta(hours=1)

Window = tuple[datetime, datetime]
"""Start and end (exclusive) of one working day, aware UTC."""


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """From `start` to before `end`, wall times of one's own zone, on these ISO weekdays.

    `end` lies after `start`, or is 00:00 for midnight at the day's end.
    """

    start: time = time(8)
    end: time = time(18)
    weekdays: frozenset[int] = WORKDAYS

    @property
    def length(self) -> timedelta:
        """How long a working day is by its wall times."""
        return timedelta(minutes=self._end_minute() - _minutes(self.start))

    def on(self, weekdays: frozenset[int]) -> "WorkingTime":
        """The same hours on other weekdays; `weekdays` empty keeps ours."""
        return replace(self, weekdays=weekdays or self.weekdays)

    def clamped(self, wall_time: time) -> time:
        """`wall_time`, or where it lies outside the hours, the nearest time inside them.

        The nearest to a late one is an hour before the end, so that there is time to answer.
        """
        if wall_time < self.start:
            return self.start
        last = max(_minutes(self.start), self._end_minute() - int(_LAST_START.total_seconds() / 60))
        return wall_time if _minutes(wall_time) < self._end_minute() else _time(last)

    def windows(self, after: datetime, zone: str | ZoneInfo) -> Iterator[Window]:
        """Every working day that ends after `after`, in order, without end."""
        info = calendar.zone_or_utc(zone) if isinstance(zone, str) else zone
        day = calendar.local_date(after, info) - timedelta(days=1)
        while True:
            window = _window(self, day, info)
            if window is not None and window[1] > after:
                yield window
            day += timedelta(days=1)

    def contains(self, instant: datetime, zone: str | ZoneInfo) -> bool:
        """Whether `instant` (aware) lies inside."""
        return next(self.windows(instant, zone))[0] <= instant

    def next_moment(self, instant: datetime, zone: str | ZoneInfo) -> datetime:
        """`instant` where it lies inside, else the start of the next working day (aware UTC)."""
        return max(next(self.windows(instant, zone))[0], instant.astimezone(UTC))

    def after(self, start: datetime, worked: timedelta, zone: str | ZoneInfo) -> datetime:
        """The instant by which `worked` of working time has passed since `start` (aware UTC)."""
        left = worked
        for opens, closes in self.windows(start, zone):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        raise AssertionError("working days never end")

    def worked(self, start: datetime, end: datetime, zone: str | ZoneInfo) -> timedelta:
        """How much working time lies between two instants; zero if they are the wrong way round."""
        total = timedelta(0)
        for opens, closes in self.windows(start, zone):
            if opens >= end:
                return total
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        return total

    def _end_minute(self) -> int:
        return _minutes(self.end) or 24 * 60


AROUND_THE_CLOCK = WorkingTime(start=time(0), end=time(0), weekdays=EVERY_DAY)


@lru_cache(maxsize=8192)
def _window(hours: WorkingTime, day: date, info: ZoneInfo) -> Window | None:
    if day.isoweekday() not in hours.weekdays:
        return None
    opens = calendar.resolve(day, hours.start, info)
    last = day + timedelta(days=1) if hours.end == time(0) else day
    closes = calendar.resolve(last, hours.end, info)
    if opens is None or closes is None or closes <= opens:
        return None
    return opens, closes


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
