"""Backups of PostgreSQL with its own `pg_dump`, `pg_restore` and `psql`
(https://www.postgresql.org/docs/current/app-pgdump.html)."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError
from storage.backups.contents import Contents, as_script, known, looked_for
from storage.backups.files import appearing
from storage.schema import reaching_the_database

_REVISION = re.compile(r"^COPY [^\n]*alembic_version[^\n]*\n([^\s\\]\S*)\n", re.MULTILINE)
_PREFIX = re.compile(r"^.*?error: +", re.IGNORECASE)


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


def restore(file: Path, url: str, now: datetime) -> int:
    """Fill an empty database from a dump; how many messages are to be looked for before they are
    sent. All of it or nothing, however it ends.

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
        _fill(file, url, as_script(engine.dialect, now))
        with engine.connect() as connection:
            return looked_for(connection)
    finally:
        engine.dispose()


def _fill(file: Path, url: str, last: str) -> None:
    """The dump and the statements `last` in one transaction. psql gets to see its COMMIT only after
    all of the dump: whoever dies before leaves the database empty."""
    words = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={_address(url)}")
    failed: Exception | None = None
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            [_found("psql"), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=_environment(url),
            bufsize=0,
        ) as psql,
    ):
        assert psql.stdin is not None
        try:
            psql.stdin.write(b"BEGIN;\n")
            plain = ("--no-owner", "--no-privileges", "--file=-")
            _run("pg_restore", "", *plain, str(file), about=file, to=psql.stdin)
            # A dump leaves its session without a search path.
            psql.stdin.write(f"RESET search_path;\n{last}COMMIT;\n".encode())
        except (BrokenPipeError, ConfigError) as error:
            failed = error
        psql.stdin.close()
        code = psql.wait()
        said.seek(0)
        # Where both complain, psql is the one that died first.
        _check("psql", code, said.read(), file)
    if failed is not None:
        raise failed


def _address(url: str) -> str:
    """As libpq takes it, without the password: others can read what a process is called with."""
    address = make_url(url).set(drivername="postgresql")
    return address._replace(password=None).render_as_string(hide_password=False)


def _run(
    program: str, url: str, *words: str, about: Path | None = None, to: IO[bytes] | None = None
) -> str:
    """What it prints, unless that goes `to` a file; raises ConfigError with the first line of its
    complaint."""
    done = subprocess.run(
        [_found(program), *words],
        stdout=to or subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(url),
    )
    _check(program, done.returncode, done.stderr, about)
    return done.stdout or ""


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ConfigError(
            f"{program} is missing: install the PostgreSQL client tools of your server's version."
        )
    return path


def _environment(url: str) -> dict[str, str]:
    password = make_url(url).password if url else None
    return {**os.environ, "LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})


def _check(program: str, code: int, complaint: str, about: Path | None) -> None:
    if code != 0:
        raise ConfigError(f"{_subject(program, about)}: {_reason(complaint.splitlines())}.")


def _subject(program: str, about: Path | None) -> str:
    return f"{program} failed on {about}" if about else f"{program} failed"


def _reason(lines: Sequence[str]) -> str:
    """The complaint; of two versions that don't go together the line after it names them."""
    said = [_PREFIX.sub("", line.strip()) for line in lines if line.strip()]
    if any("version mismatch" in line for line in said):
        return f"{' '.join(said[:2])}; install the client tools of the server's version"
    return said[0].rstrip(".") if said else "it says nothing"
