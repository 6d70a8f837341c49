"""Weeks, and past dates as people type them: `26 Oct`, `Mon 26 Oct`, `the 26th`, `monday`,
`yesterday`, `2026-10-26`, `26.10.2026`."""

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
    re.compile(rf"{_DAY}\.?\s*(?:of\s+)?(?P<month>[a-z]{{3,9}})\.?{_YEAR}"),
    re.compile(rf"(?P<month>[a-z]{{3,9}})\.?\s+{_DAY}{_YEAR}"),
)
_OF_MONTH = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)")
_NUMBERS = (
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})"),
)
# Some write the day first, some the month.
_TWO_WAYS = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?")
_SHORTEST_NAME = 3
_LEAP_CYCLE = 8  # 29 February can be eight years ago.


def monday(day: date) -> date:
    """The Monday of that date's ISO week."""
    return day - timedelta(days=day.isoweekday() - 1)


def past_date(text: str, today: date) -> date:
    """The latest date up to `today` that is meant; raises InvalidInput, for a future one too."""
    typed = " ".join(text.casefold().split())
    weekday, rest = _split(typed)
    if _TWO_WAYS.fullmatch(rest):
        raise InvalidInput(
            f"{rest} can be read in two ways, the day first or the month. "
            "Type one such as 26 Oct or 2026-10-26."
        )
    found = _near(typed, today) or _numbers(rest) or _worded(rest, today)
    if found is None:
        raise InvalidInput(
            f"I don't know the date {text.strip()!r}. "
            "Type one such as 26 Oct, monday, yesterday or 2026-10-26."
        )
    if found > today:
        raise InvalidInput(f"{found.isoformat()} is still to come; type a past date.")
    if weekday and found.isoweekday() != weekday:
        meant, on = WEEKDAYS[weekday - 1].capitalize(), f"{found:%A}"
        raise InvalidInput(f"{found.isoformat()} is a {on}, not a {meant}; type the date alone.")
    return found


def _split(typed: str) -> tuple[int, str]:
    """The weekday that a date begins with, from 1, 0 for none, and the date without `the`."""
    first, _, rest = typed.partition(" ")
    weekday = _index(first.rstrip(",."), WEEKDAYS) if rest else 0
    return weekday, (rest if weekday else typed).removeprefix("the ")


def _near(typed: str, today: date) -> date | None:
    days = {"today": 0, "yesterday": 1}.get(typed)
    if days is None and (weekday := _index(typed, WEEKDAYS)):
        days = (today.isoweekday() - weekday) % 7
    return None if days is None else today - timedelta(days=days)


def _numbers(typed: str) -> date | None:
    match = next((found for each in _NUMBERS if (found := each.fullmatch(typed))), None)
    if match:
        return _valid(int(match["year"]), int(match["month"]), int(match["day"]))
    try:
        return date.fromisoformat(typed) if "-" in typed else None
    except ValueError:
        return None


def _worded(typed: str, today: date) -> date | None:
    if of_month := _OF_MONTH.fullmatch(typed):
        return _day_of_month(int(of_month["day"]), today)
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


def _day_of_month(day: int, today: date) -> date | None:
    """The latest date with that day, one of this month or of the two before."""
    first = today.replace(day=1)
    last = first - timedelta(days=1)
    months = (first, last.replace(day=1), (last.replace(day=1) - timedelta(days=1)).replace(day=1))
    possible = (_valid(each.year, each.month, day) for each in months)
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
