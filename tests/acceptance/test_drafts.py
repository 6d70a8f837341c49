"""What somebody has typed into the report's form outlives errors, closing, expiry and restarts."""

from typing import Any

from bot.domain.draft import Draft
from tests.acceptance.harness import CHURN, LENA, YUKI, World, latest, start_standup
from tests.standins.slack import Json, Person, text_of

MONDAY_IN_TOKYO = "2026-10-19T00:00Z"
NOT_SENT = "This is what you had typed and not sent."
HOUR = "An hour of work"


async def writing(world: World, **values: Any) -> Json:
    """Yuki has the form of her Monday's report open."""
    await start_standup(world.lena, participants=[YUKI, LENA], **values)
    await world.live_until(MONDAY_IN_TOKYO)
    return await opened(world.yuki)


async def opened(person: Person) -> Json:
    await person.command("/standup", channel=CHURN)
    return person.modal


async def drafts(world: World) -> list[Draft]:
    """Yuki's draft, if there is one."""
    [standup] = await world.app.transactions.read(lambda uow: list(uow.standups.all("T0TEAM")))
    found = await world.app.transactions.read(
        lambda uow: uow.drafts.get("T0TEAM", YUKI, f"report:{standup.id}:2026-10-19")
    )
    return [found] if found else []


def value(modal: Json, field: str) -> Any:
    state = modal["state"]["values"][field][field]
    [filled] = [part for name, part in state.items() if name != "type"]
    return filled


async def test_a_refused_form_keeps_what_was_typed_and_so_does_the_next_one(world: World) -> None:
    modal = await writing(world)
    values = {"answer_0": HOUR, "blocker": "GPU", "blocker_link": "that thing"}
    errors = await world.yuki.submit(modal, **values)
    assert errors is not None
    assert list(errors) == ["blocker_link"]
    assert value(world.yuki.modal, "answer_0") == HOUR
    await world.yuki.close(world.yuki.modal)
    again = await opened(world.yuki)
    assert NOT_SENT in text_of(again)
    assert [value(again, field) for field in values] == [HOUR, "GPU", "that thing"]
    assert await world.yuki.submit(again, blocker_link="") is None
    assert await drafts(world) == []


async def test_a_form_that_was_closed_opens_with_what_was_typed_and_says_so(world: World) -> None:
    modal = await writing(world)
    assert NOT_SENT not in text_of(modal)
    await world.yuki.type(modal, "answer_0", "An hour")
    await world.yuki.type(modal, "answer_1", "More of it")
    await world.yuki.type(modal, "answer_0", HOUR)
    await world.yuki.close(modal)
    world.clock.advance(hours=2)
    await world.yuki.click(latest(world.slack.messages(YUKI)), "standup.answer")
    again = world.yuki.modal
    assert NOT_SENT in text_of(again)
    assert (value(again, "answer_0"), value(again, "answer_1")) == (HOUR, "More of it")
    assert await world.yuki.submit(again) is None
    world.clock.advance(minutes=1)
    edit = await opened(world.yuki)
    assert edit["title"]["text"] == "Edit report"
    assert NOT_SENT not in text_of(edit)
    assert value(edit, "answer_0") == HOUR


async def test_what_is_typed_into_an_edit_is_kept_too(world: World) -> None:
    modal = await writing(world)
    assert await world.yuki.submit(modal, answer_0="Tuned lr") is None
    world.clock.advance(minutes=1)
    edit = await opened(world.yuki)
    await world.yuki.type(edit, "answer_0", "Tuned lr, and more")
    await world.yuki.close(edit)
    again = await opened(world.yuki)
    assert NOT_SENT in text_of(again)
    assert value(again, "answer_0") == "Tuned lr, and more"


async def test_ticks_and_people_are_kept_with_the_next_thing_that_is_typed(world: World) -> None:
    modal = await writing(world)
    assert await world.yuki.submit(modal, answer_0="Tuned", answer_1="Sweep", blocker="GPU") is None
    await world.live_until("2026-10-20T00:00Z")
    modal = await opened(world.yuki)
    world.yuki.fill(modal, plan_0="carried", still_blocked=[], asked=[LENA])
    await world.yuki.type(modal, "blocker", "Labels")
    await world.yuki.close(modal)
    again = await opened(world.yuki)
    assert value(again, "plan_0")["value"] == "carried"
    assert value(again, "still_blocked") == []
    assert value(again, "asked") == [LENA]


async def test_a_form_that_slack_let_expire_loses_nothing(world: World) -> None:
    modal = await writing(world)
    await world.yuki.type(modal, "answer_0", HOUR)
    await world.yuki.close(modal)
    world.expect("expired_trigger_id")
    world.slack.fault("views.open", error="expired_trigger_id")
    ack = await world.yuki.command("/standup", channel=CHURN)
    assert "took too long" in ack.text
    assert value(await opened(world.yuki), "answer_0") == HOUR


