"""Full-text search with the same answers on SQLite and PostgreSQL.

The databases' own analysers differ in everything (SQLite's knows no word forms, PostgreSQL's
depends on the server's locale, neither finds a word in Japanese), so texts are analysed here: each
becomes a set of terms, which FTS5 and tsvector only look up.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer

# What is written without blanks, and Korean, whose words grow endings: any two characters of it
# that stand together are a term, as in Lucene's CJKBigramFilter.
_DENSE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u309f"
    r"\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    r"\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
# Python counts no vowel sign and no accent of its own as part of a word.
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
)
_RUN = re.compile(rf"(?P<dense>[{_DENSE}]+)|(?:(?![{_DENSE}])(?:[^\W_]|[{_MARKS}]))+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_SIGN = re.compile(r"[\W_]")
_ENGLISH = re.compile(r"[a-z]+")
_LONGEST = 64
_SHORTEST_PREFIX = 3
_KNOWN_WORDS = 50_000

# A stemmer keeps the word that it works on, and readers run on several threads.
_STEMMING = Lock()

Choice = tuple[tuple[str, bool], ...]
"""Terms of which one must be there; True where longer ones that begin like it count too."""


def fold(text: str) -> str:
    """No case, no accents, no typographic variants, in every script."""
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", apart).casefold())


def terms(text: str) -> set[str]:
    """What a text is found by: its words and their stems; each is letters and digits only."""
    found: set[str] = set()
    for run in _RUN.finditer(text):
        found.update(_indexed(run[0]))
    return found


def facet(name: str, value: str) -> str:
    """A term of another kind than words; two values share one only where they fold to the same."""
    return f"{name}/{_SIGN.sub(lambda sign: f'_{ord(sign[0]):x}_', fold(value))}"


@dataclass(frozen=True)
class Wanted:
    """What a search needs: one term of each choice, for the words as they are and for words that
    only begin like that."""

    exact: tuple[Choice, ...]
    begun: tuple[Choice, ...]


def wanted(words: Iterable[str]) -> Wanted:
    """What texts must hold that hold all these words in some form."""
    exact: dict[Choice, None] = {}
    begun: dict[Choice, None] = {}
    for word in words:
        for run in _RUN.finditer(word):
            for token, dense in _tokens(run[0]):
                exact.update(dict.fromkeys(_pairs(token) if dense else [((_stem(token), False),)]))
                begun.update(dict.fromkeys(_pairs(token) if dense else [_beginnings(token)]))
    return Wanted(exact=tuple(exact), begun=tuple(begun))


def fts5(choices: Sequence[Choice]) -> str:
    """The conditions for FTS5's MATCH (https://sqlite.org/fts5.html#full_text_query_syntax)."""
    return _expression(choices, " AND ", " OR ", lambda term, more: f'"{term}"{"*" * more}')


def tsquery(choices: Sequence[Choice]) -> str:
    """The same as a tsquery (https://www.postgresql.org/docs/current/datatype-textsearch.html)."""
    return _expression(choices, " & ", " | ", lambda term, more: f"'{term}'{':*' * more}")


def finder(words: Sequence[str]) -> Callable[[str], tuple[int, int] | None]:
    """A function that says where in a text the first word stands that one of these matches."""
    need = wanted(words)
    tests = [choice for kind in (need.exact, need.begun) for choice in kind]

    def find(text: str) -> tuple[int, int] | None:
        spans = (run.span() for run in _RUN.finditer(text) if _matches(run[0], tests))
        return next(spans, None)

    return find


def _matches(run: str, choices: Sequence[Choice]) -> bool:
    held = _indexed(run)
    return any(
        term == one or (more and one.startswith(term))
        for choice in choices
        for term, more in choice
        for one in held
    )


def _expression(
    choices: Sequence[Choice], every: str, some: str, render: Callable[[str, bool], str]
) -> str:
    return every.join(
        f"({some.join(render(term, more) for term, more in choice)})" for choice in choices
    )


@lru_cache(maxsize=_KNOWN_WORDS)
def _indexed(run: str) -> frozenset[str]:
    found: set[str] = set()
    for token, dense in _tokens(run):
        if dense:
            found.update(token[n : n + 2] for n in range(len(token)))
        else:
            found.update((token, _stem(token)))
    return frozenset(found)


def _tokens(run: str) -> Iterator[tuple[str, bool]]:
    """A run, folded; what folding takes apart (½, №) comes in several."""
    for part in _RUN.finditer(fold(run)):
        dense = part["dense"] is not None
        yield (part[0] if dense else part[0][:_LONGEST]), dense


@lru_cache(maxsize=_KNOWN_WORDS)
def _stem(word: str) -> str:
    if not _ENGLISH.fullmatch(word):
        return word
    with _STEMMING:
        stemmed: str = _stemmer().stemWord(word)
    return stemmed


@cache
def _stemmer() -> "EnglishStemmer":
    """Imported with the first text: a tenth of a second on a slow machine, of no use before."""
    from snowballstemmer.english_stemmer import EnglishStemmer

    return EnglishStemmer()


def _pairs(token: str) -> list[Choice]:
    """A single character is looked for as the first of a pair, and is one at the end of a run."""
    if len(token) == 1:
        return [((token, True),)]
    return [((token[n : n + 2], False),) for n in range(len(token) - 1)]


def _beginnings(word: str) -> Choice:
    """Short words and numbers mean themselves: `c` isn't churn, 14 isn't 1400."""
    stem = _stem(word)
    if len(word) < _SHORTEST_PREFIX or word.isdecimal():
        return ((stem, False),)
    if word.startswith(stem):
        return ((stem, True),)
    return ((stem, True), (word, True))
