"""Every table: importing this module fills the metadata."""

from storage import unit_of_work
from storage.base import Base
from storage.decisions import text
from storage.experiments import tried_text

METADATA = Base.metadata

_SEARCHED = (text, tried_text)

SEARCH_CREATED = {
    database: tuple(statement for each in _SEARCHED for statement in each.CREATED[database])
    for database in text.CREATED
}
"""Statements by database that the tables don't tell: they follow the creation of all of them."""

SEARCH_DROPPED = {
    database: tuple(statement for each in _SEARCHED for statement in each.DROPPED[database])
    for database in text.DROPPED
}
"""Those that go before the tables do."""

_UNDECLARED = tuple(name for each in _SEARCHED for name in each.UNDECLARED)


def is_declared(
    _item: object, name: str | None, _kind: str, _reflected: bool, _compared: object
) -> bool:
    """Whether Alembic is to look at something: what full-text search adds is beyond its words."""
    return not (name or "").startswith(_UNDECLARED)


__all__ = ["METADATA", "SEARCH_CREATED", "SEARCH_DROPPED", "is_declared", "unit_of_work"]
