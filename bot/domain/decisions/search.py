"""Searching decisions: how words are compared, and which piece of a text shows the match."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.decisions.options import typed
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.errors import InvalidInput

# Each word is a condition of the query, and SQLite limits how deep an expression may be.
MOST_WORDS = 20

_QUOTES = "\"'“”‘’„«»"
_ELLIPSIS = "…"


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for: decisions to which all of this applies.

    `words` are folded; `people` are user ids of authors, makers, consulted or informed ones;
    `since` and `until` are UTC dates of logging, both included.
    """

    words: tuple[str, ...] = ()
    status: DecisionStatus | None = None
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A decision that holds every word, with the piece of its text that shows it."""

    record: DecisionRecord
    snippet: str


def fold(text: str) -> str:
    """The form in which texts are compared: no case, in every script, and no typographic variants.

    Databases differ in this (SQLite knows the case of ASCII only), so it is done here.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def search_words(text: str) -> tuple[str, ...]:
    """The different words of a query, folded; raises InvalidInput if there are none or too many."""
    folded = (fold(word.strip(_QUOTES)) for word in text.replace("\0", " ").split())
    words = tuple(dict.fromkeys(word for word in folded if word))
    if not words:
        raise InvalidInput("Type what to look for, such as `/decide search churn threshold`.")
    if len(words) > MOST_WORDS:
        raise InvalidInput(f"Search for at most {MOST_WORDS} words; these are {len(words)}.")
    return words


def searchable(body: DecisionBody) -> str:
    """Everything that a search looks at, folded."""
    return fold("\n".join((body.title, *_texts(body), ", ".join(body.tags))))


def snippet(body: DecisionBody, words: Sequence[str], around: int = 70) -> str:
    """About `2 * around` characters of the text with the first match, or else of the outcome."""
    pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    for text in _texts(body):
        line = " ".join(text.split())
        found = pattern.search(line)
        if found:
            return _window(line, found.start() - around, found.end() + around)
    return _window(" ".join(body.outcome.split()), 0, 2 * around)


def _texts(body: DecisionBody) -> tuple[str, ...]:
    return (body.outcome, body.context, body.drivers, typed(body.options), body.consequences)


def _window(line: str, start: int, end: int) -> str:
    before = _ELLIPSIS if start > 0 else ""
    after = _ELLIPSIS if end < len(line) else ""
    return f"{before}{line[max(start, 0) : end].strip()}{after}"