async def test_after_a_restart_the_open_form_can_be_sent(world: World) -> None:
    modal = await writing(world, post_mode="at_once")
    await world.yuki.type(modal, "answer_0", "An hour")
    await world.restart()
    assert await world.yuki.submit(world.yuki.modal, answer_0=HOUR) is None
    await world.deliver()
    head = latest(world.slack.messages(CHURN))
    [entry] = world.slack.thread(CHURN, head["ts"])
    assert HOUR in text_of(entry)


async def test_after_a_restart_a_closed_form_opens_with_what_was_typed(world: World) -> None:
    modal = await writing(world)
    await world.yuki.type(modal, "answer_0", HOUR)
    await world.restart()
    await world.yuki.type(world.yuki.modal, "answer_1", "Typed to the new one")
    await world.yuki.close(world.yuki.modal)
    await world.restart()
    again = await opened(world.yuki)
    assert NOT_SENT in text_of(again)
    assert (value(again, "answer_0"), value(again, "answer_1")) == (HOUR, "Typed to the new one")


async def test_a_form_that_is_sent_twice_around_a_restart_is_one_report(world: World) -> None:
    modal = await writing(world, post_mode="at_once")
    assert await world.yuki.submit(modal, answer_0=HOUR) is None
    await world.restart()
    assert (await world.yuki.resend()).status == 200
    await world.deliver()
    head = latest(world.slack.messages(CHURN))
    [entry] = world.slack.thread(CHURN, head["ts"])
    assert "edited" not in text_of(entry)


async def test_a_mood_is_never_in_a_draft(world: World) -> None:
    await world.lena.command("/standup", "new", channel=CHURN)
    await world.lena.choose(world.lena.modal, "audience", "picked")
    await world.lena.click(world.lena.modal, "standup.more")
    values = {"name": "Churn daily", "participants": [YUKI], "mood": "on"}
    assert await world.lena.submit(world.lena.modal, **values) is None
    await world.live_until(MONDAY_IN_TOKYO)
    modal = await opened(world.yuki)
    world.yuki.fill(modal, mood="1")
    await world.yuki.type(modal, "answer_0", HOUR)
    [draft] = await drafts(world)
    assert "mood" not in draft.values
    refused = await world.yuki.submit(modal, mood="1", blocker="GPU", blocker_link="that thing")
    assert refused is not None
    [draft] = await drafts(world)
    assert draft.values["answer_0"]["answer_0"]["value"] == HOUR
    assert "mood" not in str(draft.values)
    await world.yuki.close(world.yuki.modal)
    again = await opened(world.yuki)
    assert value(again, "answer_0") == HOUR
    assert value(again, "mood") is None


async def test_of_a_stand_up_that_is_deleted_meanwhile_the_form_says_so_and_the_text_is_kept(
    world: World,
) -> None:
    modal = await writing(world)
    [standup] = await world.app.transactions.read(lambda uow: list(uow.standups.all("T0TEAM")))
    await world.lena.command("/standup", "delete", channel=CHURN)
    assert await world.lena.submit(world.lena.modal) is None
    errors = await world.yuki.submit(modal, answer_0=HOUR)
    assert errors is not None
    assert "isn't there any more" in errors["answer_0"]
    assert value(world.yuki.modal, "answer_0") == HOUR
    draft = await world.app.transactions.read(
        lambda uow: uow.drafts.get("T0TEAM", YUKI, f"report:{standup.id}:2026-10-19")
    )
    assert draft is not None
    assert draft.values["answer_0"]["answer_0"]["value"] == HOUR


async def test_two_windows_keep_what_was_typed_last(world: World) -> None:
    first = await writing(world)
    await world.yuki.type(first, "answer_0", "On the phone")
    await world.yuki.close(first)
    second = await opened(world.yuki)
    await world.yuki.type(second, "answer_0", "At the desk")
    await world.yuki.close(second)
    assert value(await opened(world.yuki), "answer_0") == "At the desk"


async def test_what_is_heard_after_it_was_sent_is_no_draft(world: World) -> None:
    """Slack reports typing at a pause; that may be handled after the form was."""
    modal = await writing(world)
    fingers = Person(world.slack, world.yuki.user)
    await fingers.type(modal, "answer_0", HOUR)
    assert await world.yuki.submit(modal) is None
    await fingers.resend()
    assert await drafts(world) == []


async def test_nobody_sees_anothers_draft(world: World) -> None:
    modal = await writing(world)
    await world.yuki.type(modal, "answer_0", HOUR)
    other = await opened(world.lena)
    assert HOUR not in text_of(other)
    assert NOT_SENT not in text_of(other)
