"""INSERT … ON CONFLICT for both databases."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningInsert

from storage.base import Base
from storage.statements import run

Insert = postgresql.Insert | sqlite.Insert

# One statement's parameters are counted: 32,766 on SQLite (https://sqlite.org/limits.html).
_ROWS = 500


def insert_if_absent(session: Session, row: type[Base], **values: Any) -> bool:
    """Insert one row unless a unique key forbids it; whether it was inserted."""
    # The returned key tells: the row count of such an insert means nothing on PostgreSQL.
    statement = _if_absent(session.get_bind().dialect.name, row, tuple(values))
    return run(session, statement, values).first() is not None


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
    if only_if is None:
        run(session, _replacing(session.get_bind().dialect.name, row, tuple(values)), values)
    else:
        replacing = _replaced(_insert(session, row, values), row, tuple(values), only_if)
        session.execute(replacing)
    names = [column.name for column in inspect(row).primary_key]
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


@cache
def _if_absent(dialect: str, row: type[Base], names: tuple[str, ...]) -> ReturningInsert[Any]:
    key = inspect(row).primary_key
    return _prepared(dialect, row, names).on_conflict_do_nothing().returning(*key)


@cache
def _replacing(dialect: str, row: type[Base], names: tuple[str, ...]) -> Insert:
    return _replaced(_prepared(dialect, row, names), row, names)


def _replaced(
    statement: Insert,
    row: type[Base],
    names: tuple[str, ...],
    only_if: ColumnElement[bool] | None = None,
) -> Insert:
    key = list(inspect(row).primary_key)
    fixed = {column.name for column in key}
    rest = {name: statement.excluded[name] for name in names if name not in fixed}
    return statement.on_conflict_do_update(index_elements=key, set_=rest, where=only_if)


def _prepared(dialect: str, row: type[Base], names: tuple[str, ...]) -> Insert:
    """An insert of one row whose values are given when it runs."""
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = cast(Table, row.__table__)
    return build(table).values({name: bindparam(name) for name in names})


def _insert(
    session: Session, row: type[Base], values: dict[str, Any] | list[dict[str, Any]]
) -> Insert:
    dialect = session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return build(row).values(values)
