"""Local time, the only place where it is computed: wall times in IANA zones to UTC instants.

Rules: a wall time in a gap (clocks go forward) means the first instant after the gap, one in a
fold (clocks go back) means the first of the two, a local date that a zone skips does not occur.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.errors import InvalidInput

EVERY_DAY = frozenset(range(1, 8))
WORKDAYS = frozenset(range(1, 6))


@dataclass(frozen=True, kw_only=True, order=True)
class Occurrence:
    """One dated run of a schedule: the instant (aware UTC) and the local date it stands for."""

    run_at: datetime
    local_date: date


def find_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name in any case; raises InvalidInput with a sentence otherwise."""
    key = _zone_names().get(name.strip().lower())
    if key is None:
        raise InvalidInput(
            f"I don't know the time zone {name.strip()!r}. "
            "Type an IANA name such as Europe/Berlin or America/Sao_Paulo."
        )
    return ZoneInfo(key)


def zone_or_utc(name: str) -> ZoneInfo:
    """The zone of an IANA name, or UTC where the name is unknown to this machine's tzdata."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder such as "Europe"
        return ZoneInfo("UTC")


def local_date(instant: datetime, zone: str | ZoneInfo) -> date:
    """The calendar date that people in `zone` see at `instant`; raises ValueError if naive."""
    if instant.tzinfo is None:
        raise ValueError("the instant must be aware")
    return instant.astimezone(_zone(zone)).date()


@lru_cache(maxsize=8192)
def resolve(day: date, wall_time: time, zone: str | ZoneInfo) -> datetime | None:
    """The UTC instant of `wall_time` on `day` in `zone`, or None if the zone skips that date.

    Remembered: at one hour thousands of people share a few zones and days.
    """
    info = _zone(zone)
    naive = datetime.combine(day, wall_time.replace(fold=0))
    instant = naive.replace(tzinfo=info).astimezone(UTC)
    if instant.astimezone(info).replace(tzinfo=None) == naive:
        return instant
    after_gap = _end_of_gap(naive, info)
    before_gap = after_gap - timedelta(seconds=1)
    if day in (local_date(after_gap, info), local_date(before_gap, info)):
        return after_gap
    return None


def occurrences(
    after: datetime, *, wall_time: time, weekdays: Set[int], zone: str | ZoneInfo
) -> Iterator[Occurrence]:
    """Every occurrence strictly after `after` (aware), in order, without end.

    `weekdays` are ISO weekdays (Monday is 1) of the local date; raises ValueError if empty.
    """
    if not weekdays or not weekdays <= EVERY_DAY:
        raise ValueError("weekdays must be a non-empty set of ISO weekdays 1 to 7")
    if after.tzinfo is None:
        raise ValueError("after must be aware")
    info = _zone(zone)
    day = local_date(after, info) - timedelta(days=1)
    while True:
        if day.isoweekday() in weekdays:
            instant = resolve(day, wall_time, info)
            if instant is not None and instant > after:
                yield Occurrence(run_at=instant, local_date=day)
        day += timedelta(days=1)


def next_run(
    after: datetime, *, wall_time: time, weekdays: Set[int], zone: str | ZoneInfo
) -> Occurrence:
    """The first occurrence strictly after `after`, with the local date that it stands for."""
    return next(occurrences(after, wall_time=wall_time, weekdays=weekdays, zone=zone))


def next_occurrence(
    after: datetime, *, wall_time: time, weekdays: Set[int], zone: str | ZoneInfo
) -> datetime:
    """The first instant (aware UTC) strictly after `after` (aware) at `wall_time` in `zone`.

    `weekdays` is a non-empty set of ISO weekdays 1 to 7, judged by the local date.
    """
    return next_run(after, wall_time=wall_time, weekdays=weekdays, zone=zone).run_at


def _end_of_gap(naive: datetime, info: ZoneInfo) -> datetime:
    """The instant at which the gap around `naive` ends, found to the second by bisection."""
    early = naive.replace(tzinfo=info, fold=1).astimezone(UTC)
    late = naive.replace(tzinfo=info, fold=0).astimezone(UTC)
    before = early.astimezone(info).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(info).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
