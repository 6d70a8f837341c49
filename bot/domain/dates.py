"""Weeks, and past dates as people type them: `26 Oct`, `monday`, `yesterday`, `2026-10-26`."""

import re
from datetime import date, timedelta

from bot.errors import InvalidInput

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_WORDED = (
    re.compile(rf"{_DAY}\.?\s*(?P<month>[a-z]{{3,9}})\.?{_YEAR}"),
    re.compile(rf"(?P<month>[a-z]{{3,9}})\.?\s+{_DAY}{_YEAR}"),
)
_SHORTEST_NAME = 3
_LEAP_CYCLE = 8  # 29 February can be eight years ago.


def monday(day: date) -> date:
    """The Monday of that date's ISO week."""
    return day - timedelta(days=day.isoweekday() - 1)


def past_date(text: str, today: date) -> date:
    """The latest date up to `today` that is meant; raises InvalidInput, for a future one too."""
    typed = " ".join(text.casefold().split())
    found = _near(typed, today) or _iso(typed) or _worded(typed, today)
    if found is None:
        raise InvalidInput(
            f"I don't know the date {text.strip()!r}. "
            "Type one such as 26 Oct, monday, yesterday or 2026-10-26."
        )
    if found > today:
        raise InvalidInput(f"{found.isoformat()} is still to come; type a past date.")
    return found


def _near(typed: str, today: date) -> date | None:
    days = {"today": 0, "yesterday": 1}.get(typed)
    if days is None and (weekday := _index(typed, WEEKDAYS)):
        days = (today.isoweekday() - weekday) % 7
    return None if days is None else today - timedelta(days=days)


def _iso(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if "-" in typed else None
    except ValueError:
        return None


def _worded(typed: str, today: date) -> date | None:
    match = next((found for each in _WORDED if (found := each.fullmatch(typed))), None)
    month = _index(match["month"], MONTHS) if match else 0
    if match is None or not month:
        return None
    day = int(match["day"])
    if match["year"]:
        return _valid(int(match["year"]), month, day)
    years = range(today.year, today.year - _LEAP_CYCLE - 1, -1)
    possible = (_valid(year, month, day) for year in years)
    return next((each for each in possible if each and each <= today), None)


def _index(word: str, names: tuple[str, ...]) -> int:
    """Which name it is, from 1, given its first three letters or more; 0 for none."""
    if len(word) < _SHORTEST_NAME:
        return 0
    return next((n for n, name in enumerate(names, 1) if name.startswith(word)), 0)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
