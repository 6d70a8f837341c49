"""`/standup new`: the form, its preview, what it answers and what it refuses."""

from typing import Any

import pytest

from bot.domain.standup import Standup
from tests.acceptance.harness import (
    BEATRIZ,
    CHURN,
    LEADS,
    LENA,
    PEOPLE,
    YUKI,
    World,
    start_standup,
)
from tests.standins.slack import ClientRefused, Json, Person, text_of
from tests.standins.slack.people import payloads
from tests.standins.slack.people.targets import top_view


async def stored(world: World) -> list[Standup]:
    return await world.app.transactions.read(lambda uow: list(uow.standups.all("T0TEAM")))


async def opened(person: Person, channel: str = CHURN) -> Json:
    await person.command("/standup", "new", channel=channel)
    return person.modal


def value(modal: Json, block_id: str) -> Any:
    [state] = modal["state"]["values"][block_id].values()
    [filled] = [part for name, part in state.items() if name != "type"]
    return filled


def block(modal: Json, block_id: str) -> Json:
    [found] = [b for b in modal["blocks"] if b["block_id"] == block_id]
    return dict(found)


def preview(modal: Json) -> str:
    return text_of({"blocks": [block(modal, "preview")]})


async def send_unchecked(world: World, person: Person, **values: Any) -> Json:
    """Submit what Slack's own client would have refused to send."""
    person.fill(person.modal, **values)
    view = top_view(world.slack.ws, person.id, person.modal)
    payload = payloads.view_submission(world.slack.ws, person.user, view)
    body = (await world.slack.send("interactive", payload)).body
    assert body["response_action"] == "errors", body
    errors: Json = body["errors"]
    return errors


async def test_new_opens_one_form_with_the_channels_people_and_a_preview(world: World) -> None:
    modal = await opened(world.lena)
    assert value(modal, "participants") == list(PEOPLE)
    assert value(modal, "wall_time") == "09:00"
    assert [o["value"] for o in value(modal, "weekdays")] == ["1", "2", "3", "4", "5"]
    for name, zone in PEOPLE.values():
        assert f"{name} {zone}: Mon 19 Oct 09:00" in preview(modal)
    assert len(world.lena.modals) == 1


async def test_guests_and_apps_of_the_channel_are_not_proposed(world: World) -> None:
    world.slack.add_user("U0GUEST", "Gina Guest", is_restricted=True)
    world.slack.ws.channels[CHURN].members.append("U0GUEST")
    assert value(await opened(world.lena), "participants") == list(PEOPLE)


async def test_changing_the_time_or_the_people_changes_the_preview(world: World) -> None:
    modal = await opened(world.lena)
    world.lena.fill(modal, name="Half typed")
    await world.lena.choose(modal, "wall_time", "10:30")
    assert "Yuki Tanaka Asia/Tokyo: Mon 19 Oct 10:30" in preview(world.lena.modal)
    await world.lena.choose(world.lena.modal, "participants", [YUKI])
    assert "Yuki Tanaka" in preview(world.lena.modal)
    assert "Lena Fischer" not in preview(world.lena.modal)
    await world.lena.choose(world.lena.modal, "weekdays", ["6"])
    assert "Sat 24 Oct 10:30" in preview(world.lena.modal)
    assert value(world.lena.modal, "name") == "Half typed"
    assert value(world.lena.modal, "wall_time") == "10:30"


async def test_taking_everybody_away_says_what_to_pick(world: World) -> None:
    modal = await opened(world.lena)
    await world.lena.choose(modal, "participants", [])
    assert "Pick people and days" in preview(world.lena.modal)


async def test_a_half_filled_form_stays_as_it_is_until_it_can_be_previewed(world: World) -> None:
    modal = await opened(world.lena)
    await world.lena.choose(modal, "weekdays", [])
    assert value(world.lena.modal, "weekdays") == []
    await world.lena.choose(world.lena.modal, "weekdays", ["7"])
    assert "Sun 25 Oct 09:00" in preview(world.lena.modal)


