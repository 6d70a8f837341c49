"""Channels and workspaces that refuse, parents that are missing, cards that break."""

import pytest

from bot.domain.delivery import DeliveryState
from bot.services import deliveries
from tests.unit.delivery.conftest import PostOffice
from tests.unit.delivery.faulty_chat import refused

DAY = 24 * 3600


async def test_a_dead_channel_is_told_to_its_owner_once_a_day(office: PostOffice) -> None:
    office.chat.fail("C1", *[refused("not_in_channel")] * 4)
    deliverer = office.deliverer()
    for n in range(3):
        await office.post(f"a{n}", "C1", owner="UANA")
    await deliverer.drain()
    assert office.chat.texts("UANA") == ["C1: not_in_channel"]
    office.clock.move(DAY)
    await office.post("a3", "C1", owner="UANA")
    await deliverer.drain()
    assert office.chat.texts("UANA") == ["C1: not_in_channel"] * 2
    assert await office.state("a0") is DeliveryState.FAILED


async def test_each_owner_of_a_dead_channel_is_told(office: PostOffice) -> None:
    office.chat.fail("C1", *[refused("is_archived")] * 2)
    await office.post("a", "C1", owner="UANA")
    await office.post("b", "C1", owner="UBEN")
    await office.deliverer().drain()
    assert office.chat.texts("UANA") == office.chat.texts("UBEN") == ["C1: is_archived"]


async def test_an_owner_who_cannot_be_reached_is_not_told_about_it(office: PostOffice) -> None:
    office.chat.fail("C1", refused("not_in_channel"))
    office.chat.fail("UANA", refused("user_not_found"))
    await office.post("a", "C1", owner="UANA")
    await office.deliverer().drain()
    counts = await office.transactions.read(lambda uow: uow.deliveries.counts())
    assert counts == {"failed": 2}


async def test_try_again_sends_what_a_dead_channel_missed_thread_included(
    office: PostOffice,
) -> None:
    office.chat.fail("C1", *[refused("not_in_channel")] * 2)
    await office.post("day", "C1", owner="UANA")
    await office.post("report", "C1", owner="UANA", thread_of="day")
    deliverer = office.deliverer()
    await deliverer.drain()
    assert office.chat.ids("C1") == []
    office.chat.faults.clear()
    await office.transactions.write(deliveries.try_again, "T1", "C1", "UANA", office.clock())
    await deliverer.drain()
    assert office.chat.ids("C1") == ["day", "report"]
    day, report = (p for p in office.chat.posted if p.channel == "C1")
    assert report.thread_ts == day.ts


async def test_a_dead_workspace_pauses_and_loses_nothing(office: PostOffice) -> None:
    office.chat.fail("C1", refused("token_revoked"), refused("token_revoked"))
    await office.post("a", "C1", owner="UANA")
    deliverer = office.deliverer()
    await deliverer.drain()
    assert await office.state("a") is DeliveryState.PENDING
    office.clock.move(599)
    await deliverer.drain()
    assert len(office.chat.faults["C1"]) == 1
    office.clock.move(1)
    await deliverer.drain()
    assert (len(office.chat.faults["C1"]), office.chat.posted) == (0, [])
    office.clock.move(600)
    await deliverer.drain()
    assert office.chat.ids() == ["a"]


@pytest.mark.parametrize("parent", ["never wished for", "skipped"])
async def test_an_answer_to_a_message_that_was_never_posted_is_skipped(
    office: PostOffice, parent: str
) -> None:
    if parent == "skipped":
        office.said["day"] = ""
        await office.post("day", "C1")
    await office.post("report", "C1", thread_of="day")
    await office.post("next", "C1")
    await office.deliverer().drain()
    assert await office.state("report") is DeliveryState.SKIPPED
    assert office.chat.ids() == ["next"]


async def test_an_edit_before_its_post_was_sent_waits_for_it(office: PostOffice) -> None:
    await office.post("a", "C1")
    await office.edit("a")
    office.said["a"] = "newest"
    await office.deliverer().drain()
    assert office.chat.texts("C1") == ["newest"]
    assert office.chat.edits == [("1.000", "newest")]


async def test_edits_that_wait_are_one_edit_with_the_newest_state(office: PostOffice) -> None:
    await office.post("a", "C1")
    await office.deliverer().drain()
    for n in range(5):
        office.said["a"] = f"version {n}"
        await office.edit("a")
    await office.deliverer().drain()
    assert office.chat.edits == [("1.000", "version 4")]
    office.said["a"] = "version 5"
    await office.edit("a")
    await office.deliverer().drain()
    assert office.chat.edits[1:] == [("1.000", "version 5")]


async def test_an_edit_of_something_unknown_does_nothing(office: PostOffice) -> None:
    await office.edit("nothing")
    assert await office.transactions.read(lambda uow: uow.deliveries.counts()) == {}


async def test_a_card_that_breaks_stops_nobody_else_and_is_told_to_the_caller(
    office: PostOffice,
) -> None:
    office.broken.add("a")
    await office.post("a", "C1")
    for n in range(12):
        await office.post(f"b{n:02}", f"C{2 + n % 3}")
    with pytest.raises(ExceptionGroup) as raised:
        await office.deliverer().drain()
    assert [str(e) for e in raised.value.exceptions] == ["a bug in the card of a"]
    assert sorted(office.chat.ids()) == [f"b{n:02}" for n in range(12)]


async def test_a_card_that_breaks_is_tried_again_later_not_in_a_hot_loop(
    office: PostOffice,
) -> None:
    office.broken.add("a")
    await office.post("a", "C1")
    deliverer = office.deliverer()
    with pytest.raises(ExceptionGroup):
        await deliverer.drain()
    await deliverer.drain()
    assert office.rendered == ["a"]
    office.broken.clear()
    office.clock.move(5)
    await deliverer.drain()
    assert (office.chat.ids(), office.chat.lookups) == (["a"], 0)


async def test_a_card_that_stays_broken_frees_its_channel_and_is_kept(
    office: PostOffice,
) -> None:
    office.broken.add("a")
    await office.post("a", "C1", owner="UANA")
    await office.post("b", "C1")
    deliverer = office.deliverer()
    for _ in range(8):
        with pytest.raises(ExceptionGroup):
            await deliverer.drain()
        office.clock.move(300)
    await deliverer.drain()
    assert office.chat.ids() == ["b"]
    kept = await office.stored("a")
    assert kept.state is DeliveryState.FAILED
    assert "a bug in the card of a" in kept.error
    office.broken.clear()
    await office.transactions.write(deliveries.try_again, "T1", "C1", "UANA", office.clock())
    await deliverer.drain()
    assert office.chat.ids() == ["b", "a"]


async def test_a_card_that_nobody_registered_stops_nobody_else(office: PostOffice) -> None:
    await office.post("a", "C1", card="no such card")
    await office.post("b", "C2")
    with pytest.raises(ExceptionGroup):
        await office.deliverer().drain()
    assert office.chat.ids() == ["b"]
    assert await office.state("a") is DeliveryState.PENDING
