"""What somebody looks for among what was tried: words, and params with their values."""

import re
from dataclasses import dataclass

from bot.domain.decisions.search import search_words
from bot.errors import InvalidInput

_ASSIGNED = re.compile(r"\s*=+\s*")
_PAIR = re.compile(r"([\w./-]+)=([^\s=,;]+)")
_SMALL_WORDS = (
    "a an and anybody anyone are as at be been but by did do does ever for from had has have if in "
    "into is it its of on or our than that the their them then there this to tried try trying us "
    "use used using was we were what when where which who why with without you"
)
_SMALL = frozenset(_SMALL_WORDS.split())

MOST_CHARACTERS = 200
"""What was typed stands in the buttons that lead to other pages."""

EXAMPLE = "/experiment tried focal loss"


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Folded words, all of which must be there, and `pairs` of a param's name and its value."""

    words: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def all_words(self) -> tuple[str, ...]:
        """The same for places that know no params: names and values are words there."""
        return (*self.words, *(part for pair in self.pairs for part in pair))


def sought(typed: str) -> Sought:
    """What is looked for; raises InvalidInput where that is nothing, or too much."""
    if len(typed) > MOST_CHARACTERS:
        raise InvalidInput(f"Look for a few words: at most {MOST_CHARACTERS} characters of them.")
    joined = search_words(_ASSIGNED.sub("=", typed))
    pairs = dict.fromkeys(pair for word in joined for pair in assignments(word))
    rest = [left for word in joined if any(map(str.isalnum, left := _PAIR.sub(" ", word).strip()))]
    telling = [word for word in rest if word not in _SMALL]
    if rest and not (telling or pairs):
        raise InvalidInput(
            f"Nearly every text has the words you typed. Add a more telling one, as in `{EXAMPLE}`."
        )
    words = tuple(telling)
    if not (words or pairs):
        raise InvalidInput(f"Type what to look for, such as `{EXAMPLE}` or `lr=0.1`.")
    return Sought(words=words, pairs=tuple(pairs))


def assignments(text: str) -> list[tuple[str, str]]:
    """Every `name=value` in a text, the value as `same_value` has it."""
    found = _PAIR.findall(text)
    return [(key.strip("-./"), same_value(value.rstrip(".)]}"))) for key, value in found]


def same_value(value: str) -> str:
    """One way to write it for numbers that are equal: 0.10, .1 and 1e-1 are 0.1."""
    try:
        return f"{float(value):g}" if len(value) <= 40 else value
    except ValueError:
        return value


def last_name(key: str) -> str:
    """What is left of `model.optimizer.lr` where it is called `lr`."""
    return re.split(r"[./]|__", key)[-1] or key