async def test_submitting_shows_everybodys_next_five_prompts_in_their_own_zone(
    world: World,
) -> None:
    saved = await start_standup(world.lena)
    shown = text_of(saved)
    days = " · ".join(f"{day} Oct 09:00" for day in ("Mon 19", "Tue 20", "Wed 21", "Thu 22"))
    for name, zone in PEOPLE.values():
        assert f"{name} {zone}: {days} · Fri 23 Oct 09:00" in shown


async def test_the_preview_says_that_the_clocks_change(world: World) -> None:
    world.clock.move_to("2026-10-22T12:00Z")
    shown = text_of(await start_standup(world.lena)).splitlines()
    [berlin] = [line for line in shown if "Europe/Berlin" in line]
    [tokyo] = [line for line in shown if "Asia/Tokyo" in line]
    assert "clocks change" in berlin
    assert "clocks change" not in tokyo


async def test_the_channel_is_told_once(world: World) -> None:
    await start_standup(world.lena)
    await world.deliver()
    [told] = world.slack.messages(CHURN)
    assert "Churn daily asks 5 people" in text_of(told)
    assert "09:00 their own time, Mon–Fri" in text_of(told)


async def test_where_the_bot_is_not_a_member_it_says_what_to_type(world: World) -> None:
    ack = await world.lena.command("/standup", "new", channel=LEADS)
    assert "/invite @Meridian" in ack.text
    assert world.lena.modals == []
    assert await stored(world) == []


async def test_a_private_channel_that_the_bot_cannot_see_gets_the_same_sentence(
    world: World,
) -> None:
    world.slack.add_channel("C0SECRET", "secret", members=[LENA], private=True, with_bot=False)
    world.expect("channel_not_found")
    ack = await world.lena.command("/standup", "new", channel="C0SECRET")
    assert "/invite @Meridian" in ack.text
    assert await stored(world) == []


async def test_a_bot_that_was_removed_while_the_form_was_open_stores_nothing(world: World) -> None:
    modal = await opened(world.lena)
    world.slack.ws.channels[CHURN].members.remove("U0MERIDIAN")
    errors = await world.lena.submit(modal, name="Churn daily")
    assert errors is not None
    assert "/invite @Meridian" in errors["name"]
    assert value(world.lena.modal, "name") == "Churn daily"
    assert await stored(world) == []


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "   ", "Give it a name"),
        ("name", "x" * 81, "at most 80 characters; these are 81"),
        ("questions", " \n ", "Write at least one question"),
        ("questions", "\n".join(f"Question {n}?" for n in range(10)), "Ask at most 9; 10 here"),
        ("questions", "q" * 301, "may have 300 characters; one has 301"),
        ("weekdays", [], "Pick at least one weekday"),
        ("wall_time", None, "Pick a time such as 09:00"),
        ("participants", [], "Pick at least one person"),
    ],
)
async def test_a_value_that_cannot_be_used_gets_a_sentence_on_its_field(
    world: World, field: str, typed: Any, sentence: str
) -> None:
    modal = await opened(world.lena)
    errors = await send_unchecked(world, world.lena, **{"name": "Churn daily", field: typed})
    assert list(errors) == [field]
    assert sentence in errors[field]
    assert world.lena.modal["id"] == modal["id"]
    assert await stored(world) == []


async def test_slacks_own_client_already_asks_for_what_is_missing(world: World) -> None:
    modal = await opened(world.lena)
    with pytest.raises(ClientRefused) as refused:
        await world.lena.submit(modal, weekdays=[], participants=[])
    assert set(refused.value.errors) == {"name", "weekdays", "participants"}


async def test_a_guest_cannot_be_chosen_and_what_was_typed_is_kept(world: World) -> None:
    world.slack.add_user("U0GUEST", "Gina Guest", is_restricted=True)
    modal = await opened(world.lena)
    errors = await world.lena.submit(
        modal, name="With a guest", participants=[YUKI, "U0GUEST"], questions="Only this?"
    )
    assert errors is not None
    assert "can't take part: Gina Guest" in errors["participants"]
    assert value(world.lena.modal, "name") == "With a guest"
    assert value(world.lena.modal, "questions") == "Only this?"
    assert value(world.lena.modal, "participants") == [YUKI, "U0GUEST"]
    assert await stored(world) == []
    assert await world.lena.submit(world.lena.modal, participants=[YUKI]) is None
    assert [s.plan.participants for s in await stored(world)] == [(YUKI,)]


