"""The part of JQL that Meridian uses: clauses joined by AND, and ORDER BY.

project, key, id, labels, status, statusCategory, assignee (=, !=, in), level IS [NOT] EMPTY,
updated and created (>=, >, <=, <) with unquoted epoch milliseconds, a quoted date read in the
account's profile zone, or -15m.
"""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import ge, gt, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from tests.standins.jira.model import Ticket

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?\d+[mhdw]?(?![\w-])|[A-Za-z_][\w.-]*|>=|<=|!=|[=<>(),]|\S'
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt}
_CATEGORY_NAMES = {"new": "to do", "indeterminate": "in progress", "done": "done"}
_WORDS: dict[str, Callable[[Ticket], set[str]]] = {
    "project": lambda t: {t.project.lower()},
    "key": lambda t: {t.key.lower()},
    "id": lambda t: {t.issue_id},
    "labels": lambda t: {label.lower() for label in t.labels},
    "status": lambda t: {t.status.name.lower()},
    "statuscategory": lambda t: {t.status.category, _CATEGORY_NAMES[t.status.category]},
    "assignee": lambda t: {t.assignee.account_id.lower()} if t.assignee else set(),
    "level": lambda t: {t.level.lower()} if t.level else set(),
}
_INSTANTS: dict[str, Callable[[Ticket], datetime]] = {
    "updated": lambda t: t.updated,
    "created": lambda t: t.created,
}
_ORDERS: dict[str, Callable[[Ticket], Any]] = {
    **_INSTANTS,
    "key": lambda t: (t.project, int(t.key.rpartition("-")[2])),
}

Predicate = Callable[[Ticket], bool]


class JqlError(Exception):
    """The search is not understood or names something unknown; the text is Jira's message."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a search needs to know to be read: the instant, the profile zone, the projects and ids
    that the account sees. Without `validate` unknown ids are left out."""

    now: datetime
    zone: str
    projects: Iterable[str]
    ids: Container[str] = ()
    validate: bool = True


@dataclass(frozen=True, kw_only=True)
class Query:
    """A search that was understood."""

    clauses: tuple[Predicate, ...]
    order: tuple[tuple[str, bool], ...]

    def find(self, tickets: Iterable[Ticket]) -> list[Ticket]:
        """The tickets that match, in order."""
        found = [t for t in tickets if all(clause(t) for clause in self.clauses)]
        for field, descending in reversed(self.order):
            found.sort(key=_ORDERS[field], reverse=descending)
        return found


def parse(text: str, reader: Reader) -> Query:
    """Understands `text`, or raises `JqlError`."""
    tokens = _TOKEN.findall(text)
    lowered = [token.lower() for token in tokens]
    cut = lowered.index("order") if "order" in lowered else len(tokens)
    parts = [part for part in _split(tokens[:cut], "and") if part]
    # Instants first: they are quick to ask and leave few of thousands.
    parts.sort(key=lambda part: part[0].lower() not in _INSTANTS)
    clauses = [_clause(part, reader) for part in parts]
    return Query(clauses=tuple(clauses), order=_order(tokens[cut:]))


def _split(tokens: Sequence[str], word: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.lower() == word:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _order(tokens: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    order = []
    for part in _split(tokens[2:], ","):
        if part:
            if part[0].lower() not in _ORDERS:
                raise JqlError(f"Not able to sort using field '{part[0]}'.")
            order.append((part[0].lower(), part[-1].lower() == "desc"))
    return tuple(order)


def _clause(tokens: list[str], reader: Reader) -> Predicate:
    field, operator = tokens[0].lower(), " ".join(tokens[1:2]).lower()
    values = [token for token in tokens[2:] if token not in "(),"]
    if field in _INSTANTS and operator in _COMPARE and len(values) == 1:
        compare, read, bound = _COMPARE[operator], _INSTANTS[field], _instant(values[0], reader)
        return lambda t: compare(read(t), bound)
    fitting = {
        "=": len(values) == 1,
        "!=": len(values) == 1,
        "in": bool(values),
        "is": bool(values),
    }
    if field in _WORDS and fitting.get(operator):
        return _word_clause(field, operator, values, reader)
    raise JqlError(f"Error in the JQL Query near '{' '.join(tokens)}'.")


def _word_clause(field: str, operator: str, values: list[str], reader: Reader) -> Predicate:
    read = _WORDS[field]
    wanted = {_unquoted(value).lower() for value in values}
    if operator == "is":
        empty = "not" not in wanted
        return lambda t: (not read(t)) is empty
    if field == "project":
        _require_known(values, reader)
    if field == "id" and reader.validate:
        for value in values:
            if value not in reader.ids:
                raise JqlError(f"An issue with key '{value}' does not exist for field 'id'.")
    if operator == "!=":
        return lambda t: not wanted & read(t)
    return lambda t: bool(wanted & read(t))


def _require_known(values: list[str], reader: Reader) -> None:
    known = {key.lower() for key in reader.projects}
    for value in values:
        if _unquoted(value).lower() not in known:
            raise JqlError(
                f"The value '{_unquoted(value)}' does not exist for the field 'project'."
            )


def _instant(token: str, reader: Reader) -> datetime:
    if re.fullmatch(r"\d+", token):
        return datetime.fromtimestamp(int(token) / 1000, UTC)
    relative = re.fullmatch(r"-(\d+)([mhdw])", token)
    if relative:
        return reader.now - timedelta(**{_UNITS[relative[2]]: int(relative[1])})
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d"):
        try:
            local = datetime.strptime(_unquoted(token), form).replace(tzinfo=ZoneInfo(reader.zone))
        except ValueError:
            continue
        return local.astimezone(UTC)
    raise JqlError(f"Date value '{token}' for field 'updated' is invalid.")


def _unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token
