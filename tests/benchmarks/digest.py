"""The same digest over a short past and over a million rows of it, on both databases."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain.digests.content import Digest
from bot.services.digests import daily
from storage.base import Base
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.benchmarks.digest_history import NOW, C, W, fill
from tests.standins.postgres import new_database, postgres_server

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 31
_PLAN_WIDTH = 110

Statement = tuple[str, Any]


def run(large: int = LARGE) -> None:
    """Print what composing one digest takes with either past, in turns, and the queries' plans."""
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        urls = {rows: f"sqlite:///{folder}/{rows}.db" for rows in (SMALL, large)}
        _measure("SQLite", urls)
    with postgres_server() as url:
        _measure("PostgreSQL", {rows: new_database(url) for rows in (SMALL, large)})


def _measure(name: str, urls: dict[int, str]) -> None:
    with ExitStack() as stack:
        engines = {rows: stack.enter_context(_filled(url, rows)) for rows, url in urls.items()}
        spent: dict[int, list[float]] = {rows: [] for rows in engines}
        for _ in range(ROUNDS):
            for rows, each in engines.items():
                spent[rows].append(_timed(each))
        _print(name, engines, spent)


def _print(name: str, engines: dict[int, Engines], spent: dict[int, list[float]]) -> None:
    (small, few), (large, many) = ((r, statistics.median(times)) for r, times in spent.items())
    told = {rows: _told(_compose(each)) for rows, each in engines.items()}
    print(f"{name}: one digest, median of {ROUNDS}, in turns")
    for rows, middle in ((small, few), (large, many)):
        print(f"  {rows:>9,} rows of past: {middle * 1e3:7.1f} ms   {told[rows]}")
    print(f"  ratio {many / few:.2f}")
    _print_plans(engines[large])


def _told(content: Digest) -> str:
    """What the digest holds: the same with either past."""
    runs = content.runs
    return (
        f"{len(content.blockers)} blockers, {content.issues.total} issues, {runs.total} runs, "
        f"{len(runs.best)} best, {len(content.standup.reported)} reported, "
        f"{len(content.awaited)} waiting, {len(content.alerts)} alerts, {len(content.late)} overdue"
    )


@contextmanager
def _filled(url: str, rows: int) -> Iterator[Engines]:
    engines = open_engines(url)
    try:
        Base.metadata.create_all(engines.writer)
        began = time.perf_counter()
        fill(engines, rows)
        print(f"  filled {rows:,} rows in {time.perf_counter() - began:.0f} s")
        yield engines
    finally:
        engines.dispose()


def _timed(engines: Engines) -> float:
    began = time.perf_counter()
    _compose(engines)
    return time.perf_counter() - began


def _compose(engines: Engines) -> Digest:
    with Session(engines.reader) as session:
        return daily.preview(SqlUnitOfWork(session), W, C, "U1", NOW)


def _print_plans(engines: Engines) -> None:
    """How the database finds what each query asks for: every line that reads a table."""
    is_sqlite = engines.reader.dialect.name == "sqlite"
    plans: dict[str, None] = {}
    for statement, values in _statements(engines):
        with engines.reader.connect() as connection:
            explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(explain + statement, values).all()
        for row in rows:
            line = str(row[-1]).strip().removeprefix("->").strip()
            if "SCAN" in line.upper() or "SEARCH" in line:
                plans[line.split("  (cost")[0][:_PLAN_WIDTH]] = None
    for line in sorted(plans):
        print(f"    {line}")


def _statements(engines: Engines) -> list[Statement]:
    """The queries of one digest."""
    seen: list[Statement] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append((statement, values))

    event.listen(engines.reader, "before_cursor_execute", note)
    try:
        _compose(engines)
    finally:
        event.remove(engines.reader, "before_cursor_execute", note)
    return seen
