"""Empty databases of both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.postgres import drop_database, new_database, postgres_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One server for these tests."""
    with postgres_server() as url:
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
    drop_database(server, url)
