"""Searching decisions: what is asked for, and which piece of a text shows the match."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.decisions.options import typed
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.errors import InvalidInput

# Each word is a condition of the query, and both databases limit how many there may be.
MOST_WORDS = 20
MOST_CHARACTERS = 500

_QUOTES = "\"'“”‘’„«»"
_ELLIPSIS = "…"

Span = tuple[int, int]
Finder = Callable[[str], Span | None]
"""Where in a text the first match stands, or None."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for: decisions to which all of this applies.

    `words` are folded; `people` are user ids of authors, makers, consulted or informed ones;
    `since` and `until` are UTC dates, both included: of logging, or in a timeline of what happened.
    """

    words: tuple[str, ...] = ()
    status: DecisionStatus | None = None
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves any decision out."""
        return self != Query()

    @property
    def begins_at(self) -> datetime | None:
        """The first instant of `since` (aware UTC)."""
        return datetime.combine(self.since, time(), UTC) if self.since else None

    @property
    def ends_before(self) -> datetime | None:
        """The first instant after `until` (aware UTC)."""
        if self.until is None or self.until == date.max:
            return None
        return datetime.combine(self.until + timedelta(days=1), time(), UTC)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A decision that holds every word, with the piece of its text that shows it."""

    record: DecisionRecord
    snippet: str


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to a decision, which is shown as it is now."""

    record: DecisionRecord
    change: DecisionChange


def fold(text: str) -> str:
    """The form in which texts are compared: no case, in every script, and no typographic variants.

    Databases differ in this (SQLite knows the case of ASCII only), so it is done here.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def search_words(text: str) -> tuple[str, ...]:
    """The different words of a text, folded, without those that are only signs.

    Raises InvalidInput if there are too many.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"Search for a few words: at most {MOST_CHARACTERS} characters of them.")
    folded = (fold(word.strip(_QUOTES)) for word in text.replace("\0", " ").split())
    words = tuple(dict.fromkeys(word for word in folded if any(map(str.isalnum, word))))
    if len(words) > MOST_WORDS:
        raise InvalidInput(f"Search for at most {MOST_WORDS} words; these are {len(words)}.")
    return words


def texts(body: DecisionBody) -> tuple[str, ...]:
    """What a search looks at below the title, in the order in which a snippet is looked for."""
    return (body.outcome, body.context, body.drivers, typed(body.options), body.consequences)


def snippet(body: DecisionBody, find: Finder, around: int = 70) -> str:
    """About `2 * around` characters of the text with the first match, or else of the outcome."""
    for text in texts(body):
        line = " ".join(text.split())
        if found := find(line):
            return _window(line, found[0] - around, found[1] + around)
    return _window(" ".join(body.outcome.split()), 0, 2 * around)


def _window(line: str, start: int, end: int) -> str:
    """What lies between, with a sign where something was left out."""
    start = max(start, 0)
    before = _ELLIPSIS if start > 0 else ""
    after = _ELLIPSIS if end < len(line) else ""
    return f"{before}{line[start:end].strip()}{after}"
