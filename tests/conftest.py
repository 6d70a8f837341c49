"""Fixtures that several suites share."""

import os
import shutil
import tempfile
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.standins.mlflow import MlflowServer, mlflow_server
from tests.standins.postgres import drop_database, new_database, postgres_server

# As the bot does: the operating system's zone data is often older than the installed one.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=())

# Hundreds of small databases that wait for a disk at each commit make half of a test run.
_MEMORY = Path("/dev/shm")
_ROOMY = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 2**30
_OURS = "PYTEST_DEBUG_TEMPROOT" not in os.environ
if _OURS:
    # The workers of a parallel run find it in their environment and leave it to the one that
    # started them.
    os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(
        prefix="meridian-tests-", dir=_MEMORY if _ROOMY else None
    )


# With `rich` installed, which pip-audit brings along, structlog draws every local variable beside a
# traceback; that takes seconds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_unconfigure() -> None:
    """A run leaves no file behind."""
    if _OURS:
        shutil.rmtree(os.environ["PYTEST_DEBUG_TEMPROOT"], ignore_errors=True)


@pytest.fixture(scope="session")
def mlflow() -> Iterator[MlflowServer]:
    """The one real MLflow server of a test run: it takes ten seconds to start."""
    with mlflow_server() as started:
        yield started


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The one PostgreSQL server of a test run."""
    with postgres_server(durable=False) as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    url = new_database(postgres_url)
    yield url
    # Stopping the server writes every database down; those that are gone cost nothing.
    drop_database(postgres_url, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/meridian.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


class ByCompany(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types here.
    """A file's tests share a worker, and so do all that share the demo, which starts once."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "browser" if path.startswith("tests/browser/") else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByCompany:
    """pytest-xdist's own groups don't work with this pytest: they rename tests."""
    return ByCompany(config, log)
