"""A stand-up pauses, goes on, ends, is copied and joined, and follows its channel."""

from bot.domain.standup import Standup
from bot.workflows import standups as workflows
from jobs import housekeeping
from tests.acceptance.harness import (
    BEATRIZ,
    CHURN,
    LENA,
    MARCUS,
    PEOPLE,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import Json, Person, text_of

MONDAY_9_BERLIN = "2026-10-19T07:00Z"


async def stored(world: World) -> list[Standup]:
    return await world.app.transactions.read(lambda uow: list(uow.standups.all("T0TEAM")))


async def said(person: Person, words: str) -> str:
    ack = await person.command("/standup", words, channel=CHURN)
    return text_of(ack.ephemeral) if ack.ephemeral else ack.text


def announced(world: World) -> Json:
    return world.slack.messages(CHURN)[0]


def direct(world: World, user_id: str) -> list[str]:
    place = world.slack.ws.open_dm([user_id])
    return [text_of(message) for message in world.slack.messages(place.id)]


async def test_a_paused_stand_up_asks_nobody_and_says_so(world: World) -> None:
    await start_standup(world.lena, participants=[LENA])
    assert "Churn daily is paused" in await said(world.lena, "pause")
    await world.deliver()
    assert "is paused ⏸" in text_of(announced(world))
    assert "paused" in await said(world.lena, "list")
    await world.live_until(MONDAY_9_BERLIN)
    await world.tick()
    assert direct(world, LENA) == []
    assert "It is paused already" in await said(world.lena, "pause")
    assert "Churn daily goes on" in await said(world.lena, "resume")
    await world.live_until("2026-10-20T07:00Z")
    await world.tick()
    assert len(direct(world, LENA)) == 1
    assert "Churn daily asks 1 person" in text_of(announced(world))


async def test_only_a_manager_pauses_it(world: World) -> None:
    await start_standup(world.lena)
    for word in ("pause", "delete"):
        assert "Only its managers" in await said(world.yuki, word)
    assert world.yuki.modals == []
    assert [s.paused for s in await stored(world)] == [False]


async def test_deleting_asks_first_says_what_stays_and_ends_it(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.command("/standup", "delete", channel=CHURN)
    asked = world.lena.modal
    assert "Delete Churn daily?" in text_of(asked)
    assert "What was reported stays" in text_of(asked)
    assert len(await stored(world)) == 1
    assert await world.lena.submit(asked) is None
    await world.deliver()
    assert await stored(world) == []
    assert "Churn daily has ended" in text_of(announced(world))
    assert "has no stand-up" in await said(world.lena, "pause")


async def test_the_right_to_delete_is_checked_again_at_the_confirmation(world: World) -> None:
    await world.lena.command("/standup", "new", channel=CHURN)
    await world.lena.click(world.lena.modal, "standup.more")
    await world.lena.submit(world.lena.modal, name="Churn daily", managers=[LENA, YUKI])
    await world.lena.command("/standup", "delete", channel=CHURN)
    await world.yuki.command("/standup", "edit", channel=CHURN)
    await world.yuki.click(world.yuki.modal, "standup.more")
    assert await world.yuki.submit(world.yuki.modal, managers=[YUKI]) is None
    await world.lena.submit(world.lena.modal)
    assert "Only its managers" in text_of(world.lena.modal)
    assert len(await stored(world)) == 1


async def test_a_duplicate_opens_filled_and_starts_as_one_more(world: World) -> None:
    await start_standup(world.lena, questions="Only this?", participants=[LENA, YUKI])
    await world.yuki.command("/standup", "duplicate", channel=CHURN)
    modal = world.yuki.modal
    assert modal["title"]["text"] == "New stand-up"
    assert "Copy of Churn daily" in str(modal["state"])
    assert "Only this?" in str(modal["state"])
    await world.yuki.choose(modal, "wall_time", "11:00")
    assert await world.yuki.submit(world.yuki.modal) is None
    first, second = await stored(world)
    assert (first.plan.name, second.plan.name) == ("Churn daily", "Copy of Churn daily")
    assert (second.created_by, second.managers) == (YUKI, (YUKI,))
    assert (second.plan.questions, second.plan.participants) == (("Only this?",), (LENA, YUKI))


async def test_join_on_the_announcement_and_leave_by_word(world: World) -> None:
    await start_standup(world.lena, participants=[LENA])
    await world.deliver()
    await world.marcus.click(announced(world), "standup.join")
    assert "asks you from your next hour on" in latest(world.slack.ephemerals(MARCUS))["text"]
    assert [s.plan.participants for s in await stored(world)] == [(LENA, MARCUS)]
    await world.marcus.click(announced(world), "standup.join")
    assert "asks you already" in latest(world.slack.ephemerals(MARCUS))["text"]
    assert "doesn't ask you any more" in await said(world.marcus, "leave")
    assert [s.plan.participants for s in await stored(world)] == [(LENA,)]
    assert "No stand-up asks you" in await said(world.marcus, "leave")
    await world.deliver()
    assert "asks 1 person" in text_of(announced(world))


async def test_who_is_not_in_the_channel_does_not_join(world: World) -> None:
    await start_standup(world.lena, participants=[LENA])
    await world.deliver()
    world.slack.ws.channels[CHURN].members.remove(MARCUS)
    await world.marcus.click(announced(world), "standup.join")
    assert "Only who is in its channel" in latest(world.slack.ephemerals(MARCUS))["text"]
    assert [s.plan.participants for s in await stored(world)] == [(LENA,)]


async def test_a_word_that_may_mean_several_asks_which(world: World) -> None:
    await start_standup(world.lena)
    await start_standup(world.lena, name="Ops weekly", participants=[LENA])
    for word, question in (("pause", "Pause which"), ("leave", "Leave which")):
        assert question in await said(world.lena, word)
    ack = await world.lena.command("/standup", "pause", channel=CHURN)
    second = next(s for s in await stored(world) if s.plan.name == "Ops weekly")
    assert ack.ephemeral is not None
    await world.lena.click(ack.ephemeral, "standup.pause:1", value=second.id)
    assert {s.plan.name: s.paused for s in await stored(world)} == {
        "Churn daily": False,
        "Ops weekly": True,
    }
    # Of one that is paused and one that isn't, only one can be meant.
    assert "Churn daily is paused" in await said(world.lena, "pause")


async def channel_event(world: World, kind: str, user_id: str) -> None:
    members = world.slack.ws.channels[CHURN].members
    (members.append if kind == "member_joined_channel" else members.remove)(user_id)
    event = {"type": kind, "user": user_id, "channel": CHURN, "channel_type": "C", "team": "T0TEAM"}
    await world.slack.deliver_event(event)


async def test_who_comes_to_the_channel_is_asked_and_who_leaves_is_not(world: World) -> None:
    await start_standup(world.lena)
    world.slack.add_user("U0NEW", "Nia New", tz="Europe/Berlin")
    await channel_event(world, "member_joined_channel", "U0NEW")
    await channel_event(world, "member_left_channel", YUKI)
    await world.deliver()
    [kept] = await stored(world)
    assert set(kept.plan.participants) == {*PEOPLE, "U0NEW"} - {YUKI}
    assert "everyone in the channel (5)" in text_of(announced(world))
    await world.live_until(MONDAY_9_BERLIN)
    await world.tick()
    assert (len(direct(world, "U0NEW")), direct(world, YUKI)) == (1, [])


async def test_who_was_picked_and_leaves_is_told_to_the_manager_in_their_hours(
    world: World,
) -> None:
    await start_standup(world.lena, participants=[LENA, MARCUS])
    await channel_event(world, "member_left_channel", MARCUS)
    await world.tick()
    assert direct(world, LENA) == []  # Sunday
    await world.live_until("2026-10-19T06:00Z")
    await world.tick()
    [told] = direct(world, LENA)
    assert "Marcus Reed left the channel, so Churn daily doesn't ask them" in told
    assert "not asked" in await said(world.lena, "list")
    await channel_event(world, "member_joined_channel", MARCUS)
    assert [s.plan.participants for s in await stored(world)] == [(LENA, MARCUS)]


async def test_what_no_event_told_is_found_within_the_hour(world: World) -> None:
    await start_standup(world.lena)
    world.slack.ws.channels[CHURN].members.remove(BEATRIZ)
    await housekeeping.step(world.app.jobs, world.clock())
    assert [set(s.plan.participants) for s in await stored(world)] == [{*PEOPLE} - {BEATRIZ}]


async def test_a_channel_that_slack_does_not_read_holds_up_no_other(world: World) -> None:
    world.expect("channel_not_found")
    for channel in ("C0AAA", "C0GONE"):
        world.slack.add_channel(channel, channel.lower(), members=[LENA, YUKI])
        await start_standup(world.lena, channel=channel, name=channel)
    await start_standup(world.lena)
    world.slack.ws.channels.pop("C0GONE")
    world.slack.ws.channels[CHURN].members.remove(BEATRIZ)
    world.slack.fault("conversations.info", status=503)
    app = world.app
    failed = await workflows.reconcile_members(
        "T0TEAM", app.jobs.chat, app.transactions, world.clock()
    )
    assert failed == ["C0AAA"]
    participants = {s.channel: {*s.plan.participants} for s in await stored(world)}
    assert participants == {
        "C0AAA": {LENA, YUKI},
        "C0GONE": {LENA, YUKI},
        CHURN: {*PEOPLE} - {BEATRIZ},
    }


async def test_help_names_every_word(world: World) -> None:
    shown = await said(world.lena, "help")
    for word in (
        "skip", "status", "away", "back", "timezone", "blocker", "history", "wrapup", "mood",
        "rotation", "export", "new", "list", "edit", "join", "leave", "pause", "resume",
        "duplicate", "delete",
    ):  # fmt: skip
        assert f"`{word}" in shown
