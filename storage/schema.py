"""Which schema the database has, without Alembic."""

from sqlalchemy import inspect, text

from storage.engine import open_engines

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test compares them."""


def is_current(url: str) -> bool:
    """Whether the database is at `HEAD`."""
    engines = open_engines(url)
    try:
        with engines.reader.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return bool(found == HEAD)
    finally:
        engines.dispose()
