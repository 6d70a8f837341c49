"""The storage suite runs on SQLite and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from storage.base import Base
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import drop_database, new_database, postgres_server

T = TypeVar("T")
Run = Callable[[Callable[[SqlUnitOfWork], T]], T]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One server for the whole suite."""
    with postgres_server(durable=False) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/meridian.db"
        return
    server: str = request.getfixturevalue("postgres_url")
    url = new_database(server)
    yield url
    # Stopping the server writes every database down; those that are gone cost nothing.
    drop_database(server, url)


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    """Engines on a database with all tables."""
    opened = open_engines(database_url)
    Base.metadata.create_all(opened.writer)
    yield opened
    opened.dispose()


@pytest.fixture
def run(engines: Engines) -> Run[object]:
    """Run a function of a unit of work in one committed transaction."""

    def in_transaction(work: Callable[[SqlUnitOfWork], object]) -> object:
        with Session(engines.writer) as session, session.begin():
            return work(SqlUnitOfWork(session))

    return in_transaction
