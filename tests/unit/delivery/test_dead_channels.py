"""What a channel that takes nothing costs: one call a day, until it takes messages again."""

import pytest

from bot.domain.delivery import DeliveryState
from bot.services import deliveries
from tests.unit.delivery.conftest import PostOffice
from tests.unit.delivery.faulty_chat import refused

DAY = 24 * 3600


async def _calls(office: PostOffice, *wanted: str) -> int:
    """How many calls a dead channel gets for these messages."""
    faults = office.chat.faults["C1"]
    before = len(faults)
    for delivery_id in wanted:
        await office.post(delivery_id, "C1", owner="UANA")
    await office.deliverer().drain()
    return before - len(faults)


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found"])
async def test_what_waits_for_a_dead_channel_fails_without_a_call(
    office: PostOffice, code: str
) -> None:
    office.chat.fail("C1", *[refused(code)] * 9)
    assert await _calls(office, "a", "b", "c") == 1
    for delivery_id in ("a", "b", "c"):
        assert await office.state(delivery_id) is DeliveryState.FAILED


async def test_it_is_asked_once_a_day(office: PostOffice) -> None:
    office.chat.fail("C1", *[refused("is_archived")] * 9)
    assert await _calls(office, "monday") == 1
    office.clock.move(DAY - 1)
    assert await _calls(office, "later on monday") == 0
    office.clock.move(1)
    assert await _calls(office, "tuesday") == 1


async def test_owners_of_what_only_waits_are_told_too(office: PostOffice) -> None:
    office.chat.fail("C1", refused("is_archived"))
    await office.post("a", "C1", owner="UANA")
    await office.post("b", "C1", owner="UBEN")
    await office.post("c", "C1")
    await office.deliverer().drain()
    assert office.chat.texts("UANA") == office.chat.texts("UBEN") == ["C1: is_archived"]


async def test_a_channel_that_opens_gets_the_next_message_and_the_rest_on_demand(
    office: PostOffice,
) -> None:
    office.chat.fail("C1", refused("is_archived"))
    await _calls(office, "a", "b")
    await office.transactions.write(deliveries.opened, "T1", "C1", office.clock())
    await _calls(office, "c")
    assert office.chat.ids("C1") == ["c"]
    again = await office.transactions.write(
        deliveries.try_again, "T1", "C1", "UANA", office.clock()
    )
    await office.deliverer().drain()
    assert (again, office.chat.ids("C1")) == (2, ["c", "a", "b"])


async def test_other_channels_and_other_refusals_are_left_alone(office: PostOffice) -> None:
    office.chat.fail("C1", refused("msg_too_long"), refused("is_archived"))
    for delivery_id, channel in (("long", "C1"), ("dead", "C1"), ("x", "C2"), ("y", "C2")):
        await office.post(delivery_id, channel)
    await office.deliverer().drain()
    assert office.chat.ids() == ["x", "y"]
    await office.transactions.write(deliveries.opened, "T1", "C1", office.clock())
    assert (await office.stored("long")).error == "msg_too_long"


async def test_where_only_threads_are_allowed_answers_still_go_out(office: PostOffice) -> None:
    await office.post("day", "C1")
    await office.deliverer().drain()
    office.chat.fail("C1", refused("restricted_action_thread_only_channel"))
    await office.post("news", "C1")
    await office.post("report", "C1", thread_of="day")
    await office.deliverer().drain()
    assert office.chat.ids("C1") == ["day", "report"]
