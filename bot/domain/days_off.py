"""Dates that people type: one by one, or from the first to the last."""

import re
from datetime import date, timedelta

_BETWEEN = re.compile(r"[,;\s]+")
_LONGEST = 60


def parse_days_off(text: str) -> tuple[tuple[date, ...], tuple[str, ...]]:
    """ISO dates and ranges such as 2026-12-24..2026-12-26 of at most two months, between commas,
    blanks or line breaks, in order and each once; and those words that are neither."""
    found: set[date] = set()
    wrong = []
    for word in filter(None, _BETWEEN.split(text)):
        days = _days(word)
        found.update(days)
        if not days:
            wrong.append(word)
    return tuple(sorted(found)), tuple(wrong)


def _days(word: str) -> list[date]:
    first, dots, last = word.partition("..")
    try:
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if dots else start
    except ValueError:
        return []
    length = (end - start).days
    if not 0 <= length <= _LONGEST:
        return []
    return [start + timedelta(days=n) for n in range(length + 1)]
