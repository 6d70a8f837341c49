"""INSERT … ON CONFLICT for both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from storage.base import Base

# One statement's parameters are counted: 32,766 on SQLite (https://sqlite.org/limits.html).
_ROWS = 500


def insert_if_absent(session: Session, row: type[Base], **values: Any) -> bool:
    """Insert one row unless a unique key forbids it; whether it was inserted."""
    key = inspect(row).primary_key
    # The returned key tells: the row count of such an insert means nothing on PostgreSQL.
    statement = _insert(session, row, values).on_conflict_do_nothing().returning(*key)
    return session.execute(statement).first() is not None


def insert_absent(session: Session, row: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows but those that a unique key forbids."""
    if rows:
        statement = _insert(session, row, rows[0]).on_conflict_do_nothing()
        session.connection().execute(statement, list(rows))


def insert_or_replace(
    session: Session,
    row: type[Base],
    *,
    only_if: ColumnElement[bool] | None = None,
    **values: Any,
) -> None:
    """Insert one row, or replace the one with its primary key, `only_if` that holds for it.

    `Session.merge` looks first and inserts then: on PostgreSQL the second of two would fail.
    """
    key = inspect(row).primary_key
    names = [column.name for column in key]
    rest = {name: value for name, value in values.items() if name not in names}
    session.execute(
        _insert(session, row, values).on_conflict_do_update(
            index_elements=list(key), set_=rest, where=only_if
        )
    )
    known = session.identity_map.get(identity_key(row, tuple(values[name] for name in names)))
    if known is not None:
        session.expire(known)


def replace_all(session: Session, row: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows, or replace those with their primary keys."""
    key = inspect(row).primary_key
    names = [column.name for column in key]
    for start in range(0, len(rows), _ROWS):
        part = list(rows[start : start + _ROWS])
        statement = _insert(session, row, part)
        rest = {name: statement.excluded[name] for name in part[0] if name not in names}
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))
    for known in session.identity_map.values():
        if isinstance(known, row):
            session.expire(known)


def _insert(
    session: Session, row: type[Base], values: dict[str, Any] | list[dict[str, Any]]
) -> postgresql.Insert | sqlite.Insert:
    dialect = session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return build(row).values(values)
