"""INSERT … ON CONFLICT DO NOTHING for both databases."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.base import Base


def insert_if_absent(session: Session, row: type[Base], **values: Any) -> bool:
    """Insert one row unless a unique key forbids it; whether it was inserted."""
    dialect = session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    key = inspect(row).primary_key
    # The returned key tells: the row count of such an insert means nothing on PostgreSQL.
    statement = build(row).values(**values).on_conflict_do_nothing().returning(*key)
    return session.execute(statement).first() is not None