async def test_a_form_that_is_sent_again_starts_one_stand_up(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.resend()
    await world.deliver()
    assert len(await stored(world)) == 1
    assert len(world.slack.messages(CHURN)) == 1


async def test_change_edits_the_channels_message_in_place(world: World) -> None:
    await start_standup(world.lena)
    await world.deliver()
    [told] = world.slack.messages(CHURN)
    await world.yuki.click(told, "standup.change")
    assert value(world.yuki.modal, "name") == "Churn daily"
    assert await world.yuki.submit(world.yuki.modal, name="Churn early", wall_time="08:15") is None
    await world.deliver()
    [edited] = world.slack.messages(CHURN)
    assert edited["ts"] == told["ts"]
    assert "Churn early asks 5 people" in text_of(edited)
    assert "08:15" in text_of(edited)


async def test_edit_opens_this_channels_stand_up(world: World) -> None:
    ack = await world.lena.command("/standup", "edit", channel=CHURN)
    assert "has no stand-up" in ack.text
    await start_standup(world.lena)
    await world.lena.command("/standup", "edit", channel=CHURN)
    assert value(world.lena.modal, "name") == "Churn daily"
    assert world.lena.modal["title"]["text"] == "Change stand-up"


async def test_who_takes_no_part_cannot_change_it(world: World) -> None:
    await start_standup(world.lena, participants=[LENA, YUKI])
    await world.deliver()
    [told] = world.slack.messages(CHURN)
    await world.marcus.click(told, "standup.change")
    assert world.marcus.modals == []
    [answer] = world.slack.ephemerals(world.marcus.id)
    assert "Only its participants" in answer["text"]


async def test_rights_are_checked_again_when_the_form_comes_back(world: World) -> None:
    await start_standup(world.lena, participants=[LENA, YUKI])
    await world.yuki.command("/standup", "edit", channel=CHURN)
    await world.lena.command("/standup", "edit", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, participants=[LENA]) is None
    errors = await world.yuki.submit(world.yuki.modal, name="Mine now")
    assert errors is not None
    assert "Only its participants" in errors["name"]
    assert [s.plan.name for s in await stored(world)] == ["Churn daily"]


async def test_of_two_who_edit_the_second_gets_the_form_again_and_may_save(world: World) -> None:
    await start_standup(world.lena)
    for person in (world.yuki, world.beatriz):
        await person.command("/standup", "edit", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, name="Yuki's", wall_time="08:00") is None
    assert await world.beatriz.submit(world.beatriz.modal, name="Beatriz's") is None
    again = world.beatriz.modal
    assert "Somebody changed this stand-up" in text_of(again)
    assert value(again, "name") == "Beatriz's"
    assert value(again, "wall_time") == "09:00"
    assert [s.plan.name for s in await stored(world)] == ["Yuki's"]
    assert await world.beatriz.submit(again) is None
    [kept] = await stored(world)
    assert (kept.plan.name, f"{kept.plan.wall_time:%H:%M}", kept.version) == (
        "Beatriz's",
        "09:00",
        3,
    )


async def test_list_shows_those_of_this_channel_and_of_this_person(world: World) -> None:
    world.slack.add_channel("C0OPS", "ops", members=[LENA, YUKI, BEATRIZ])
    await start_standup(world.lena, participants=[LENA, YUKI])
    await start_standup(world.lena, channel="C0OPS", name="Ops weekly")
    shown = text_of((await world.yuki.command("/standup", "list", channel=CHURN)).ephemeral or {})
    assert "Churn daily" in shown
    assert "Ops weekly" in shown
    shown = text_of((await world.marcus.command("/standup", "list", channel=CHURN)).ephemeral or {})
    assert "Churn daily" in shown
    assert "Ops weekly" not in shown
