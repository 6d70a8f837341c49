"""SELECTs that are built once.

To build a statement and to load its rows as objects of a session costs SQLAlchemy five times what
the database takes for a row by its key; a statement that is kept is neither built nor keyed anew
(https://docs.sqlalchemy.org/en/20/core/connections.html#sql-compilation-caching).
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from storage.base import Base

R = TypeVar("R", bound=Base)
V = TypeVar("V")

Columns = ReadOnlyColumnCollection[str, Any]


class Rows(Generic[R, V]):
    """The rows of one table for which `where` holds, as values: it is given the table's columns.

    They are read as they stand in this transaction and never become objects of the session, so
    `value` gets something that only looks like the row class: it may read columns and no more.
    """

    def __init__(
        self,
        row: type[R],
        value: Callable[[R], V],
        where: Callable[[Columns], Sequence[ColumnElement[bool]]],
        *,
        order_by: Callable[[Columns], Sequence[ColumnElement[Any]]] | None = None,
        limit: int | None = None,
        lock: bool = False,
    ) -> None:
        table = cast(Table, row.__table__)
        statement: Select[*tuple[Any, ...]] = select(table).where(*where(table.columns))
        if order_by:
            statement = statement.order_by(*order_by(table.columns))
        if limit:
            statement = statement.limit(limit)
        self._statement = statement.with_for_update() if lock else statement
        self._value = value

    def first(self, session: Session, **parameters: Any) -> V | None:
        """The first one, or None."""
        found = run(session, self._statement, parameters).first()
        return None if found is None else self._value(found)

    def all(self, session: Session, **parameters: Any) -> list[V]:
        """Every one."""
        return [self._value(found) for found in run(session, self._statement, parameters)]


def run(
    session: Session, statement: Any, parameters: dict[str, Any] | Sequence[dict[str, Any]]
) -> Any:
    """Run a Core statement in the session's transaction, after what the session still holds."""
    session.flush()
    return session.connection().execute(statement, parameters)
