"""Order within a channel, alerts first across channels, and how fast posts go out."""

import asyncio
from datetime import timedelta

from bot.domain.delivery import DeliveryState, Priority
from bot.workflows.pacing import Pace
from tests.unit.delivery.conftest import START, PostOffice, until
from tests.unit.delivery.faulty_chat import busy, no_answer


async def test_each_channel_gets_its_messages_in_commit_order(office: PostOffice) -> None:
    for n in range(30):
        priority = Priority.ALERT if n % 7 == 0 else Priority.DIGEST
        await office.post(f"m{n:02}", f"C{n % 3}", priority=priority)
    await office.deliverer().drain()
    for channel in ("C0", "C1", "C2"):
        assert office.chat.ids(channel) == sorted(office.chat.ids(channel))
    assert len(office.chat.posted) == 30


async def test_a_channel_waits_for_its_head_others_do_not(office: PostOffice) -> None:
    office.chat.fail("C1", no_answer(accepted=False))
    for delivery_id, channel in (("a1", "C1"), ("a2", "C1"), ("b1", "C2"), ("b2", "C2")):
        await office.post(delivery_id, channel)
    await office.deliverer().drain()
    assert office.chat.ids() == ["b1", "b2"]
    office.clock.move(61)
    await office.deliverer().drain()
    assert office.chat.ids("C1") == ["a1", "a2"]


async def test_channels_with_alerts_come_first_then_prompts_then_digests(
    office: PostOffice,
) -> None:
    await office.post("digest", "C1", priority=Priority.DIGEST)
    await office.post("normal", "C2")
    await office.post("prompt", "C3", priority=Priority.PROMPT)
    await office.post("alert", "C4", priority=Priority.ALERT)
    deliverer = office.deliverer()
    deliverer.parallel = 1
    await deliverer.drain()
    assert office.chat.ids() == ["alert", "prompt", "normal", "digest"]


async def test_one_message_a_second_per_channel(office: PostOffice) -> None:
    for n in range(3):
        await office.post(f"a{n}", "C1")
        await office.post(f"b{n}", "C2")
    deliverer = office.deliverer(Pace())
    for expected in (1, 2, 3):
        await deliverer.drain()
        assert len(office.chat.ids("C1")) == len(office.chat.ids("C2")) == expected
        await deliverer.drain()
        assert len(office.chat.ids("C1")) == expected
        office.clock.move(1)


async def test_a_workspace_has_a_budget_a_minute(office: PostOffice) -> None:
    for n in range(5):
        await office.post(f"m{n}", f"C{n}")
    deliverer = office.deliverer(Pace(per_workspace=3))
    await deliverer.drain()
    assert len(office.chat.posted) == 3
    office.clock.move(59)
    await deliverer.drain()
    assert len(office.chat.posted) == 3
    office.clock.move(1)
    await deliverer.drain()
    assert len(office.chat.posted) == 5


async def test_429_pauses_the_workspace_as_long_as_slack_says(office: PostOffice) -> None:
    office.chat.fail("C1", busy(30))
    await office.post("a", "C1", priority=Priority.ALERT)
    deliverer = office.deliverer()
    await deliverer.drain()
    await office.post("b", "C2")
    office.clock.move(29)
    await deliverer.drain()
    assert office.chat.posted == []
    assert await office.state("a") is DeliveryState.PENDING
    office.clock.move(1)
    await deliverer.drain()
    assert sorted(office.chat.ids()) == ["a", "b"]


def test_a_shorter_429_does_not_end_a_longer_pause() -> None:
    pace = Pace()
    pace.pause("T1", START + timedelta(seconds=30))
    pace.pause("T1", START + timedelta(seconds=1))
    assert not pace.allow("T1", "C1", START + timedelta(seconds=29))
    assert pace.allow("T1", "C1", START + timedelta(seconds=30))


def test_a_pause_of_one_workspace_leaves_others_alone() -> None:
    pace = Pace()
    pace.pause("T1", START + timedelta(seconds=30))
    assert pace.allow("T2", "C1", START)


async def test_a_stuck_look_up_does_not_hold_up_other_channels(office: PostOffice) -> None:
    office.chat.fail("C1", no_answer(accepted=True))
    await office.post("a", "C1")
    deliverer = office.deliverer()
    await deliverer.drain()
    office.clock.move(61)
    office.chat.stuck["C1"] = asyncio.Event()
    for n in range(3):
        await office.post(f"b{n}", "C2")
    draining = asyncio.create_task(deliverer.drain())
    await until(lambda: office.chat.ids("C2") == ["b0", "b1", "b2"])
    await office.post("c", "C3")
    await until(lambda: office.chat.ids("C3") == ["c"])
    assert not draining.done()
    office.chat.stuck["C1"].set()
    await draining
    assert await office.state("a") is DeliveryState.SENT
    assert office.chat.ids("C1") == ["a"]


async def test_messages_that_waited_for_a_free_slot_keep_their_distance(
    office: PostOffice,
) -> None:
    """The second is counted from the call, not from when the message was picked."""
    office.chat.stuck["C1"] = asyncio.Event()
    await office.post("a", "C1", priority=Priority.ALERT)
    await office.post("b0", "C2")
    await office.post("b1", "C2")
    deliverer = office.deliverer(Pace())
    deliverer.parallel = 1
    draining = asyncio.create_task(deliverer.drain())
    await asyncio.sleep(0.05)
    office.clock.move(5)
    office.chat.stuck["C1"].set()
    await draining
    assert office.chat.ids() == ["a", "b0"]


async def test_an_ended_drain_leaves_no_call_behind(office: PostOffice) -> None:
    office.chat.stuck["C1"] = asyncio.Event()
    await office.post("a", "C1")
    draining = asyncio.create_task(office.deliverer().drain())
    await until(lambda: office.rendered == ["a"])
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    assert {t for t in asyncio.all_tasks() if t is not asyncio.current_task()} == set()
    assert await office.state("a") is DeliveryState.SENDING


async def test_a_steady_load_does_not_keep_a_drain_for_ever(office: PostOffice) -> None:
    for n in range(40):
        await office.post(f"m{n}", "C1")
    deliverer = office.deliverer()
    seconds = iter(range(1000))
    deliverer.clock = lambda: START + timedelta(seconds=next(seconds))
    await deliverer.drain()
    first = len(office.chat.posted)
    assert 0 < first < 40
    await deliverer.drain()
    assert len(office.chat.posted) > first


async def test_once_closing_nothing_new_is_begun(office: PostOffice) -> None:
    await office.post("m", "C1")
    deliverer = office.deliverer()
    deliverer.closing = True
    assert await deliverer.drain() == 0
    assert office.chat.posted == []
    assert await office.state("m") is DeliveryState.PENDING
