"""A SQLite database with the bridge to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import T0


@pytest.fixture
def transactions(tmp_path: Path) -> Iterator[SqlTransactions]:
    """Transactions on an empty database."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    opened = SqlTransactions(engines, lambda: T0, lambda: None)
    yield opened
    opened.close()
