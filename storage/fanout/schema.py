"""The tables of procrastinate: they live beside ours, in the same database."""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection

PREFIXES = ("procrastinate_", "idx_procrastinate_")

# In the order in which nothing depends on them any more.
_TABLES = ("periodic_defers", "events", "jobs", "workers")
_TYPES = ("job_to_defer_v1", "job_event_type", "job_status")

_DROP_FUNCTIONS = """
DO $$ DECLARE found regprocedure; BEGIN
  FOR found IN SELECT oid::regprocedure FROM pg_proc
    WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
  LOOP EXECUTE 'DROP FUNCTION ' || found || ' CASCADE'; END LOOP;
END $$
"""

DROPPED = (
    _DROP_FUNCTIONS,
    *(f"DROP TABLE procrastinate_{name} CASCADE" for name in _TABLES),
    *(f"DROP TYPE procrastinate_{name} CASCADE" for name in _TYPES),
)
"""Statements that leave nothing of it."""


def created() -> tuple[str, ...]:
    """The statements of the installed release, one by one."""
    script = (_folder() / "schema.sql").read_text(encoding="utf-8")
    return tuple(_statements(script))


def newest_migration() -> str:
    """The name of the newest change of its tables that the installed release knows."""
    return max(each.name for each in (_folder() / "migrations").glob("*.sql"))


def create(connection: Connection) -> None:
    """Make the tables; on SQLite there is nothing to do."""
    if connection.dialect.name == "postgresql":
        for statement in created():
            connection.exec_driver_sql(statement.replace("%", "%%"))


def _folder() -> Path:
    """Found without importing it, which would take a while for a few files."""
    spec = find_spec("procrastinate")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "sql"


def _statements(script: str) -> list[str]:
    """Split at semicolons that don't stand between `$$` and `$$`."""
    found, rest = [""], script.split("$$")
    for number, part in enumerate(rest):
        if number % 2:
            found[-1] += f"$${part}$$"
            continue
        head, *more = part.split(";")
        found[-1] += head
        found += more
    return [each.strip() for each in found if _has_words(each)]


def _has_words(statement: str) -> bool:
    lines = (line.strip() for line in statement.splitlines())
    return any(line and not line.startswith("--") for line in lines)
