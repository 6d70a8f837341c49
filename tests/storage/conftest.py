"""The storage suite runs on SQLite and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from storage.engine import Engines, open_engines
from storage.tables import METADATA
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import emptied, new_database

T = TypeVar("T")
Run = Callable[[Callable[[SqlUnitOfWork], T]], T]


@pytest.fixture(scope="session")
def _tables(postgres_url: str) -> str:
    """A database with all tables: to make one takes longer than most tests."""
    url = new_database(postgres_url)
    opened = open_engines(url)
    METADATA.create_all(opened.writer)
    opened.dispose()
    return url


@pytest.fixture
def postgres_database(_tables: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables and no row."""
    yield _tables
    emptied(_tables, [table.name for table in reversed(METADATA.sorted_tables)])


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    """Engines on a database with all tables."""
    opened = open_engines(database_url)
    METADATA.create_all(opened.writer)
    yield opened
    opened.dispose()


@pytest.fixture
def run(engines: Engines) -> Run[object]:
    """Run a function of a unit of work in one committed transaction."""

    def in_transaction(work: Callable[[SqlUnitOfWork], object]) -> object:
        with Session(engines.writer) as session, session.begin():
            return work(SqlUnitOfWork(session))

    return in_transaction
