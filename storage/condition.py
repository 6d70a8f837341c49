"""Whether a database is set up as the promises need it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from storage.engine import open_engines
from storage.schema import reaching_the_database

OLDEST_POSTGRESQL = 14
"""The oldest major release that its makers still mend
(https://www.postgresql.org/support/versioning/)."""

_SPARE = 5


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What database it is, and what must be mended, if anything."""

    text: str
    trouble: str = ""


def look(url: str) -> Condition:
    """Look at the database; raises ConfigError where it can't be opened."""
    with reaching_the_database():
        engines = open_engines(url)
        try:
            with engines.reader.connect() as connection:
                sqlite = connection.dialect.name == "sqlite"
                return _sqlite(connection) if sqlite else _postgresql(connection)
        finally:
            engines.dispose()


def _sqlite(connection: Connection) -> Condition:
    version = connection.scalar(text("SELECT sqlite_version()"))
    mode = connection.scalar(text("PRAGMA journal_mode"))
    trouble = ""
    if mode != "wal":
        trouble = (
            f"SQLite can't use its write-ahead log here (it says {mode!r}): move the file of "
            "DATABASE_URL from a network disk to a local one"
        )
    elif (broken := connection.scalar(text("PRAGMA quick_check(1)"))) != "ok":
        trouble = f"the file of DATABASE_URL is broken ({broken}): `meridian restore` a backup"
    return Condition(text=f"SQLite {version} with its write-ahead log", trouble=trouble)


def _postgresql(connection: Connection) -> Condition:
    number = connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0
    free = connection.scalar(
        text(
            "SELECT current_setting('max_connections')::int"
            " - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        )
    )
    trouble = ""
    if connection.scalar(text("SELECT pg_is_in_recovery()")):
        trouble = "DATABASE_URL leads to a standby, which takes no writes: name the primary"
    elif number < OLDEST_POSTGRESQL * 10_000:
        trouble = f"PostgreSQL {number // 10_000} is too old: upgrade it to 14 or later"
    elif free is not None and free < _SPARE:
        trouble = (
            f"only {free} connections are left at PostgreSQL: raise max_connections; each process "
            "of ours may take some twenty"
        )
    return Condition(text=f"PostgreSQL {number // 10_000}", trouble=trouble)
