"""The bridge: committed or nothing, once per key, and reads that never wait for a writer."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.domain.delivery import Delivery
from bot.domain.person import Person
from bot.errors import AlreadyHandled
from bot.ports.repositories import UnitOfWork
from storage.engine import Engines
from storage.transactions import SqlTransactions

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass(kw_only=True)
class Bridge:
    """The bridge under test, and the threads on which it said that there is something to send."""

    transactions: SqlTransactions
    woken: list[int] = field(default_factory=list)


@pytest.fixture
async def bridge(engines: Engines) -> AsyncIterator[Bridge]:
    """A bridge on an empty database."""
    woken: list[int] = []
    transactions = SqlTransactions(
        engines, lambda: NOW, lambda: woken.append(threading.get_ident())
    )
    yield Bridge(transactions=transactions, woken=woken)
    transactions.close()


def name(uow: UnitOfWork, user_id: str, name: str) -> str:
    uow.people.save([Person(workspace="T1", user_id=user_id, name=name)])
    return name


def named(uow: UnitOfWork, user_id: str) -> str | None:
    person = uow.people.get("T1", user_id)
    return person.name if person else None


def break_after(uow: UnitOfWork, user_id: str) -> None:
    name(uow, user_id, "half done")
    uow.numbers.next("T1", "decision")
    uow.deliveries.add(post("half"))
    raise LookupError("a bug")


def count_up(uow: UnitOfWork) -> int:
    """Read, think, write: the pattern that loses updates where transactions overlap."""
    person = uow.people.get("T1", "counter")
    value = int(person.name) if person else 0
    name(uow, "counter", str(value + 1))
    return uow.numbers.next("T1", "counter")


def post(delivery_id: str) -> Delivery:
    return Delivery(
        id=delivery_id, workspace="T1", channel="C1", card="say", subject={}, ready_at=NOW
    )


async def test_the_result_comes_after_the_commit(bridge: Bridge) -> None:
    assert await bridge.transactions.write(name, "U1", name="Ana") == "Ana"
    assert await bridge.transactions.read(named, "U1") == "Ana"


async def test_a_key_is_handled_once_however_many_try(bridge: Bridge) -> None:
    async def once(n: int) -> str:
        try:
            return await bridge.transactions.write_once("view:V1", name, "U1", f"try {n}")
        except AlreadyHandled:
            return ""

    done = [said for said in await asyncio.gather(*(once(n) for n in range(8))) if said]
    assert len(done) == 1
    assert await bridge.transactions.read(named, "U1") == done[0]
    with pytest.raises(AlreadyHandled):
        await bridge.transactions.write_once("view:V1", name, "U1", "late")
    assert await bridge.transactions.write_once("view:V2", name, "U1", "another") == "another"


async def test_a_failure_rolls_everything_back_and_does_not_burn_its_key(bridge: Bridge) -> None:
    for _ in range(2):
        with pytest.raises(LookupError):
            await bridge.transactions.write_once("view:V1", break_after, "U1")
    assert await bridge.transactions.read(named, "U1") is None
    assert await bridge.transactions.read(lambda uow: uow.deliveries.counts()) == {}
    assert bridge.woken == []
    assert await bridge.transactions.write_once("view:V1", name, "U1", "second try")
    assert await bridge.transactions.write(lambda uow: uow.numbers.next("T1", "decision")) == 1


async def test_the_outbox_is_announced_on_the_loop_when_something_was_added(
    bridge: Bridge,
) -> None:
    await bridge.transactions.write(name, "U1", "Ana")
    assert bridge.woken == []
    assert await bridge.transactions.write(lambda uow: uow.deliveries.add(post("a")))
    assert bridge.woken == [threading.get_ident()]
    assert not await bridge.transactions.write(lambda uow: uow.deliveries.add(post("a")))
    assert len(bridge.woken) == 1


async def test_reads_see_what_is_committed_and_do_not_wait_for_a_writer(bridge: Bridge) -> None:
    await bridge.transactions.write(name, "U1", "before")
    begun, go_on = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> None:
        name(uow, "U1", "after")
        begun.set()
        assert go_on.wait(60)

    writing = asyncio.create_task(bridge.transactions.write(slow))
    assert await asyncio.to_thread(begun.wait, 30)
    try:
        async with asyncio.timeout(30):
            reads = (bridge.transactions.read(named, "U1") for _ in range(20))
            assert set(await asyncio.gather(*reads)) == {"before"}
    finally:
        go_on.set()
        await writing
    assert await bridge.transactions.read(named, "U1") == "after"


async def test_a_read_keeps_nothing(bridge: Bridge) -> None:
    await bridge.transactions.write(name, "U1", "Ana")
    await bridge.transactions.read(name, "U1", "changed by a read")
    assert await bridge.transactions.read(named, "U1") == "Ana"
    assert await bridge.transactions.write(name, "U2", "a writer isn't locked out") is not None


async def test_threads_lose_no_update_on_sqlite_and_no_number_anywhere(
    bridge: Bridge, database_url: str
) -> None:
    numbers = await asyncio.gather(*(bridge.transactions.write(count_up) for _ in range(40)))
    assert sorted(numbers) == list(range(1, 41))
    if database_url.startswith("sqlite"):
        assert await bridge.transactions.read(named, "counter") == "40"


async def test_two_processes_on_one_database_lose_no_number(
    bridge: Bridge, engines: Engines
) -> None:
    other = SqlTransactions(engines, lambda: NOW, lambda: None)
    both = (bridge.transactions, other)
    jobs = [both[n % 2].write(lambda uow: uow.numbers.next("T1", "n")) for n in range(40)]
    assert sorted(await asyncio.gather(*jobs)) == list(range(1, 41))
