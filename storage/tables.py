"""Every table: importing this module fills the metadata."""

from storage import unit_of_work
from storage.base import Base
from storage.decisions import text
from storage.experiments import tried_text
from storage.fanout import schema as fanout
from storage.privacy import audit

METADATA = Base.metadata

_SEARCHED = (text, tried_text, audit)

SEARCH_CREATED = {
    database: (
        *(statement for each in _SEARCHED for statement in each.CREATED[database]),
        *(fanout.created() if database == "postgresql" else ()),
    )
    for database in text.CREATED
}
"""Statements by database that the tables don't tell: they follow the creation of all of them."""

SEARCH_DROPPED = {
    database: (
        *(statement for each in _SEARCHED for statement in each.DROPPED[database]),
        *(fanout.DROPPED if database == "postgresql" else ()),
    )
    for database in text.DROPPED
}
"""Those that go before the tables do."""

_UNDECLARED = (*(name for each in _SEARCHED for name in each.UNDECLARED), *fanout.PREFIXES)


def is_declared(
    _item: object, name: str | None, _kind: str, _reflected: bool, _compared: object
) -> bool:
    """Whether Alembic is to look at something: what these add is beyond its words."""
    return not (name or "").startswith(_UNDECLARED)


__all__ = ["METADATA", "SEARCH_CREATED", "SEARCH_DROPPED", "is_declared", "unit_of_work"]
