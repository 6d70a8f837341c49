"""A database at our schema without Alembic, which takes most of a test's time."""

from collections.abc import Sequence

from sqlalchemy import text

from storage import schema
from storage.engine import open_engines
from storage.tables import METADATA


def create_tables(url: str, names: Sequence[str] = ()) -> None:
    """All tables, or those of these names only, and the mark of the newest schema."""
    chosen = [METADATA.tables[name] for name in names] or None
    engines = open_engines(url)
    METADATA.create_all(engines.writer, chosen)
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        mark = text("INSERT INTO alembic_version VALUES (:head)")
        connection.execute(mark, {"head": schema.HEAD})
    engines.dispose()
