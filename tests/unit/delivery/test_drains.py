"""Drains of one workspace among many, pauses that all mind, and the wait for the pace."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.errors import AlreadyHandled
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.workflows.pacing import Pace
from tests.unit.delivery.conftest import START, PostOffice
from tests.unit.delivery.faulty_chat import busy

SECOND = timedelta(seconds=1)


async def post(office: PostOffice, name: str, channel: str, workspace: str) -> None:
    item = Delivery(
        id=name, workspace=workspace, channel=channel, card="say", subject={"id": name},
        ready_at=office.clock(),
    )  # fmt: skip
    assert await office.transactions.write(deliveries.post, item)


async def due(office: PostOffice) -> list[str]:
    return await office.transactions.read(deliveries.due, office.clock())


async def test_a_drain_of_one_workspace_leaves_the_others_alone(office: PostOffice) -> None:
    await post(office, "a", "C1", "T1")
    await post(office, "b", "C1", "T2")
    assert await due(office) == ["T1", "T2"]
    assert await office.deliverer().drain("T1") == 1
    assert office.chat.ids() == ["a"]
    assert await due(office) == ["T2"]


async def test_a_workspace_is_due_only_when_a_head_may_go(office: PostOffice) -> None:
    office.chat.fail("C1", busy(30))
    await post(office, "a", "C1", "T1")
    await post(office, "b", "C1", "T1")
    await post(office, "c", "C2", "T1")
    await office.deliverer().drain("T1")
    assert await due(office) == []
    office.clock.move(30)
    assert await due(office) == ["T1"]


async def test_a_429_that_one_process_met_holds_up_the_next_one_too(office: PostOffice) -> None:
    office.chat.fail("C1", busy(30))
    await post(office, "a", "C1", "T1")
    await office.deliverer().drain("T1")
    await post(office, "b", "C2", "T1")
    await post(office, "other", "C2", "T2")
    for _ in range(2):
        await office.deliverer().drain()
    assert office.chat.ids() == ["other"]
    office.clock.move(30)
    await office.deliverer().drain()
    assert sorted(office.chat.ids()) == ["a", "b", "other"]


async def test_a_pause_of_slack_holds_up_nothing_else(office: PostOffice) -> None:
    await office.transactions.write(deliveries.pause, "T1", START + 30 * SECOND)
    await post(office, "a", "C1", "T1")
    await office.post("act", "model:m", kind=DeliveryKind.SET_ALIAS)
    heads = await office.transactions.read(deliveries.ready, START, "T1")
    assert [item.id for item in heads] == ["act"]


async def test_a_shorter_pause_does_not_end_a_longer_one(office: PostOffice) -> None:
    for seconds in (30, 5):
        await office.transactions.write(deliveries.pause, "T1", START + seconds * SECOND)
    until = await office.transactions.read(lambda uow: uow.outbox.paused_until("T1", START))
    assert until == START + 30 * SECOND


async def test_pauses_that_are_over_are_forgotten(office: PostOffice) -> None:
    await office.transactions.write(deliveries.pause, "T1", START + SECOND)
    assert await office.transactions.write(lambda uow: uow.outbox.forget_pauses(START)) == 0
    assert await office.transactions.write(lambda uow: uow.outbox.forget_pauses(START + SECOND))


async def test_the_next_process_minds_what_this_one_posted(office: PostOffice) -> None:
    await post(office, "a", "C1", "T1")
    await post(office, "b", "C1", "T1")
    assert await office.deliverer(Pace()).drain("T1") == 1
    other = office.deliverer(Pace())
    other.alone = False
    assert await other.drain("T1") == 0
    office.clock.move(1)
    assert await other.drain("T1") == 1


async def test_the_next_process_minds_the_workspaces_budget(office: PostOffice) -> None:
    for n in range(4):
        await post(office, f"m{n}", f"C{n}", "T1")
    assert await office.deliverer(Pace(per_workspace=3)).drain("T1") == 3
    other = office.deliverer(Pace(per_workspace=3))
    assert await other.drain("T1") == 0
    office.clock.move(60)
    assert await other.drain("T1") == 1


async def test_a_lingering_drain_empties_a_channels_queue_at_its_pace(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        await post(office, f"m{n}", "C1", "T1")
    _let_time_pass(office, monkeypatch)
    assert await office.deliverer(Pace()).drain("T1", linger=2 * SECOND) == 4
    assert office.clock() - START >= 3 * SECOND
    assert office.chat.ids() == ["m0", "m1", "m2", "m3"]


async def test_a_spent_budget_is_not_waited_for_but_told_to_all(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        await post(office, f"m{n}", f"C{n}", "T1")
    _let_time_pass(office, monkeypatch)
    budget = timedelta(seconds=20)
    deliverer = office.deliverer(Pace(per_workspace=3, window=budget))
    assert await deliverer.drain("T1", linger=2 * SECOND) == 3
    assert await due(office) == []
    office.clock.now = START + budget + 5 * SECOND
    assert await due(office) == ["T1"]
    assert await deliverer.drain("T1", linger=2 * SECOND) == 2


async def test_what_is_begun_together_is_claimed_and_settled_together(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(16):
        await post(office, f"m{n}", f"C{n}", "T1")
    claims, settled = list[int](), list[int]()
    _count(monkeypatch, "claim_all", claims)
    _count(monkeypatch, "settle_all", settled)
    assert await office.deliverer().drain("T1") == 16
    assert (sum(claims), sum(settled)) == (16, 16)
    assert max(claims) == 8
    assert len(settled) < 16


async def test_one_that_cannot_be_settled_costs_no_other_its_outcome(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        await post(office, f"m{n}", f"C{n}", "T1")
    whole = deliveries.settle_all

    def settle_all(
        uow: UnitOfWork, ended: Sequence[tuple[Delivery, Verdict]], now: datetime
    ) -> None:
        whole(uow, ended, now)
        if any(item.id == "m3" for item, _ in ended):
            raise AlreadyHandled("stands for any bug")

    monkeypatch.setattr(deliveries, "settle_all", settle_all)
    with pytest.raises(BaseExceptionGroup) as caught:
        await office.deliverer().drain("T1")
    assert len(caught.value.exceptions) == 1
    states = [await office.state(f"m{n}") for n in range(6)]
    assert states.count(DeliveryState.SENT) == 5
    assert states[3] is DeliveryState.SENDING


def _let_time_pass(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sleep by moving the clock."""
    whole = asyncio.sleep

    async def sleep(seconds: float) -> None:
        office.clock.move(max(seconds, 0.01))
        await whole(0)

    monkeypatch.setattr("bot.workflows.deliver.asyncio.sleep", sleep)


def _count(monkeypatch: pytest.MonkeyPatch, name: str, sizes: list[int]) -> None:
    whole = getattr(deliveries, name)

    def counted(uow: UnitOfWork, items: Sequence[object], now: datetime) -> object:
        sizes.append(len(items))
        return whole(uow, items, now)

    monkeypatch.setattr(deliveries, name, counted)
