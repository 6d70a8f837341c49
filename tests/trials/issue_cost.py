"""What a poll costs that brings nothing, with few and with many issues in the mirror."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.clients.jira import JiraTracker
from bot.workflows.issues.poll import poll
from storage.engine import Engines, open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.standins.jira import JiraStandIn
from tests.trials.issue_month import PROJECTS, START, SimulatedClock
from tests.trials.issues import WORKSPACE, want
from tests.trials.tables import Table

_POLLS = 20
_MOST = 1.3
# As many are within the overlap before the newest update, which every poll reads again.
_LATEST = 5


async def idle(few: int = 50, many: int = 5000) -> Table:
    """The cost of an idle poll over `few` and over `many` mirrored issues, side by side."""
    small, large = await _measure(few), await _measure(many)
    rows = [small.row(few), large.row(many)]
    ratios = {
        "requests": large.requests / small.requests,
        "bytes": large.received / small.received,
        "database steps": large.steps / small.steps,
    }
    shown = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    return Table(
        title="An idle poll of Jira",
        rows=rows,
        wrong=sum(ratio > _MOST for ratio in ratios.values()),
        notes=(
            f"Ratio: {shown} (at most {_MOST}).",
            "Database steps are instructions of SQLite's machine: each row that is looked at costs "
            "some.",
        ),
    )


@dataclass(kw_only=True)
class _Cost:
    requests: float
    steps: float
    received: float
    kept: int

    def row(self, issues: int) -> dict[str, object]:
        return {
            "issues": issues,
            "mirrored": self.kept,
            "requests": f"{self.requests:.1f}",
            "bytes": f"{self.received:.0f}",
            "database steps": f"{self.steps:.0f}",
        }


@dataclass(kw_only=True)
class _Steps:
    """Counts instructions of SQLite's machine on all connections."""

    counted: int = 0

    def watch(self, engines: Engines) -> None:
        for engine in (engines.writer, engines.reader):
            event.listen(engine, "connect", self._connected)

    def _connected(self, connection: Any, _record: Any) -> None:
        def step() -> int:
            self.counted += 1
            return 0

        connection.set_progress_handler(step, 1)


async def _measure(issues: int) -> _Cost:
    clock = SimulatedClock(now=START - timedelta(days=1))
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        async with JiraStandIn(clock=clock) as jira:
            for key in PROJECTS:
                jira.add_project(key)
            for number in range(issues):
                if number == issues - _LATEST:
                    clock.now += timedelta(hours=2)
                jira.create(PROJECTS[0], f"Task {number}")
                clock.now += timedelta(seconds=10)
            clock.now += timedelta(hours=1)
            with _mirror(Path(folder), clock) as (transactions, steps):
                tracker = JiraTracker(jira.url, **jira.credentials, deadline=120.0)
                await transactions.write(want)
                # The first poll reads each project apart, the second brings them together.
                await poll(WORKSPACE, tracker, transactions, clock.now)
                clock.now += timedelta(minutes=2)
                await poll(WORKSPACE, tracker, transactions, clock.now)
                cost = await _idle_polls(jira, tracker, transactions, clock, steps)
                await tracker.close()
                return cost


async def _idle_polls(
    jira: JiraStandIn,
    tracker: JiraTracker,
    transactions: SqlTransactions,
    clock: SimulatedClock,
    steps: _Steps,
) -> _Cost:
    jira.received.clear()
    steps.counted = jira.sent = 0
    for _ in range(_POLLS):
        clock.now += timedelta(minutes=2)
        await poll(WORKSPACE, tracker, transactions, clock.now)
    asked, counted, sent = len(jira.received), steps.counted, jira.sent
    kept = await transactions.read(lambda uow: len(uow.issues.open_of(WORKSPACE, PROJECTS)))
    return _Cost(requests=asked / _POLLS, steps=counted / _POLLS, received=sent / _POLLS, kept=kept)


@contextmanager
def _mirror(folder: Path, clock: SimulatedClock) -> Iterator[tuple[SqlTransactions, _Steps]]:
    engines, steps = open_engines(f"sqlite:///{folder}/meridian.db"), _Steps()
    steps.watch(engines)
    METADATA.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: clock.now, lambda: None)
    try:
        yield transactions, steps
    finally:
        transactions.close()
