"""What a newcomer tries: left-out words, two stand-ups in a channel, buttons of somebody else."""

import pytest

from tests.acceptance.decision_forms import send
from tests.acceptance.harness import CHURN, MARCUS, YUKI, World, latest, start_standup
from tests.standins.slack import Json, text_of

MONDAY_IN_TOKYO = "2026-10-19T00:00Z"


def answer_to(world: World, user: str) -> str:
    return text_of(latest(world.slack.ephemerals(user)))


async def two_standups(world: World) -> None:
    for name in ("Churn daily", "Release watch"):
        await start_standup(world.lena, name=name)


async def reported_by_yuki(world: World) -> Json:
    """The reply in the day's thread."""
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until(MONDAY_IN_TOKYO)
    await world.yuki.command("/standup", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned lr") is None
    await world.deliver()
    head = latest(world.slack.messages(CHURN))
    [entry] = world.slack.thread(CHURN, head["ts"])
    return entry


async def test_edit_on_somebody_elses_report_says_whose_it_is(world: World) -> None:
    entry = await reported_by_yuki(world)
    await world.marcus.click(entry, "standup.answer")
    assert world.marcus.modals == []
    assert "isn't yours to edit" in answer_to(world, MARCUS)


async def test_skip_asks_which_one_where_a_channel_has_two(world: World) -> None:
    await two_standups(world)
    await world.live_until(MONDAY_IN_TOKYO)
    ack = await world.yuki.command("/standup", "skip", channel=CHURN)
    assert ack.ephemeral is not None
    assert "Skip which stand-up today?" in text_of(ack.ephemeral)
    await world.yuki.click(ack.ephemeral, "standup.skip:1")
    await world.deliver()
    skipped = [m for m in world.slack.messages(YUKI) if "not today" in text_of(m)]
    assert ["Release watch" in text_of(m) for m in skipped] == [True]
    assert "Skipped for today" in answer_to(world, YUKI)


async def test_status_tells_of_every_standup_of_the_channel(world: World) -> None:
    await two_standups(world)
    await world.live_until(MONDAY_IN_TOKYO)
    ack = await world.yuki.command("/standup", "status", channel=CHURN)
    assert ack.ephemeral is not None
    shown = text_of(ack.ephemeral)
    assert "Churn daily · Mon 19 Oct" in shown
    assert "Release watch · Mon 19 Oct" in shown


async def test_status_on_a_free_day_says_that_nobody_is_asked(world: World) -> None:
    await start_standup(world.lena)
    ack = await world.yuki.command("/standup", "status", channel=CHURN)
    assert ack.ephemeral is not None
    assert text_of(ack.ephemeral) == "Churn daily · Sun 18 Oct · asks nobody on that day"


async def test_status_before_the_first_prompt_says_so(world: World) -> None:
    await start_standup(world.lena)
    world.clock.move_to("2026-10-18T23:30Z")
    ack = await world.yuki.command("/standup", "status", channel=CHURN)
    assert ack.ephemeral is not None
    assert text_of(ack.ephemeral) == "Churn daily · Mon 19 Oct · nobody has been asked yet"


@pytest.mark.parametrize(("command", "word"), [("/standup", "new"), ("/digest", "")])
async def test_what_needs_a_channel_is_refused_in_a_direct_message(
    world: World, command: str, word: str
) -> None:
    ack = await world.yuki.command(command, word, channel=YUKI)
    assert "belongs to a channel" in ack.text
    assert world.yuki.modals == []


async def test_accept_typed_with_a_number_shows_the_card_with_its_buttons(world: World) -> None:
    await world.yuki.command("/decide", "Retrain monthly", channel=CHURN)
    assert await send(world.yuki, outcome="Yes", status="proposed") is None
    ack = await world.yuki.command("/decide", "accept D-1", channel=CHURN)
    assert world.yuki.modals == []
    assert ack.ephemeral is not None
    for _ in range(2):
        await world.yuki.click(ack.ephemeral, "decision.accept")
    assert answer_to(world, YUKI) == "D-1 is accepted already."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("nwe", "`/standup new`"), ("reprot", "`/standup report`"), ("hlep", "`/standup help`")],
)
async def test_two_swapped_letters_are_one_slip(world: World, typed: str, meant: str) -> None:
    ack = await world.yuki.command("/standup", typed, channel=CHURN)
    assert meant in ack.text


async def test_a_sentence_is_no_slip(world: World) -> None:
    ack = await world.yuki.command("/standup", "I finished the thing", channel=CHURN)
    assert "Did you mean" not in ack.text
