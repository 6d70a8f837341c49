"""Statements for many rows at once, as the tick writes them.

SQLAlchemy prepares each row anew and psycopg sends each one alone, which takes longer than the
database does. Here values are turned into the driver's column by column, and PostgreSQL gets a
batch as one document, in one statement.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Column, Date, Dialect, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.base import Base, UtcDateTime

Names = tuple[str, ...]
Values = Sequence[dict[str, Any]]
"""Rows; each names the same columns, in the same order."""

_DIALECTS = {
    module.__name__.rpartition(".")[2]: cast(Callable[[], Dialect], module.dialect)()
    for module in (postgresql, sqlite)
}


def insert_new(session: Session, row: type[Base], rows: Values) -> None:
    """Insert many rows; one that a unique key forbids raises IntegrityError."""
    _insert(session, row, rows, "")


def insert_fresh(session: Session, row: type[Base], rows: Values, key: Names) -> set[Any]:
    """Insert rows of which none was there when this transaction looked; the `key` columns of those
    that nobody else has inserted since (on SQLite nobody can)."""
    if not rows or _dialect(session) != "postgresql":
        insert_new(session, row, rows)
        return {tuple(given[name] for name in key) for given in rows}
    done = _insert(session, row, rows, f"ON CONFLICT DO NOTHING RETURNING {', '.join(key)}")
    return {tuple(found) for found in done}


def insert_all(session: Session, row: type[Base], rows: Values) -> None:
    """Insert many rows but those that a unique key forbids, in this order."""
    _insert(session, row, rows, "ON CONFLICT DO NOTHING")


def upsert_all(session: Session, row: type[Base], rows: Values, *, lower: str = "") -> None:
    """Insert rows, or replace those with their primary keys: where `lower` is given, only those
    whose column of that name it would lower. No two of `rows` may have one key."""
    if not rows:
        return
    key = _key(row)
    rest = ", ".join(f"{name} = excluded.{name}" for name in rows[0] if name not in key)
    where = f" WHERE {row.__tablename__}.{lower} > excluded.{lower}" if lower else ""
    _insert(session, row, rows, f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {rest}{where}")
    _forget(session, row)


def update_all(session: Session, row: type[Base], rows: Values) -> None:
    """Give the rows of these primary keys these values; the key is among each one's columns."""
    if not rows:
        return
    names, key = tuple(rows[0]), _key(row)
    rest = [name for name in names if name not in key]
    if _dialect(session) == "postgresql":
        sets = ", ".join(f"{name} = given.{name}" for name in rest)
        same = " AND ".join(f"{row.__tablename__}.{name} = given.{name}" for name in key)
        change = f"SET {sets} FROM {_given(row, names)} WHERE {same}"
    else:
        # Numbered, as they come in the order of `names`.
        marks = {name: f"{name} = ?{number}" for number, name in enumerate(names, 1)}
        sets = ", ".join(marks[name] for name in rest)
        change = f"SET {sets} WHERE {' AND '.join(marks[name] for name in key)}"
    _run(session, row, names, f"UPDATE {row.__tablename__} {change}", rows)
    _forget(session, row)


def _insert(session: Session, row: type[Base], rows: Values, conflict: str) -> Any:
    if not rows:
        return None
    names = tuple(rows[0])
    if _dialect(session) == "postgresql":
        source = f"SELECT * FROM {_given(row, names)}"  # noqa: S608  # our own tables' names
    else:
        source = f"VALUES ({', '.join('?' * len(names))})"
    into = f"INSERT INTO {row.__tablename__} ({', '.join(names)})"
    return _run(session, row, names, f"{into} {source} {conflict}", rows)


def _run(session: Session, row: type[Base], names: Names, statement: str, rows: Values) -> Any:
    """The text is built from names of our own tables; every value is a parameter."""
    session.flush()
    dialect = _dialect(session)
    columns = [
        _turned([given[name] for given in rows], _turn(row, name, dialect)) for name in names
    ]
    lines = list(zip(*columns, strict=True))
    if dialect == "postgresql":
        batch = json.dumps([dict(zip(names, line, strict=True)) for line in lines])
        return session.connection().exec_driver_sql(statement, (batch,))
    return session.connection().exec_driver_sql(statement, lines)


def _turned(values: list[Any], turn: Callable[[Any], Any] | None) -> list[Any]:
    """Many rows of a batch share the very same value: each is turned once."""
    if turn is None:
        return values
    known = {id(value): value for value in values}
    turned = {key: turn(value) for key, value in known.items()}
    return [turned[id(value)] for value in values]


@cache
def _turn(row: type[Base], name: str, dialect: str) -> Callable[[Any], Any] | None:
    """How a value of this column is handed to the driver; None: as it is."""
    chosen = _DIALECTS[dialect]
    kind = _column(row, name).type.dialect_impl(chosen)
    processed = kind.bind_processor(chosen)
    if dialect == "sqlite":
        return processed
    return _text(processed) if isinstance(kind, UtcDateTime | Date) else None


def _text(processed: Callable[[Any], Any] | None) -> Callable[[Any], str | None]:
    """How JSON names an instant or a date."""

    def text(value: Any) -> str | None:
        return None if value is None else str(processed(value) if processed else value)

    return text


@cache
def _given(row: type[Base], names: Names) -> str:
    """A batch, one JSON document, as a relation `given` with these columns."""
    postgres = _DIALECTS["postgresql"]
    typed = (f"{name} {_column(row, name).type.compile(postgres)}" for name in names)
    return f"json_to_recordset(%s::json) AS given({', '.join(typed)})"


@cache
def _column(row: type[Base], name: str) -> Column[Any]:
    return cast(Table, row.__table__).columns[name]


@cache
def _key(row: type[Base]) -> Names:
    return tuple(column.name for column in inspect(row).primary_key)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _forget(session: Session, row: type[Base]) -> None:
    for known in session.identity_map.values():
        if isinstance(known, row):
            session.expire(known)
