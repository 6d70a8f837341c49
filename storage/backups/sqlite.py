"""Backups of SQLite: `VACUUM INTO` reads one state while others write
(https://sqlite.org/lang_vacuum.html#vacuuminto)."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError
from storage.backups.contents import Contents, known, reconcile_first
from storage.backups.files import appearing

# Of what a database can be broken in, so many lines say enough.
_MOST_LINES = 3


def back_up(database: Path, target: Path) -> Contents:
    """Copy `database` as it is at this moment to the new file `target`, and check the copy.

    Raises ConfigError: nothing to copy, `target` exists, or the copy is broken.
    """
    if not database.exists():
        raise ConfigError(f"DATABASE_URL names {database}, which does not exist.")
    with appearing(target) as part:
        with (
            _failing(f"{database} can't be copied"),
            closing(_opened(database, "rw")) as connection,
        ):
            connection.execute("VACUUM INTO ?", (str(part),))
        return examine(part, named=target)


def examine(file: Path, *, named: Path | None = None) -> Contents:
    """Look through a backup; raises ConfigError (which says `named`) if it isn't a whole one of a
    schema that we know."""
    named = named or file
    if not file.exists():
        raise ConfigError(f"{named} does not exist.")
    with _failing(f"{named} can't be read"), closing(_opened(file, "ro")) as connection:
        problems = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST_LINES})")]
        if problems != ["ok"]:
            raise ConfigError(f"{named} is broken: {'; '.join(problems)}.")
        orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_LINES)
        if orphans:
            table = orphans[0][0]
            raise ConfigError(f"{named} is broken: rows of {table} lack what they belong to.")
        revision = _revision(connection)
    return Contents(revision=known(revision, named), size=file.stat().st_size)


def restore(file: Path, database: Path, now: datetime) -> int:
    """Make `database` out of a backup; how many messages are to be looked for before they are sent.

    Raises ConfigError where the backup is broken or there is a database already.
    """
    examine(file)
    for rest in (Path(f"{database}-wal"), Path(f"{database}-shm")):
        if rest.exists():
            raise ConfigError(
                f"{rest} belongs to another database: move it away with {database.name}."
            )
    with appearing(database) as part:
        shutil.copyfile(file, part)
        examine(part, named=file)
        return _settled(part, now)


def _settled(file: Path, now: datetime) -> int:
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    try:
        with engine.begin() as connection:
            return reconcile_first(connection, now)
    finally:
        engine.dispose()


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None)


def _revision(connection: sqlite3.Connection) -> str | None:
    tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
    if tables.fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


@contextmanager
def _failing(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise ConfigError(f"{what}: {error}.") from error
