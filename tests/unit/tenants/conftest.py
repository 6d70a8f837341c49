"""The nodes of each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.tenants.nodes import Nodes, nodes


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Nodes]:
    """Nodes with an empty database."""
    found = nodes(tmp_path)
    yield found
    found.transactions.close()
