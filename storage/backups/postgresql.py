"""Backups of PostgreSQL with its own `pg_dump` and `pg_restore`
(https://www.postgresql.org/docs/current/app-pgdump.html)."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError
from storage.backups.contents import Contents, known, reconcile_first
from storage.backups.files import appearing
from storage.schema import reaching_the_database

_REVISION = re.compile(r"^COPY [^\n]*alembic_version[^\n]*\n([^\s\\]\S*)\n", re.MULTILINE)


def back_up(url: str, target: Path) -> Contents:
    """Dump the database as it is at this moment to the new file `target`, and check the dump.

    Raises ConfigError: no `pg_dump`, no database, `target` exists, or the dump is broken.
    """
    with appearing(target) as part:
        plain = ("--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
        _run("pg_dump", url, *plain, f"--dbname={_address(url)}")
        return examine(part, named=target)


def examine(file: Path, *, named: Path | None = None) -> Contents:
    """Read a dump through; raises ConfigError (which says `named`) if it isn't a whole one of a
    schema that we know."""
    named = named or file
    if not file.exists():
        raise ConfigError(f"{named} does not exist.")
    # To the end of the file: the list at its front would be there in half a dump too.
    _run("pg_restore", "", f"--file={os.devnull}", str(file), about=named)
    table = ("--data-only", "--table=alembic_version", "--file=-")
    found = _REVISION.search(_run("pg_restore", "", *table, str(file), about=named))
    return Contents(revision=known(found and found[1], named), size=file.stat().st_size)


def restore(file: Path, url: str) -> int:
    """Fill an empty database from a dump; how many messages are to be looked for before they are
    sent. All of it or nothing.

    Raises ConfigError where the dump is broken or the database holds tables already.
    """
    examine(file)
    engine = create_engine(url, poolclass=NullPool)
    try:
        with reaching_the_database(), engine.connect() as connection:
            tables = inspect(connection).get_table_names()
        if tables:
            raise ConfigError(
                f"The database of DATABASE_URL holds {len(tables)} tables already and is left as "
                "it is; name an empty one."
            )
        whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        _run("pg_restore", url, *whole, f"--dbname={_address(url)}", str(file), about=file)
        with engine.begin() as connection:
            return reconcile_first(connection)
    finally:
        engine.dispose()


def _address(url: str) -> str:
    """As libpq takes it, without the password: others can read what a process is called with."""
    address = make_url(url).set(drivername="postgresql")
    return address._replace(password=None).render_as_string(hide_password=False)


def _run(program: str, url: str, *words: str, about: Path | None = None) -> str:
    """What it prints; raises ConfigError with the first line of its complaint."""
    path = shutil.which(program)
    if path is None:
        raise ConfigError(
            f"{program} is missing: install the PostgreSQL client tools of your server's version."
        )
    password = make_url(url).password if url else None
    environment = {**os.environ, "LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run([path, *words], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise ConfigError(f"{_subject(program, about)}: {_reason(done.stderr.splitlines())}.")
    return done.stdout


def _subject(program: str, about: Path | None) -> str:
    return f"{program} failed on {about}" if about else f"{program} failed"


def _reason(lines: Sequence[str]) -> str:
    """The complaint; of two versions that don't go together the line after it names them."""
    said = [line.strip().partition("error: ")[2] or line.strip() for line in lines if line.strip()]
    if any("version mismatch" in line for line in said):
        return f"{' '.join(said[:2])}; install the client tools of the server's version"
    return said[0].rstrip(".") if said else "it says nothing"
