"""Deliveries that aren't posts: their own limit, and no pace or pause of Slack's."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.domain.delivery import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Priority,
    Verdict,
    sent,
    skipped,
)
from bot.services import deliveries
from bot.workflows.deliver import Broken
from bot.workflows.pacing import Pace
from tests.unit.delivery.conftest import START, PostOffice, until
from tests.unit.delivery.faulty_chat import busy


@dataclass(kw_only=True)
class Machine:
    """An act that runs until it is let go on, and counts how many run at once."""

    limit: int = 1
    lease: timedelta = timedelta(seconds=9)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[str] = field(default_factory=list)
    running: int = 0
    most: int = 0
    bug: Exception | None = None
    known: Verdict | None = None

    def allow(self, item: Delivery, now: datetime) -> bool:
        """Always."""
        return True

    def free_at(self, item: Delivery, now: datetime) -> datetime:
        """At once."""
        return now

    def recall(self, workspace: str, began: Sequence[tuple[str, datetime]]) -> None:
        """Nothing."""

    def forget(self, now: datetime) -> None:
        """Nothing."""

    async def perform(self, item: Delivery) -> Verdict:
        """Run."""
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
        finally:
            self.running -= 1
        if self.bug:
            raise Broken(Verdict(state=DeliveryState.FAILED, ready_at=START)) from self.bug
        self.done.append(item.id)
        return sent(START, "", "")

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """What the test says."""
        return self.known


@pytest.fixture
async def machine(office: PostOffice) -> Machine:
    found = Machine()
    office.acts[DeliveryKind.SET_ALIAS] = found
    return found


async def wish(office: PostOffice, name: str, lane: str) -> None:
    kind, last = DeliveryKind.SET_ALIAS, Priority.BACKGROUND
    await office.post(name, lane, kind=kind, priority=last)


async def test_a_slow_act_takes_one_place_and_posts_go_on(
    office: PostOffice, machine: Machine
) -> None:
    for number in range(12):
        await wish(office, f"act{number}", f"model:{number}")
    for number in range(20):
        await office.post(f"post{number}", f"C{number}")
    draining = asyncio.create_task(office.deliverer().drain())
    await until(lambda: (len(office.chat.posted), machine.running) == (20, 1))
    assert machine.done == []
    await office.post("later", "C1")
    await until(lambda: len(office.chat.posted) == 21)
    machine.go.set()
    await asyncio.wait_for(draining, 30)
    assert machine.most == 1
    assert len(machine.done) == 12


async def test_posts_go_on_while_a_slow_act_makes_a_drain_long(
    office: PostOffice, machine: Machine
) -> None:
    await wish(office, "act0", "model:0")
    await wish(office, "act1", "model:1")
    draining = asyncio.create_task(office.deliverer().drain())
    await until(lambda: machine.running == 1)
    office.clock.move(31)
    await office.post("late", "C1")
    await until(lambda: office.chat.ids() == ["late"])
    machine.go.set()
    await asyncio.wait_for(draining, 30)
    assert machine.done == ["act0"], "the drain must come to an end"
    await office.deliverer().drain()
    assert machine.done == ["act0", "act1"]


async def test_a_lane_keeps_its_order(office: PostOffice, machine: Machine) -> None:
    machine.go.set()
    for number in range(5):
        await wish(office, f"act{number}", "model:churn")
    await office.deliverer().drain()
    assert machine.done == [f"act{number}" for number in range(5)]


async def test_slacks_pace_and_pause_are_not_its_own(office: PostOffice, machine: Machine) -> None:
    machine.go.set()
    office.chat.fail("C1", busy(30))
    await office.post("a", "C1")
    deliverer = office.deliverer(Pace())
    await deliverer.drain()
    for number in range(3):
        await wish(office, f"act{number}", "model:churn")
    await deliverer.drain()
    assert len(machine.done) == 3
    assert office.chat.posted == []


async def test_what_no_act_here_is_for_waits_for_another_process(office: PostOffice) -> None:
    await wish(office, "act", "model:churn")
    await office.post("a", "C1")
    await office.deliverer().drain()
    assert office.chat.ids() == ["a"]
    assert await office.state("act") is DeliveryState.PENDING


async def test_its_lease_is_its_own(office: PostOffice, machine: Machine) -> None:
    machine.go.set()
    await wish(office, "act", "model:churn")
    item = await office.stored("act")
    await office.transactions.write(deliveries.claim, item, office.clock(), machine.lease)
    office.clock.move(8)
    await office.deliverer().drain()
    assert machine.done == []
    office.clock.move(1)
    await office.deliverer().drain()
    assert machine.done == ["act"]


async def test_a_known_outcome_is_stored_and_nothing_is_repeated(
    office: PostOffice, machine: Machine
) -> None:
    machine.known = skipped(START, "it happened")
    await wish(office, "act", "model:churn")
    item = await office.stored("act")
    await office.transactions.write(deliveries.claim, item, office.clock(), timedelta(0))
    await office.deliverer().drain()
    assert machine.done == []
    assert await office.state("act") is DeliveryState.SKIPPED


async def test_a_bug_is_stored_and_told(office: PostOffice, machine: Machine) -> None:
    machine.go.set()
    machine.bug = LookupError("a bug in the act")
    await wish(office, "act", "model:churn")
    with pytest.raises(ExceptionGroup) as raised:
        await office.deliverer().drain()
    assert [str(error) for error in raised.value.exceptions] == ["a bug in the act"]
    assert await office.state("act") is DeliveryState.FAILED
