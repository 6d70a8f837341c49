"""Alembic's environment: one connection, batch mode for SQLite, every table of `storage`."""

from typing import Literal

from alembic import context
from sqlalchemy import JSON

from storage import tables
from storage.base import SearchTerms
from storage.engine import open_engines


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Types that differ by database are written by name: spelled out, Alembic forgets an import."""
    if kind == "type" and item is SearchTerms:
        return "storage.base.SearchTerms"
    return "storage.base.Json" if kind == "type" and isinstance(item, JSON) else False


def run() -> None:
    """Migrate over the writer's connection, all in one transaction."""
    engines = open_engines(context.config.attributes["url"])
    try:
        with engines.writer.connect() as connection, connection.begin():
            context.configure(
                connection=connection,
                target_metadata=tables.METADATA,
                render_as_batch=True,
                render_item=render_item,
                include_object=tables.is_declared,
                user_module_prefix="storage.base.",
            )
            context.run_migrations()
    finally:
        engines.dispose()


run()
