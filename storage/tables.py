"""Every table: importing this module fills the metadata."""

from storage import unit_of_work
from storage.base import Base
from storage.decisions.text import CREATED, DROPPED, UNDECLARED

METADATA = Base.metadata

SEARCH_CREATED = CREATED
"""Statements by database that the tables don't tell: they follow the creation of all of them."""

SEARCH_DROPPED = DROPPED
"""Those that go before the tables do."""


def is_declared(
    _item: object, name: str | None, _kind: str, _reflected: bool, _compared: object
) -> bool:
    """Whether Alembic is to look at something: what full-text search adds is beyond its words."""
    return not (name or "").startswith(UNDECLARED)


__all__ = ["METADATA", "SEARCH_CREATED", "SEARCH_DROPPED", "is_declared", "unit_of_work"]
