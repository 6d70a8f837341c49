"""Statements for many rows at once, as the tick writes them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import UpdateBase, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.base import Base


def insert_all(session: Session, row: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows but those that a unique key forbids, fast."""
    if rows:
        execute_many(session, _insert(session, row, rows[0]).on_conflict_do_nothing(), rows)


def upsert_all(
    session: Session,
    row: type[Base],
    rows: Sequence[dict[str, Any]],
    *,
    lower: InstrumentedAttribute[Any] | None = None,
) -> None:
    """Insert rows, or replace those with their primary keys: where `lower` is given, only those
    whose column it would lower."""
    if not rows:
        return
    key = inspect(row).primary_key
    statement = _insert(session, row, rows[0])
    names = {column.name for column in key}
    rest = {name: statement.excluded[name] for name in rows[0] if name not in names}
    where = None if lower is None else lower > statement.excluded[lower.key]
    replacing = statement.on_conflict_do_update(index_elements=list(key), set_=rest, where=where)
    execute_many(session, replacing, rows)
    for known in session.identity_map.values():
        if isinstance(known, row):
            session.expire(known)


def execute_many(session: Session, statement: UpdateBase, rows: Sequence[dict[str, Any]]) -> None:
    """Run a statement for each row by the driver's `executemany`; a row names bound parameters.

    SQLAlchemy prepares each row anew, which takes longer than the database does.
    """
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect)
    fixed = compiled.params
    names = compiled.positiontup or list(fixed)
    turned = {
        name: bound.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        for name, bound in compiled.binds.items()
    }

    def value(name: str, given: dict[str, Any]) -> Any:
        found = given[name] if name in given else fixed[name]
        turn = turned[name]
        return turn(found) if turn else found

    if compiled.positiontup is None:
        lines: list[Any] = [{name: value(name, given) for name in names} for given in rows]
    else:
        lines = [tuple([value(name, given) for name in names]) for given in rows]
    connection.exec_driver_sql(compiled.string, lines)


def _insert(
    session: Session, row: type[Base], values: dict[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    dialect = session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return build(row).values(values)
