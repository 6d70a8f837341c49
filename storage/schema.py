"""Which schema the database has, without Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError

from bot.errors import ConfigError
from storage.engine import open_engines

# What these say is that we asked for the wrong thing; the others, that there is nothing to ask.
_OURS = (DataError, IntegrityError, ProgrammingError)

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test compares them."""


def is_current(url: str) -> bool:
    """Whether the database is at `HEAD`, or at what a later release left: it works for us too.

    Creates no SQLite file where there is none. Raises ConfigError where there is no database.
    """
    with reaching_the_database():
        if _is_missing_file(url):
            return False
        engines = open_engines(url)
        try:
            with engines.reader.connect() as connection:
                return (_revision(connection) or "") >= HEAD
        finally:
            engines.dispose()


@contextmanager
def reaching_the_database() -> Iterator[None]:
    """A database that can't be opened comes out as a ConfigError, one line naming the setting."""
    try:
        yield
    except (DatabaseError, ArgumentError) as error:
        if isinstance(error, _OURS):
            raise
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise ConfigError(f"DATABASE_URL can't be opened: {reason}.") from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _is_missing_file(url: str) -> bool:
    address = make_url(url)
    return address.get_backend_name() == "sqlite" and not Path(address.database or "").exists()
