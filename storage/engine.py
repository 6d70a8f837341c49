"""Engines for SQLite and PostgreSQL with the settings that the promises rest on."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

_READERS = 4
_POSTGRES_WRITERS = 8

# A node that was stopped in the middle of a transaction must not hold what it locked from others.
_POSTGRES_OPTIONS = "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"


@dataclass(frozen=True, kw_only=True)
class Engines:
    """One engine to write with and one to read with, and how many threads each may use."""

    writer: Engine
    reader: Engine
    writers: int
    readers: int

    def dispose(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str) -> Engines:
    """Engines for a SQLAlchemy URL.

    SQLite has one writer, which takes the write lock at BEGIN: with SQLite's own deferred
    transactions concurrent writers lose updates or fail as locked.
    """
    if make_url(url).get_backend_name() == "sqlite":
        writer = _sqlite(url, begin="BEGIN IMMEDIATE", size=1)
        reader = _sqlite(url, begin="BEGIN", size=_READERS)
        return Engines(writer=writer, reader=reader, writers=1, readers=_READERS)
    engine = create_engine(
        url,
        pool_size=_POSTGRES_WRITERS + _READERS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": _POSTGRES_OPTIONS},
    )
    return Engines(writer=engine, reader=engine, writers=_POSTGRES_WRITERS, readers=_READERS)


def _sqlite(url: str, *, begin: str, size: int) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"timeout": 5})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions of its own: we say which kind.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
