"""Lengths of time as people type them."""

import re
from datetime import datetime, time, timedelta

from bot.domain import calendar

MORNING = time(9)

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(
    r"(\d{1,4})\s*(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?=\s|$|,)[,\s]*",
    re.IGNORECASE,
)


def leading_span(text: str) -> tuple[timedelta | None, str]:
    """The length of time with which a text begins (`4h`, `2 days`; None if there is none), and
    what follows."""
    found = _SPAN.match(text.strip())
    if found is None:
        return None, text.strip()
    length = timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])})
    return length, text.strip()[found.end() :].strip()


def leading_length(text: str, zone: str, now: datetime) -> tuple[timedelta | None, str]:
    """As `leading_span`; `tomorrow` too, which lasts until `MORNING` of the next day in that IANA
    zone."""
    first, _, rest = text.strip().partition(" ")
    if first.rstrip(",").lower() != "tomorrow":
        return leading_span(text)
    day = calendar.local_date(now, zone) + timedelta(days=1)
    until = calendar.resolve(day, MORNING, zone)
    return (until - now, rest.strip()) if until is not None else (None, text.strip())
