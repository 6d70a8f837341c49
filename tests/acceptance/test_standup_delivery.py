"""What Slack refuses, loses or delays: each message stands there exactly once in the end."""

from typing import Any

import pytest

from tests.acceptance.harness import (
    ANANYA,
    CHURN,
    LENA,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import Json, Person, text_of

MONDAY_IN_TOKYO = "2026-10-19T00:00Z"


async def reported(world: World, person: Person, text: str) -> None:
    prompt = latest(world.slack.messages(person.id))
    await person.click(prompt, "standup.answer")
    assert await person.submit(person.modal, answer_0=text) is None


def remove_channel(world: World) -> Any:
    return world.slack.ws.channels.pop(CHURN)


def notices(world: World) -> list[Json]:
    return [m for m in world.slack.messages(LENA) if "Try again" in text_of(m)]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 30},
        {"status": 500},
        {"status": 503, "after": True},
        {"drop_before": True},
        {"drop_after": True},
        {"error": "internal_error", "after": True},
        {"error": "ratelimited"},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.items()),
)
async def test_a_post_that_met_a_failure_stands_there_exactly_once(
    world: World, fault: dict[str, Any]
) -> None:
    world.expect("internal_error", "ratelimited")
    await start_standup(world.lena, post_mode="at_once")
    world.slack.fault("chat.postMessage", **fault)
    await world.deliver()
    for _ in range(10):
        world.clock.advance(seconds=30)
        await world.deliver()
    [told] = world.slack.messages(CHURN)
    assert "Churn daily asks everyone in the channel (5)" in text_of(told)
    await world.live_until(MONDAY_IN_TOKYO)
    assert len(world.slack.messages(YUKI)) == 1


async def test_a_prompt_that_was_accepted_without_an_answer_is_found_again(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    await world.deliver()
    world.slack.fault("chat.postMessage", drop_after=True)
    await world.live_until(MONDAY_IN_TOKYO)
    world.clock.advance(seconds=61)
    await world.deliver()
    assert len(world.slack.messages(YUKI)) == 1
    await reported(world, world.yuki, "Found it")
    await world.deliver()
    assert "reported" in text_of(world.slack.messages(YUKI)[0])


async def test_before_the_quiet_period_is_over_nothing_is_repeated(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    world.slack.fault("chat.postMessage", drop_before=True)
    await world.deliver()
    world.clock.advance(seconds=59)
    await world.deliver()
    assert len(world.slack.called("chat.postMessage")) == 1
    world.clock.advance(seconds=2)
    await world.deliver()
    assert len(world.slack.messages(CHURN)) == 1


async def test_a_429_pauses_every_channel_for_as_long_as_slack_asked(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    world.slack.fault("chat.postMessage", retry_after=40)
    await world.deliver()
    calls = len(world.slack.called("chat.postMessage"))
    world.clock.advance(seconds=39)
    await world.deliver()
    assert len(world.slack.called("chat.postMessage")) == calls
    world.clock.advance(seconds=1)
    await world.deliver()
    assert len(world.slack.messages(CHURN)) == 1


async def test_an_edit_that_met_a_failure_goes_again(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until(MONDAY_IN_TOKYO)
    await reported(world, world.yuki, "Tuned lr")
    world.slack.fault("chat.update", status=500)
    await world.deliver()
    world.clock.advance(seconds=30)
    await world.deliver()
    assert "reported" in text_of(world.slack.messages(YUKI)[0])


async def test_a_reply_waits_for_its_thread(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until(MONDAY_IN_TOKYO)
    world.slack.fault("chat.postMessage", status=502, after=True)
    await reported(world, world.yuki, "Tuned lr")
    await world.deliver()
    head = latest(world.slack.messages(CHURN))
    assert "Mon 19 Oct" in text_of(head)
    assert world.slack.thread(CHURN, head["ts"]) == []
    world.clock.advance(seconds=61)
    await world.deliver()
    assert latest(world.slack.messages(CHURN))["ts"] == head["ts"]
    assert len(world.slack.thread(CHURN, head["ts"])) == 1


async def test_of_a_deleted_channel_the_owner_hears_once(world: World) -> None:
    world.expect("channel_not_found")
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until("2026-10-19T04:00Z")
    remove_channel(world)
    await reported(world, world.yuki, "Tuned lr")
    await world.deliver()
    await reported(world, world.ananya, "Cleaned data")
    await world.deliver()
    [notice] = notices(world)
    assert "I can't see <#C0CHURN>" in text_of(notice)
    assert "Everything is kept" in text_of(notice)
    assert [m for m in world.slack.messages(YUKI) if "Try again" in text_of(m)] == []


async def test_try_again_sends_everything_once_the_channel_is_back(world: World) -> None:
    world.expect("channel_not_found")
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until("2026-10-19T04:00Z")
    channel = remove_channel(world)
    await reported(world, world.yuki, "Tuned lr")
    await reported(world, world.ananya, "Cleaned data")
    await world.deliver()
    world.slack.ws.channels[CHURN] = channel
    [notice] = notices(world)
    await world.lena.click(notice, "delivery.retry")
    assert "Sending 4 messages again" in latest(world.slack.ephemerals(LENA))["text"]
    await world.deliver()
    heads = [m for m in world.slack.messages(CHURN) if "Mon 19 Oct" in text_of(m)]
    assert len(heads) == 1
    assert "(2 of 2)" in text_of(heads[0])
    shown = [text_of(m) for m in world.slack.thread(CHURN, heads[0]["ts"])]
    assert ["Tuned lr" in shown[0], "Cleaned data" in shown[1], len(shown)] == [True, True, 2]


async def test_try_again_too_early_tells_the_owner_nothing_new_that_day(world: World) -> None:
    world.expect("channel_not_found")
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until(MONDAY_IN_TOKYO)
    remove_channel(world)
    await reported(world, world.yuki, "Tuned lr")
    await world.deliver()
    [notice] = notices(world)
    await world.lena.click(notice, "delivery.retry")
    await world.deliver()
    assert len(notices(world)) == 1


async def test_a_bot_that_was_removed_from_the_channel_names_the_invitation(world: World) -> None:
    world.expect("not_in_channel")
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until(MONDAY_IN_TOKYO)
    members = world.slack.ws.channels[CHURN].members
    members.remove("U0MERIDIAN")
    await reported(world, world.yuki, "Tuned lr")
    await world.deliver()
    [notice] = notices(world)
    assert "/invite @Meridian" in text_of(notice)
    members.append("U0MERIDIAN")
    await world.lena.click(notice, "delivery.retry")
    await world.deliver()
    head = latest(world.slack.messages(CHURN))
    assert len(world.slack.thread(CHURN, head["ts"])) == 1


async def test_a_failing_channel_does_not_hold_up_the_others(world: World) -> None:
    world.expect("channel_not_found")
    await start_standup(world.lena, reminders="0")
    remove_channel(world)
    await world.live_until("2026-10-19T04:00Z")
    assert len(world.slack.messages(YUKI)) == 1
    assert len(world.slack.messages(ANANYA)) == 1
