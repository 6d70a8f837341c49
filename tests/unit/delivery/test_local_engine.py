"""The engine of a single process: each workspace in one place at a time, and none before it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest

from bot.clients.local_engine import LocalEngine
from tests.unit.delivery.conftest import until


@dataclass(kw_only=True)
class Work:
    """Drains that wait for `go` and count themselves."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    drained: list[str] = field(default_factory=list)
    running: Counter[str] = field(default_factory=Counter)
    most: int = 0
    bug: Exception | None = None

    async def drain(self, workspace: str) -> None:
        """One drain."""
        self.drained.append(workspace)
        self.running[workspace] += 1
        self.most = max(self.most, self.running[workspace])
        try:
            await self.go.wait()
            if self.bug:
                raise self.bug
        finally:
            self.running[workspace] -= 1


@pytest.fixture
async def work() -> Work:
    return Work()


async def started(work: Work) -> LocalEngine:
    engine = LocalEngine()
    await engine.start(work.drain)
    return engine


async def test_workspaces_are_drained_beside_each_other(work: Work) -> None:
    engine = await started(work)
    await engine.wake(["T1", "T2"])
    await until(lambda: sorted(work.drained) == ["T1", "T2"])
    work.go.set()
    await engine.stop(60)
    assert work.running.total() == 0


async def test_one_that_is_drained_looks_again_at_its_end_however_often_it_was_woken(
    work: Work,
) -> None:
    engine = await started(work)
    await engine.wake(["T1"])
    await until(lambda: work.drained == ["T1"])
    for _ in range(3):
        await engine.wake(["T1"])
    work.go.set()
    await until(lambda: work.drained == ["T1", "T1"] and not work.running.total())
    assert work.most == 1
    await engine.stop(60)
    assert work.drained == ["T1", "T1"]


async def test_what_breaks_is_told_once_and_the_next_wake_begins_anew(work: Work) -> None:
    engine = await started(work)
    work.go.set()
    work.bug = LookupError("a bug")
    await engine.wake(["T1"])
    await until(lambda: work.drained == ["T1"] and not work.running.total())
    await until(lambda: bool(engine._broken))
    assert engine.broken() == [work.bug]
    assert engine.broken() == []
    work.bug = None
    await engine.wake(["T1"])
    await until(lambda: work.drained == ["T1", "T1"])
    await engine.stop(60)
    assert engine.broken() == []


async def test_stopping_cuts_off_what_takes_too_long_and_begins_nothing_more(work: Work) -> None:
    engine = await started(work)
    await engine.wake(["T1"])
    await until(lambda: work.drained == ["T1"])
    await engine.wake(["T1"])
    await engine.stop(0)
    await engine.wake(["T2"])
    assert (work.drained, work.running.total()) == (["T1"], 0)


async def test_nothing_is_drained_before_the_start(work: Work) -> None:
    engine = LocalEngine()
    await engine.wake(["T1"])
    await engine.stop(0)
    assert work.drained == []
