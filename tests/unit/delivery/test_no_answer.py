"""Calls whose outcome nobody knows: waited for, looked up, and repeated only if absent."""

import asyncio

import pytest

from bot.domain.delivery import MAY_BE_REPEAT, DeliveryKind, DeliveryState, Priority
from bot.errors import SlackError
from bot.ports.chat import Message
from bot.services import deliveries
from tests.unit.delivery.conftest import QUIET, PostOffice
from tests.unit.delivery.faulty_chat import Fault, busy, no_answer

BLIND = SlackError("missing_scope", code="missing_scope")


@pytest.mark.parametrize("accepted", [True, False])
async def test_after_the_quiet_period_it_is_found_or_posted_again(
    office: PostOffice, accepted: bool
) -> None:
    office.chat.fail("C1", no_answer(accepted=accepted))
    await office.post("a", "C1")
    deliverer = office.deliverer()
    await deliverer.drain()
    office.clock.move(59)
    await deliverer.drain()
    assert (office.chat.lookups, len(office.chat.posted)) == (0, int(accepted))
    office.clock.move(1)
    await deliverer.drain()
    assert office.chat.ids() == ["a"]
    assert await office.state("a") is DeliveryState.SENT
    assert (await office.stored("a")).ts == "1.000"


async def test_5xx_after_accept_is_not_repeated(office: PostOffice) -> None:
    error = SlackError("http 503", code="http_503", retryable=True, ambiguous=True)
    office.chat.fail("C1", Fault(error=error, accepted=True))
    await office.post("a", "C1")
    deliverer = office.deliverer()
    for _ in range(5):
        await deliverer.drain()
        office.clock.move(61)
    assert office.chat.ids() == ["a"]


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_crash_between_claim_and_settle_is_found_or_posted_again(
    office: PostOffice, accepted: bool
) -> None:
    await office.post("a", "C1")
    item = await office.stored("a")
    await office.transactions.write(deliveries.claim, item, office.clock(), QUIET)
    if accepted:
        office.chat.accept("C1", Message(text="a"), "a")
    await office.deliverer().drain()
    assert len(office.chat.posted) == int(accepted)
    office.clock.move(60)
    await office.deliverer().drain()
    assert office.chat.ids() == ["a"]
    assert await office.state("a") is DeliveryState.SENT


@pytest.mark.parametrize(("slept", "calls"), [(25, 1), (26, 0)])
async def test_who_slept_between_claim_and_call_leaves_it_to_others(
    office: PostOffice, slept: int, calls: int
) -> None:
    await office.post("a", "C1")
    item = await office.stored("a")
    claimed = await office.transactions.write(deliveries.claim, item, office.clock(), QUIET)
    assert claimed is not None
    office.clock.move(slept)
    verdict = await office.deliverer().acts[DeliveryKind.POST].perform(claimed)
    assert len(office.chat.posted) == calls
    assert verdict.state is (DeliveryState.SENT if calls else DeliveryState.PENDING)


async def test_history_that_fails_for_a_while_is_asked_again(office: PostOffice) -> None:
    office.chat.fail("C1", no_answer(accepted=True))
    await office.post("a", "C1")
    deliverer = office.deliverer()
    await deliverer.drain()
    office.chat.blind["C1"] = SlackError("busy", code="ratelimited", retryable=True, retry_after=9)
    office.clock.move(60)
    await deliverer.drain()
    await deliverer.drain()
    assert office.chat.lookups == 1
    assert await office.state("a") is DeliveryState.SENDING
    office.chat.blind.clear()
    office.clock.move(9)
    await deliverer.drain()
    assert office.chat.ids() == ["a"]
    assert await office.state("a") is DeliveryState.SENT


async def test_a_revoked_token_while_looking_up_waits_instead_of_giving_up(
    office: PostOffice,
) -> None:
    office.chat.fail("C1", no_answer(accepted=True))
    await office.post("a", "C1")
    deliverer = office.deliverer()
    await deliverer.drain()
    office.chat.blind["C1"] = SlackError("token_revoked", code="token_revoked")
    office.clock.move(60)
    await deliverer.drain()
    assert await office.state("a") is DeliveryState.SENDING
    office.chat.blind.clear()
    office.clock.move(600)
    await deliverer.drain()
    assert office.chat.ids() == ["a"]
    assert await office.state("a") is DeliveryState.SENT


async def test_without_history_an_alert_repeats_with_the_mark_and_a_prompt_does_not(
    office: PostOffice,
) -> None:
    for channel in ("C1", "C2"):
        office.chat.fail(channel, no_answer(accepted=True))
        office.chat.blind[channel] = BLIND
    await office.post("alert", "C1", priority=Priority.ALERT)
    await office.post("prompt", "C2", priority=Priority.PROMPT)
    await office.post("later", "C2")
    deliverer = office.deliverer()
    await deliverer.drain()
    office.clock.move(60)
    await deliverer.drain()
    assert office.chat.texts("C1") == ["alert", f"alert ({MAY_BE_REPEAT})"]
    assert office.chat.ids("C2") == ["prompt", "later"]
    assert await office.state("prompt") is DeliveryState.FAILED


async def test_the_mark_is_seen_in_the_message_not_only_in_its_notification(
    office: PostOffice,
) -> None:
    office.chat.fail("C1", no_answer(accepted=False))
    office.chat.blind["C1"] = BLIND
    await office.post("alert", "C1", priority=Priority.ALERT)
    deliverer = office.deliverer()
    await deliverer.drain()
    office.clock.move(60)
    await deliverer.drain()
    (entry,) = office.chat.posted
    assert "repeat" in repr(entry.message.blocks)
    assert {"type": "divider"} in entry.message.blocks


@pytest.mark.parametrize(
    "then", [busy(5), Fault(error=SlackError("token_revoked", code="token_revoked"))]
)
async def test_the_mark_survives_a_refusal_on_the_way(office: PostOffice, then: Fault) -> None:
    office.chat.fail("C1", no_answer(accepted=True), then)
    office.chat.blind["C1"] = BLIND
    await office.post("alert", "C1", priority=Priority.ALERT)
    deliverer = office.deliverer()
    for seconds in (60, 600, 600):
        await deliverer.drain()
        office.clock.move(seconds)
    assert office.chat.texts("C1") == ["alert", f"alert ({MAY_BE_REPEAT})"]


async def test_two_deliverers_never_post_the_same_twice(office: PostOffice) -> None:
    for n in range(40):
        await office.post(f"m{n:02}", f"C{n % 8}")
    await asyncio.gather(*(office.deliverer().drain() for _ in range(3)))
    assert sorted(office.chat.ids()) == [f"m{n:02}" for n in range(40)]
    for n in range(8):
        assert office.chat.ids(f"C{n}") == sorted(office.chat.ids(f"C{n}"))


async def test_two_deliverers_that_look_up_the_same_repost_once(office: PostOffice) -> None:
    for n in range(8):
        office.chat.fail(f"C{n}", no_answer(accepted=False))
        await office.post(f"m{n}", f"C{n}")
    await office.deliverer().drain()
    office.clock.move(60)
    await asyncio.gather(*(office.deliverer().drain() for _ in range(3)))
    assert sorted(office.chat.ids()) == [f"m{n}" for n in range(8)]
