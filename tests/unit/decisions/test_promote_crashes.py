"""Processes that die, sleep or overlap while they move an alias: moved once, told once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.decisions.promotion import Promotion, PromotionState
from bot.domain.delivery import DeliveryState
from bot.services import deliveries
from tests.unit.decisions.promoting import Desk, desk_at


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path) as found:
        yield found


@pytest.mark.parametrize("cut_off_after", ["alias", "set_alias", "tag_version"])
async def test_a_crash_in_the_middle_is_repeated_without_harm(
    desk: Desk, cut_off_after: str
) -> None:
    """The process dies after this call; the next one takes over when the lease has ended."""
    crashed, stopped = asyncio.Event(), asyncio.Event()
    really = desk.tracker._read

    async def die(call: str) -> None:
        if crashed.is_set():
            stopped.set()
            await asyncio.Event().wait()
        await really(call)
        if call == cut_off_after:
            crashed.set()

    desk.tracker._read = die  # type: ignore[method-assign]  # Where a kill would strike.
    await desk.accept()
    dying = asyncio.create_task(desk.only_promoting().drain())
    await asyncio.wait_for(stopped.wait(), 3)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    desk.tracker._read = really  # type: ignore[method-assign]  # The next process.
    await desk.deliver(after=59)
    assert (await desk.status()).state is PromotionState.PENDING
    await desk.deliver(after=1)
    status = await desk.status()
    assert (status.state, status.previous) == (PromotionState.DONE, 13)
    assert (desk.champion(), desk.sets()) == (14, 1)
    assert await desk.audit() == ["champion of churn moved from version 13 to 14, checked"]
    assert len(desk.thread()) == 1


async def test_a_crash_before_the_outcome_is_stored_tells_nothing_twice(desk: Desk) -> None:
    await desk.accept()
    item = await desk.transactions.read(lambda uow: uow.deliveries.get("promotion:T1:1"))
    assert item is not None
    lease = timedelta(seconds=60)
    claimed = await desk.transactions.write(deliveries.claim, item, desk.now, lease)
    assert claimed is not None
    await desk.promoter().perform(claimed)
    await desk.deliver(after=60)
    kept = await desk.transactions.read(lambda uow: uow.deliveries.get("promotion:T1:1"))
    assert kept is not None
    assert kept.state is DeliveryState.SKIPPED
    assert (desk.sets(), len(await desk.audit()), len(desk.thread())) == (1, 1, 1)


async def test_a_process_that_wakes_up_after_a_newer_decision_sets_nothing(desk: Desk) -> None:
    await desk.accept()
    item = await desk.transactions.read(lambda uow: uow.deliveries.get("promotion:T1:1"))
    assert item is not None
    lease = timedelta(seconds=60)
    asleep = await desk.transactions.write(deliveries.claim, item, desk.now, lease)
    assert asleep is not None
    await desk.deliver(after=60)
    await desk.accept(Promotion(model="churn", version=13, alias="champion"), supersedes=1)
    await desk.deliver(after=1)
    assert desk.champion() == 13
    await desk.promoter().perform(asleep)
    assert desk.champion() == 13


async def test_a_process_that_sleeps_in_the_middle_sets_nothing_and_loses_nothing(
    desk: Desk,
) -> None:
    really = desk.tracker.alias

    async def sleep(model: str, alias: str) -> int | None:
        found = await really(model, alias)
        desk.now += timedelta(seconds=60)
        return found

    desk.tracker.alias = sleep  # type: ignore[method-assign]  # The process stands still here.
    await desk.accept()
    item = await desk.transactions.read(lambda uow: uow.deliveries.get("promotion:T1:1"))
    assert item is not None
    lease = timedelta(seconds=60)
    asleep = await desk.transactions.write(deliveries.claim, item, desk.now, lease)
    assert asleep is not None
    verdict = await desk.promoter().perform(asleep)
    assert (verdict.state, desk.sets()) == (DeliveryState.PENDING, 0)
    desk.tracker.alias = really  # type: ignore[method-assign]  # It wakes up.
    await desk.transactions.write(deliveries.settle, asleep, verdict, desk.now)
    await desk.deliver()
    assert desk.champion() == 14


async def test_one_that_ends_while_mlflow_is_asked_is_told_as_it_was(desk: Desk) -> None:
    """The alias was moved in that instant: whatever follows in the lane comes after it."""
    really = desk.tracker.set_alias

    async def slow(model: str, alias: str, version: int) -> None:
        await desk.deprecate(1)
        await really(model, alias, version)

    desk.tracker.set_alias = slow  # type: ignore[method-assign]  # Deprecated just then.
    await desk.accept()
    await desk.deliver()
    assert desk.champion() == 14
    assert (await desk.status()).state is PromotionState.DONE
    assert "Champion of churn is version 14 still" in desk.card()
