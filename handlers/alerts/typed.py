"""What `/alert` needs everywhere: the number of a rule as typed, and who may do something."""

import re

from bot.errors import InvalidInput
from handlers.experiments import colleagues
from handlers.requests import Request
from handlers.routing import Deps

OUTSIDERS = (
    "Guests and people of other companies can't act on alerts or set them up; "
    "ask somebody of the team."
)

_NUMBER = re.compile(r"[\s*_`~(\[]*(?:a\s*[-–—]?\s*)?(\d{1,9})[\s*_`~)\].,:;!]*", re.IGNORECASE)
_LEADING = re.compile(r"[\s*_`~(\[]*a\s*[-–—]?\s*(\d{1,9})(?!\w)[*_`~)\].,:;]*", re.IGNORECASE)


async def require_colleague(request: Request, deps: Deps, *named: str) -> None:
    """Learn the names of who asks and who is named; raises NotPermitted for guests and people of
    other companies, who may read of alerts and no more."""
    others = sorted({*named} - {""})
    await colleagues.require_colleague(request, deps, *others, refusal=OUTSIDERS)


def is_number(text: str) -> bool:
    """Whether a text is nothing but a rule's number: `A-3`, `a3`, `*A–3*`, `3`."""
    return _NUMBER.fullmatch(text) is not None


def number(text: str, word: str = "show") -> int:
    """The number of the rule that was typed after a word; raises InvalidInput."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise InvalidInput(f"Name a rule, such as `/alert {word} A-1`. `/alert list` shows all.")
    return int(found[1])


def leading_number(text: str) -> tuple[int, str]:
    """The rule's number with which a text begins (0 if there is none), and what follows."""
    found = _LEADING.match(text)
    if found is None:
        return 0, text.strip()
    return int(found[1]), text[found.end() :].strip()
