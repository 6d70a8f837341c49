"""Empty databases of either kind, and plain transactions on them from outside the bot."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from sqlalchemy.orm import Session

from storage.engine import Engines, open_engines
from storage.fanout import schema as fanout
from storage.tables import METADATA
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import new_database, postgres_server

T = TypeVar("T")

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def empty_database(kind: str, server: str = "") -> Iterator[str]:
    """The URL of a database with all tables and no rows; removed at the end.

    PostgreSQL gets a server of its own, unless `server` is the URL of one that runs.
    """
    if kind == "PostgreSQL":
        with nullcontext(server) if server else postgres_server() as running:
            url = new_database(running)
            create_tables(url)
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        url = f"sqlite:///{folder}/meridian.db"
        create_tables(url)
        yield url


class Observer:
    """The trial's own connection to the database under trial."""

    def __init__(self, url: str) -> None:
        self._engines: Engines = open_engines(url)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run a query."""
        with Session(self._engines.reader) as session:
            return work(session)

    def write(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """Run a use case in one committed transaction."""
        with Session(self._engines.writer) as session, session.begin():
            return work(SqlUnitOfWork(session))

    def close(self) -> None:
        """Close every connection."""
        self._engines.dispose()


@contextmanager
def observed(url: str) -> Iterator[Observer]:
    """An observer that is closed at the end."""
    observer = Observer(url)
    try:
        yield observer
    finally:
        observer.close()


def create_tables(url: str) -> None:
    """All tables of an empty database."""
    engines = open_engines(url)
    METADATA.create_all(engines.writer)
    with engines.writer.begin() as connection:
        fanout.create(connection)
    engines.dispose()
