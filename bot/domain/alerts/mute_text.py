"""Mute times as people type them: `Mon-Fri 20:00-08:00`, one a line."""

import re
from collections.abc import Sequence
from datetime import time

from bot.domain.alerts.silences import MuteTime
from bot.domain.calendar import EVERY_DAY, WORKDAYS
from bot.errors import InvalidInput

MOST = 10

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = {
    "every day": EVERY_DAY,
    "daily": EVERY_DAY,
    "always": EVERY_DAY,
    "weekdays": WORKDAYS,
    "workdays": WORKDAYS,
    "weekend": frozenset({6, 7}),
    "weekends": frozenset({6, 7}),
}
_LINE = re.compile(
    r"(?P<days>\D*?)\s*(?P<start>\d{1,2}[:.]\d{2})\s*(?:-|–|—|to)\s*(?P<end>\d{1,2}[:.]\d{2})"
)


def parse(text: str, zone: str) -> tuple[MuteTime, ...]:
    """The mute times of a text with one a line, in that IANA zone; raises InvalidInput."""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if len(rows) > MOST:
        raise InvalidInput(f"Name at most {MOST} mute times.")
    return tuple(_mute(row, zone) for row in rows)


def written(mutes: Sequence[MuteTime]) -> str:
    """The same as text that `parse` reads."""
    return "\n".join(f"{_days_text(m.weekdays)} {m.start:%H:%M}-{m.end:%H:%M}" for m in mutes)


def _mute(row: str, zone: str) -> MuteTime:
    found = _LINE.fullmatch(row)
    if found is None:
        raise InvalidInput(f"{row[:60]}: type days and times, such as Mon-Fri 20:00-08:00.")
    return MuteTime(
        weekdays=_weekdays(found["days"]),
        start=_time(found["start"]),
        end=_time(found["end"]),
        zone=zone,
    )


def _weekdays(text: str) -> frozenset[int]:
    typed = text.strip(" ,:").lower()
    if not typed:
        return EVERY_DAY
    if typed in _NAMED:
        return _NAMED[typed]
    found: set[int] = set()
    for part in re.split(r"[,\s]+(?:and\s+)?|/", re.sub(r"\s*[-–—]\s*", "-", typed)):
        first, _, last = part.partition("-")
        start, end = _day(first), _day(last or first)
        found |= {(start - 1 + step) % 7 + 1 for step in range((end - start) % 7 + 1)}
    return frozenset(found)


def _day(name: str) -> int:
    """`Mon`, `monday` or `mondays`."""
    whole = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    short = name[:3]
    if short in _DAYS and whole[_DAYS.index(short)].startswith(name.removesuffix("s")):
        return _DAYS.index(short) + 1
    raise InvalidInput(f"{name[:30]} is no weekday I know; type Mon, Tue, Wed, Thu, Fri, Sat, Sun.")


def _time(text: str) -> time:
    hour, minute = (int(part) for part in re.split("[:.]", text))
    if (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise InvalidInput(f"{text} is no time of day; type one such as 20:00.")
    return time(hour, minute)


def _days_text(weekdays: frozenset[int]) -> str:
    if weekdays == EVERY_DAY:
        return "every day"
    if weekdays == WORKDAYS:
        return "Mon-Fri"
    return ", ".join(_DAYS[day - 1].title() for day in sorted(weekdays))
