"""A real mirror on a fresh SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import T0


@pytest.fixture
def transactions(tmp_path: Path) -> Iterator[SqlTransactions]:
    """The bridge, on a database with all tables."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    opened = SqlTransactions(engines, lambda: T0, lambda: None)
    yield opened
    opened.close()
