"""The words of a condition that people type: the comparison, the number, how often."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.errors import InvalidInput

Meaning = TypeVar("Meaning")

BELOW = ("<", "below", "under", "less than", "lower than", "smaller than")
ABOVE = (">", "above", "over", "more than", "greater than", "higher than")
AT_MOST = ("<=", "=<", "≤", "at most", "no more than", "not above")
AT_LEAST = (">=", "=>", "≥", "at least", "no less than", "not below")
EQUALS = ("=", "==", "reaches", "reach", "comes to", "becomes", "is", "equals")

_LONGEST_PHRASE = 3

# What may stand before the comparison and changes nothing: "falls below", "will be at least".
_VERBS = frozenset(
    {"is", "was", "be", "stays", "will", "should", "falls", "fall", "drops", "drop", "sinks"}
    | {"goes", "gets", "rises", "rise", "climbs"}
)
_OPENINGS = frozenset({"when", "if", "once", "again", "the", "that", "as", "soon"})

# A name in quotes may hold blanks; a comparison sign needs none around it.
_TOKEN = re.compile(r'"[^"]*"|[<>=≤≥]+|[^\s<>=≤≥"]+')
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(%?)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+%?")

_COUNTS = {
    "once": 1,
    "twice": 2,
    **{
        word: number
        for number, word in enumerate(
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
        )
    },
}
_EVALUATIONS = frozenset({"evaluation", "evaluations", "run", "runs", "time", "times", "x"})
_IN_A_ROW = frozenset({"for", "in", "a", "row", "consecutive", "successive", "straight", "running"})


@dataclass(frozen=True, kw_only=True)
class Said(Generic[Meaning]):
    """The words on both sides of a comparison, and what the comparison means."""

    before: Sequence[str]
    meaning: Meaning
    after: Sequence[str]


def compared(text: str, meanings: Mapping[str, Meaning], example: str) -> Said[Meaning]:
    """`text` around its first comparison, one of the folded phrases of `meanings`.

    Raises InvalidInput, with `example`, where there is none.
    """
    tokens = _TOKEN.findall(text.translate(_QUOTES).strip().rstrip(".;!"))
    folded = [token.casefold() for token in tokens]
    for start in range(len(tokens)):
        end = _phrase_end(folded, start, meanings)
        if end > start and not _is_verb(folded, start, end, meanings):
            before = _without(_without(tokens[:start], _VERBS, -1), _OPENINGS, 0)
            meaning = meanings[" ".join(folded[start:end])]
            return Said(before=before, meaning=meaning, after=tokens[end:])
    raise InvalidInput(f"I find no comparison in that. Type it like: {example}")


def number(tokens: Sequence[str], example: str) -> tuple[float, Sequence[str]]:
    """The number that the tokens begin with, 12 % as 0.12, and those after it.

    Raises InvalidInput where there is none.
    """
    first, rest = (tokens[0], tokens[1:]) if tokens else ("", ())
    if _DECIMAL_COMMA.fullmatch(first):
        raise InvalidInput(f"Write decimals with a point: {first.replace(',', '.')}")
    found = _NUMBER.fullmatch(first)
    if found is None:
        raise InvalidInput(f"After the comparison I need a number, such as: {example}")
    share = bool(found[3])
    if not share and rest and rest[0] == "%":
        share, rest = True, rest[1:]
    value = float(first.rstrip("%"))
    if not math.isfinite(value):
        raise InvalidInput(f"That number is too large. Type it like: {example}")
    # Dividing keeps 12 % at 0.12 exactly; multiplying by 0.01 would not.
    return (value / 100 if share else value), rest


def evaluations(tokens: Sequence[str], most: int) -> int:
    """How many in a row: `for 3 evaluations`, `twice`, `3 times in a row`; 1 where nothing is said.

    Raises InvalidInput for other words, and for less than 1 or more than `most`.
    """
    said = [token.casefold() for token in tokens if token.casefold() not in _IN_A_ROW]
    if not said:
        return 1
    times = _count(said[0])
    if times is None or any(word not in _EVALUATIONS for word in said[1:]):
        raise InvalidInput(
            f"I don't understand “{' '.join(tokens)}” after the number. "
            "Say how often, such as: for 3 evaluations"
        )
    if not 1 <= times <= most:
        raise InvalidInput(
            f"I can wait for 1 to {most} evaluations in a row, such as: for 3 evaluations"
        )
    return times


def name(token: str) -> str:
    """What a token names, without its quotes."""
    return token.strip('"').strip()


def typed_name(text: str) -> str:
    """A token that `compared` reads as this name, wherever it stands."""
    plain = _TOKEN.fullmatch(text) and text.casefold() not in _RESERVED
    return text if plain else f'"{text}"'


def typed_number(value: float) -> str:
    """The shortest text that `number` reads as this value."""
    return repr(value).removesuffix(".0")


def _phrase_end(folded: Sequence[str], start: int, meanings: Mapping[str, Meaning]) -> int:
    """Where the longest comparison that begins at `start` ends; `start` where none does."""
    for length in range(_LONGEST_PHRASE, 0, -1):
        if " ".join(folded[start : start + length]) in meanings:
            return min(start + length, len(folded))
    return start


def _is_verb(folded: Sequence[str], start: int, end: int, meanings: Mapping[str, Meaning]) -> bool:
    """`is` means *equals*, but not in `is below`."""
    is_word = " ".join(folded[start:end]) in EQUALS
    return is_word and _phrase_end(folded, end, meanings) > end


def _without(tokens: Sequence[str], words: frozenset[str], end: int) -> Sequence[str]:
    """The tokens without such words at one end; one always stays, for a metric may be called so."""
    kept = list(tokens)
    while len(kept) > 1 and kept[end].casefold() in words:
        kept.pop(end)
    return kept


def _count(word: str) -> int | None:
    digits = word.removesuffix("x")
    return int(digits) if digits.isdecimal() and len(digits) < 5 else _COUNTS.get(word)


_RESERVED = frozenset(
    word for phrase in (*BELOW, *ABOVE, *AT_MOST, *AT_LEAST, *EQUALS) for word in phrase.split()
) | (_VERBS | _OPENINGS | {"of"})
