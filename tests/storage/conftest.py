"""The storage suite runs on SQLite and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from storage.base import Base
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
Run = Callable[[Callable[[SqlUnitOfWork], T]], T]


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
