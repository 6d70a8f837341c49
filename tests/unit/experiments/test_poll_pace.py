"""When each server is polled: at its own pace, never twice at once, and soon after a hint."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

import jobs.poll_mlflow
from bot.clients.mlflow import MlflowServers, NamedTracker
from bot.workflows.tenants import OneTenant
from jobs.deps import JobDeps
from jobs.scheduler import HINTS_APART_SECONDS, Scheduler
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0
from tests.unit.experiments.fake_tracker import FakeTracker

SECOND = timedelta(seconds=1)


class Line:
    """Two servers whose polls whose polls are only counted."""

    def __init__(self, transactions: SqlTransactions, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.eu = FakeTracker(CHURN), FakeTracker(CHURN)
        both = MlflowServers(self.home, NamedTracker("eu", self.eu))
        self.polls: list[tuple[str, bool]] = []
        self._came = asyncio.Event()
        self.under_way: asyncio.Event | None = None
        monkeypatch.setattr("jobs.scheduler.intervals", lambda _seconds: {})
        monkeypatch.setattr(jobs.poll_mlflow, "poll", self._poll)
        self.deps = JobDeps(
            tenants=OneTenant(workspace="T1"),
            transactions=transactions,
            chat=cast(Any, None),
            deliverer=cast(Any, FakeTracker()),
            holidays=cast(Any, None),
            experiment_tracker=both,
        )
        self.scheduler = Scheduler(self.deps, lambda: datetime.now(UTC), poll_seconds=120)

    async def _poll(self, _workspace: str, tracker: Any, *_: object, hinted: bool = False) -> int:
        self.polls.append((tracker.name, hinted))
        self._came.set()
        if self.under_way is not None:
            await self.under_way.wait()
        if tracker.name == "eu" and self.eu.hangs:
            await asyncio.Event().wait()
        return 0

    async def polled(self, times: int) -> None:
        """Wait until there were so many polls."""
        async with asyncio.timeout(30):
            while len(self.polls) < times:
                self._came.clear()
                await self._came.wait()

    def due(self, job: str) -> datetime:
        found = self.scheduler._scheduler.get_job(job)
        at: datetime = found.next_run_time
        return at


@pytest.fixture
async def line(
    transactions: SqlTransactions, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    found = Line(transactions, monkeypatch)
    yield found
    await found.scheduler.stop()


async def test_a_server_that_hangs_leaves_the_other_ones_poll_alone(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.scheduler.DRAIN_SECONDS", 0.05)
    line.eu.hangs = True
    line.scheduler.start()
    await line.polled(2)
    assert sorted(line.polls) == [("", False), ("eu", False)]
    for name in ("", "eu"):
        line.scheduler.wake_poll(name)
    await line.polled(3)
    assert line.polls[2:] == [("", True)]


async def test_hints_that_come_together_bring_one_poll(line: Line) -> None:
    line.scheduler.start()
    await line.polled(2)
    for _ in range(50):
        line.scheduler.wake_poll("eu")
    first = line.due("poll_mlflow:eu")
    assert first - datetime.now(UTC) <= SECOND
    await line.polled(3)
    assert line.polls[2:] == [("eu", True)]
    line.scheduler.wake_poll("eu")
    assert line.due("poll_mlflow:eu") == first + HINTS_APART_SECONDS * SECOND
    line.scheduler.wake_poll("nobody")


async def test_a_hint_while_a_poll_is_under_way_or_the_server_rests_is_not_lost(
    transactions: SqlTransactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(transactions, monkeypatch)
    line.home.latency = 0.1  # it rests for two seconds
    line.under_way = asyncio.Event()
    line.scheduler.start()
    await line.polled(2)
    line.scheduler.wake_poll("")
    line.under_way.set()
    await line.polled(3)
    assert line.polls[2:] == [("", True)]
    await line.scheduler.stop()


async def test_a_slow_server_rests_twenty_times_as_long_and_keeps_the_hint(
    transactions: SqlTransactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(transactions, monkeypatch)
    line.home.latency = 10.0
    poll = jobs.poll_mlflow.Poll(line.home)
    await poll(line.deps, T0)
    poll.hint()
    await poll(line.deps, T0 + 199 * SECOND)
    assert line.polls == [("", False)]
    await poll(line.deps, T0 + 200 * SECOND)
    assert line.polls == [("", False), ("", True)]


async def test_a_clock_that_is_set_back_ends_the_rest(line: Line) -> None:
    line.home.latency = 9.0
    poll = jobs.poll_mlflow.Poll(line.home)
    for now in (T0, T0 + SECOND, T0 - timedelta(days=1)):
        await poll(line.deps, now)
    assert len(line.polls) == 2
