"""The key `meridian` of the front matter: what MADR has no place for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.clients.madr.front import Front
from bot.clients.madr.names import person, shown
from bot.domain.decisions.archive import ArchivedDecision, FileRefused
from bot.domain.decisions.consent import Approver, ConsentTerms
from bot.domain.decisions.evidence import Evidence
from bot.domain.decisions.measure import Expectation, RevisitRule
from bot.domain.decisions.promotion import Promotion, PromotionStatus
from bot.domain.decisions.record import DecisionChange, Origin
from bot.domain.decisions.review import Review

KEY = "meridian"

_NUMBERED = ("audit", "reviews")
_PEOPLE = frozenset({"author", "by", "user_id", "answered_by"})


@dataclass(frozen=True, kw_only=True)
class Extras:
    """The block's values, in the order in which they are written; without a number it is new."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=False)

    number: int | None = None
    channel: str = ""
    author: str = ""
    created_at: datetime | None = None
    decided_at: datetime | None = None
    version: int = 0
    supersedes: int | None = None
    superseded_by: int | None = None
    tags: tuple[str, ...] = ()
    review_on: date | None = None
    origin: Origin | None = None
    evidence: tuple[Evidence, ...] = ()
    promotion: Promotion | None = None
    promoted: PromotionStatus | None = None
    expected: Expectation | None = None
    revisit: RevisitRule | None = None
    consent: ConsentTerms | None = None
    asked: tuple[Approver, ...] = ()
    reviews: tuple[Review, ...] = ()
    audit: tuple[DecisionChange, ...] = ()


_EXTRAS = TypeAdapter(Extras)


def of(archived: ArchivedDecision) -> Extras:
    """What a decision has beyond MADR."""
    record, body = archived.record, archived.record.body
    shared = {
        name: getattr(source, name)
        for source in (body, record)
        for name in _names(source) & _names(Extras)
    }
    return Extras(
        **shared,
        promoted=archived.promotion,
        asked=archived.approvers,
        reviews=archived.reviews,
        audit=archived.changes,
    )


def dump(extras: Extras, names: Mapping[str, str]) -> dict[str, Any]:
    """The block, with people by name and id."""
    values = _EXTRAS.dump_python(extras, exclude_defaults=True)
    for entry in _numbered(values):
        del entry["number"]
    named: dict[str, Any] = _people(values, lambda user_id: shown(user_id, names))
    return named


def load(front: Front) -> tuple[Extras, dict[str, str]]:
    """The block's values and the names of the people in it; raises FileRefused."""
    given = front.values.get(KEY) or {}
    names: dict[str, str] = {}

    def id_of(text: str) -> str:
        user_id, name = person(text)
        if name:
            names[user_id] = name
        return user_id

    if not isinstance(given, dict):
        raise FileRefused(f"`{KEY}` is to be a list of keys with values.", front.line(KEY))
    values = _people(given, id_of)
    for entry in _numbered(values):
        entry.setdefault("number", values.get("number"))
    try:
        extras = _EXTRAS.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        sentence = f"`{KEY}.{where}` can't be read: {first['msg'][:1].lower()}{first['msg'][1:]}."
        raise FileRefused(sentence, front.line(KEY, *first["loc"])) from error
    _require_whole(extras, front)
    return extras, names


def _require_whole(extras: Extras, front: Front) -> None:
    if extras.number is None:
        return
    missing = [
        name for name in ("channel", "author", "created_at", "version") if not getattr(extras, name)
    ]
    if missing:
        raise FileRefused(f"`{KEY}.{missing[0]}` is missing.", front.line(KEY))


def body_values(extras: Extras, names: set[str]) -> dict[str, Any]:
    """Those of the values that belong to a class with these fields."""
    return {name: getattr(extras, name) for name in _names(Extras) & names}


def _names(source: Any) -> set[str]:
    return {field.name for field in fields(source)}


def _numbered(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = [entry for name in _NUMBERED for entry in _list(values.get(name))]
    entries += [values["promoted"]] if "promoted" in values else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _people(value: Any, convert: Callable[[str], str], key: str = "") -> Any:
    """The same values, with those converted that name a person."""
    if isinstance(value, dict):
        return {name: _people(each, convert, str(name)) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_people(each, convert) for each in value]
    return convert(value) if key in _PEOPLE and isinstance(value, str) and value else value
