"""What people type after `/standup away`: whom it is about, from when until when, and a note."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.dates import MONTHS, WEEKDAYS
from bot.errors import InvalidInput

# How Slack sends a mention: https://docs.slack.dev/messaging/formatting-message-text#mentioning-users
_MENTION = re.compile(r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>")
_BETWEEN = re.compile(
    r"\s*(?:\.{2,}|…|→|–|—)\s*|\s+(?:-|to|till|til|until|through)\s+|(?<=^\d)-|(?<=^\d\d)-|(?<=[a-z])-"
)
_UNTIL = re.compile(r"^(?:(?:until|till|til|through|to)\s+|\.{2,}\s*)")
_FILLER = re.compile(r"^(?:from|on|for|the)\s+")
_LENGTH = re.compile(r"(?P<number>\d{1,3}|a|one)\s+(?P<unit>day|week)s?")
_DAY_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s*(?P<month>[a-z]+)\.?(?:\s+(?P<year>\d{4}))?"
)
_MONTH_DAY = re.compile(
    r"(?P<month>[a-z]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?"
)
_ONLY_DAY = re.compile(r"\d{1,2}")
_SHORTEST_NAME = 3
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)

EXAMPLES = "`until Friday`, `tomorrow` or `2026-10-26..2026-10-30`"


@dataclass(frozen=True, kw_only=True)
class AwayDates:
    """The first and the last day that were meant, and what was added after a colon."""

    first: date
    last: date
    note: str = ""


def split_mention(text: str) -> tuple[str, str]:
    """The id of the person who is mentioned, empty where nobody is, and the rest of the text."""
    found = _MENTION.search(text)
    if found is None:
        return "", text.strip()
    return found["user"], f"{text[: found.start()]} {text[found.end() :]}".strip()


def parse(text: str, today: date) -> AwayDates:
    """The dates of `until Friday`, `26 Oct..30 Oct: conference` and the like; `today` is the local
    date of who is away. Raises InvalidInput with an example where they aren't understood."""
    dates, _, note = text.partition(":")
    words = " ".join(dates.lower().split())
    found = _range(_FILLER.sub("", words), today)
    if found is None:
        raise InvalidInput(f"I don't understand these dates. Type for example {EXAMPLES}.")
    first, last = found
    return AwayDates(first=first, last=last, note=note.strip())


def _range(words: str, today: date) -> tuple[date, date] | None:
    if words in ("next week", "this week"):
        monday = today - timedelta(days=today.weekday())
        return (
            (today, monday + 6 * _DAY) if words[0] == "t" else (monday + _WEEK, monday + 13 * _DAY)
        )
    if length := _LENGTH.fullmatch(words):
        number = int(length["number"]) if length["number"].isdigit() else 1
        days = number * (7 if length["unit"] == "week" else 1)
        return (today, today + (days - 1) * _DAY) if days else None
    if until := _UNTIL.match(words):
        return _until(words[until.end() :], today)
    parts = _BETWEEN.split(words)
    if len(parts) > 2:
        return None
    return _between(parts[0], parts[-1], today)


def _until(end: str, today: date) -> tuple[date, date] | None:
    """`until Friday`, typed on a Friday, means the next one."""
    last = _date(end, today, today)
    if last == today and _index(end, WEEKDAYS):
        return today, today + _WEEK
    return (today, last) if last else None


def _between(start: str, end: str, today: date) -> tuple[date, date] | None:
    if _ONLY_DAY.fullmatch(start):  # "26..30 Oct": the month stands at the end only
        start = _with_month_of(start, end)
    first = _date(start, today, None)
    if first is None:
        return None
    last = first if start == end else _date(end, today, first)
    return (first, last) if last else None


def _date(words: str, today: date, not_before: date | None) -> date | None:
    """One date; where the words leave open which, the first that isn't before `not_before`, or the
    one nearest to today."""
    words = _FILLER.sub("", words.strip())
    if words in ("today", "now"):
        return today
    if words in ("tomorrow", "tmrw"):
        return today + _DAY
    if weekday := _index(words, WEEKDAYS):
        since = not_before or today
        return since + timedelta(days=(weekday - since.isoweekday()) % 7)
    try:
        return date.fromisoformat(words)
    except ValueError:
        return _named_month(words, today, not_before)


def _named_month(words: str, today: date, not_before: date | None) -> date | None:
    found = _DAY_MONTH.fullmatch(words) or _MONTH_DAY.fullmatch(words)
    month = _index(found["month"], MONTHS) if found else 0
    if found is None or not month:
        return None
    years = [int(found["year"])] if found["year"] else range(today.year - 1, today.year + 3)
    dates = [d for year in years if (d := _valid(year, month, int(found["day"])))]
    if not_before and not found["year"]:
        dates = [d for d in dates if d >= not_before]
    return min(dates, key=lambda d: abs(d - today), default=None)


def _with_month_of(day: str, end: str) -> str:
    found = _DAY_MONTH.fullmatch(end)
    return (
        f"{day} {found['month']}" + (f" {found['year']}" if found["year"] else "") if found else day
    )


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
