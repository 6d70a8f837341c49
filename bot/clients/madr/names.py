"""How files and people are called."""

import re
import unicodedata
from collections.abc import Mapping

from bot.domain.decisions.record import DecisionRecord

_SLUG_LENGTH = 60
_FILE = re.compile(r"([0-9]{4,9})-[a-z0-9-]+\.md")
_PERSON = re.compile(r"(?P<name>.*) \((?P<id>[A-Za-z0-9_]+)\)", re.DOTALL)


def file_name(record: DecisionRecord) -> str:
    """`0012-use-lightgbm-for-churn-v2.md`, as MADR names its files."""
    return f"{record.number:04d}-{slug(record.title)}.md"


def number_in(name: str) -> int | None:
    """The number at the beginning of such a name, or None for another kind of name."""
    found = _FILE.fullmatch(name)
    return int(found[1]) if found else None


def slug(title: str) -> str:
    """A title in ASCII letters, digits and dashes; `decision` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > _SLUG_LENGTH:
        words = words[: _SLUG_LENGTH + 1].rpartition("-")[0] or words[:_SLUG_LENGTH]
    return words or "decision"


def shown(user_id: str, names: Mapping[str, str]) -> str:
    """`Lena Berg (U03LENA)`, or the id alone."""
    name = names.get(user_id)
    return f"{name} ({user_id})" if name else user_id


def person(text: str) -> tuple[str, str]:
    """The user id and the name in what `shown` gives; the name may be empty."""
    found = _PERSON.fullmatch(text)
    return (found["id"], found["name"]) if found else (text, "")
