"""`/standup new`: the form, its preview, what it answers and what it refuses."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import pytest

from bot.domain.standup import PostMode, Standup
from bot.ports.trackers import IssueTracker
from tests.acceptance.harness import (
    BEATRIZ,
    CHURN,
    LEADS,
    LENA,
    PEOPLE,
    YUKI,
    World,
    meridian,
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


async def opened_to_pick(person: Person) -> Json:
    await person.choose(await opened(person), "audience", "picked")
    return person.modal


async def more_of(person: Person) -> Json:
    await person.click(person.modal, "standup.more")
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
    assert value(modal, "audience")["value"] == "everyone"
    assert "Everyone in this channel except guests (5)" in str(block(modal, "audience"))
    assert value(modal, "wall_time") == "09:00"
    assert [o["value"] for o in value(modal, "weekdays")] == ["1", "2", "3", "4", "5"]
    for name, zone in PEOPLE.values():
        assert f"{name} {zone}: Mon 19 Oct 09:00" in preview(modal)
    assert len(world.lena.modals) == 1


async def test_guests_and_apps_of_the_channel_are_not_proposed(world: World) -> None:
    world.slack.add_user("U0GUEST", "Gina Guest", is_restricted=True)
    world.slack.ws.channels[CHURN].members.append("U0GUEST")
    modal = await opened_to_pick(world.lena)
    assert value(modal, "participants") == list(PEOPLE)
    await world.lena.choose(modal, "audience", "everyone")
    assert "Not asked: Gina Guest (guest)" in preview(world.lena.modal)
    assert not any(b["block_id"] == "participants" for b in world.lena.modal["blocks"])


async def test_changing_the_time_or_the_people_changes_the_preview(world: World) -> None:
    modal = await opened_to_pick(world.lena)
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
    modal = await opened_to_pick(world.lena)
    await world.lena.choose(modal, "participants", [])
    assert "Pick people and days" in preview(world.lena.modal)


async def test_a_half_filled_form_says_what_is_missing_for_a_preview(world: World) -> None:
    modal = await opened(world.lena)
    await world.lena.choose(modal, "weekdays", [])
    assert value(world.lena.modal, "weekdays") == []
    assert "Pick people and days" in preview(world.lena.modal)
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
    assert "Churn daily asks everyone in the channel (5)" in text_of(told)
    assert "09:00 their own time, Mon–Fri" in text_of(told)
    assert "The next is asked" in text_of(told)
    assert "One card per region when its day closes" in text_of(told)


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
    modal = await opened_to_pick(world.lena)
    errors = await send_unchecked(world, world.lena, **{"name": "Churn daily", field: typed})
    assert list(errors) == [field]
    assert sentence in errors[field]
    assert world.lena.modal["id"] == modal["id"]
    assert await stored(world) == []


async def test_slacks_own_client_already_asks_for_what_is_missing(world: World) -> None:
    modal = await opened_to_pick(world.lena)
    with pytest.raises(ClientRefused) as refused:
        await world.lena.submit(modal, weekdays=[], participants=[])
    assert set(refused.value.errors) == {"name", "weekdays", "participants"}


async def test_a_guest_cannot_be_chosen_and_what_was_typed_is_kept(world: World) -> None:
    world.slack.add_user("U0GUEST", "Gina Guest", is_restricted=True)
    modal = await opened_to_pick(world.lena)
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
    await world.lena.click(told, "standup.change")
    assert value(world.lena.modal, "name") == "Churn daily"
    assert await world.lena.submit(world.lena.modal, name="Churn early", wall_time="08:15") is None
    await world.deliver()
    [edited] = world.slack.messages(CHURN)
    assert edited["ts"] == told["ts"]
    assert "Churn early asks everyone in the channel (5)" in text_of(edited)
    assert "08:15" in text_of(edited)


async def test_edit_opens_this_channels_stand_up(world: World) -> None:
    ack = await world.lena.command("/standup", "edit", channel=CHURN)
    assert "has no stand-up" in ack.text
    await start_standup(world.lena)
    await world.lena.command("/standup", "edit", channel=CHURN)
    assert value(world.lena.modal, "name") == "Churn daily"
    assert world.lena.modal["title"]["text"] == "Change stand-up"


async def managed_by(world: World, *managers: str) -> None:
    """A stand-up of Lena's with these managers."""
    await world.lena.command("/standup", "new", channel=CHURN)
    modal = await more_of(world.lena)
    assert await world.lena.submit(modal, name="Churn daily", managers=list(managers)) is None


async def test_only_managers_can_change_it(world: World) -> None:
    await start_standup(world.lena)
    await world.deliver()
    [told] = world.slack.messages(CHURN)
    await world.marcus.click(told, "standup.change")
    assert world.marcus.modals == []
    [answer] = world.slack.ephemerals(world.marcus.id)
    assert "Only its managers can change this stand-up: Lena Fischer" in answer["text"]


async def test_rights_are_checked_again_when_the_form_comes_back(world: World) -> None:
    await managed_by(world, LENA, YUKI)
    await world.yuki.command("/standup", "edit", channel=CHURN)
    await world.lena.command("/standup", "edit", channel=CHURN)
    modal = await more_of(world.lena)
    assert await world.lena.submit(modal, managers=[LENA]) is None
    errors = await world.yuki.submit(world.yuki.modal, name="Mine now")
    assert errors is not None
    assert "Only its managers" in errors["name"]
    assert [s.plan.name for s in await stored(world)] == ["Churn daily"]


async def test_of_two_who_edit_the_second_gets_the_form_again_and_may_save(world: World) -> None:
    await managed_by(world, YUKI, BEATRIZ)
    for person in (world.yuki, world.beatriz):
        await person.command("/standup", "edit", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, name="Yuki's", wall_time="08:00") is None
    world.clock.advance(minutes=5)
    # A preview that is drawn meanwhile doesn't hide that somebody else was faster.
    await world.beatriz.choose(world.beatriz.modal, "weekdays", ["1", "2"])
    assert await world.beatriz.submit(world.beatriz.modal, name="Beatriz's") is None
    again = world.beatriz.modal
    assert "Yuki Tanaka changed this stand-up 5 minutes ago" in text_of(again)
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


async def test_more_settings_keep_what_was_typed_and_are_kept_themselves(world: World) -> None:
    modal = await opened_to_pick(world.lena)
    world.lena.fill(modal, name="Half typed", questions="Only this?", participants=[YUKI, LENA])
    modal = await more_of(world.lena)
    assert value(modal, "name") == "Half typed"
    assert value(modal, "questions") == "Only this?"
    assert value(modal, "participants") == [YUKI, LENA]
    assert value(modal, "managers") == [LENA]
    assert (
        await world.lena.submit(
            modal,
            optional=[YUKI],
            observers=[BEATRIZ],
            managers=[YUKI],
            projects="churn",
            days_off="2026-12-24..2026-12-26",
            escalate_after="5",
            mood="on",
            call_weekday="3",
            close_after="6",
            reminders="2",
            post_mode="at_once",
        )
        is None
    )
    [kept] = await stored(world)
    assert (kept.plan.optional, kept.plan.observers, kept.managers) == (
        (YUKI,),
        (BEATRIZ,),
        (YUKI,),
    )
    assert (kept.plan.projects, len(kept.plan.days_off)) == (("CHURN",), 3)
    assert (kept.plan.escalate_after, kept.plan.mood, kept.plan.call_weekday) == (5, True, 3)
    assert (kept.plan.close_after, kept.plan.reminders) == (6, 2)
    assert kept.plan.post_mode is PostMode.AT_ONCE
    await world.yuki.command("/standup", "edit", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, name="Renamed") is None
    [renamed] = await stored(world)
    assert renamed.plan == replace(kept.plan, name="Renamed")


async def test_a_value_of_the_more_settings_that_cannot_be_used_gets_its_sentence(
    world: World,
) -> None:
    await opened(world.lena)
    modal = await more_of(world.lena)
    errors = await world.lena.submit(modal, name="Churn daily", days_off="tomorrow")
    assert errors is not None
    assert "I can't read tomorrow" in errors["days_off"]
    assert value(world.lena.modal, "days_off") == "tomorrow"
    world.slack.add_user("U0GUEST", "Gina Guest", is_restricted=True)
    errors = await world.lena.submit(world.lena.modal, days_off="", managers=["U0GUEST"])
    assert errors is not None
    assert "can't take part: Gina Guest" in errors["managers"]
    assert await stored(world) == []


async def test_the_last_manager_cannot_be_taken_out(world: World) -> None:
    await start_standup(world.lena)
    await world.lena.command("/standup", "edit", channel=CHURN)
    await more_of(world.lena)
    errors = await send_unchecked(world, world.lena, managers=[])
    assert "name somebody else first" in errors["managers"]
    assert await world.lena.submit(world.lena.modal, managers=[YUKI]) is None
    assert [s.managers for s in await stored(world)] == [(YUKI,)]


class KnownProjects:
    """A Jira that shows us one project; nothing else is asked of it here."""

    base_url = "https://jira.example.com"

    async def unknown_projects(self, projects: Sequence[str]) -> list[str]:
        return [key for key in projects if key != "CHURN"]


async def test_jira_is_asked_whether_newly_typed_projects_exist(tmp_path: Path) -> None:
    jira = cast(IssueTracker, KnownProjects())
    async with meridian(tmp_path, issue_tracker=jira) as world:
        await opened(world.lena)
        modal = await more_of(world.lena)
        errors = await world.lena.submit(modal, name="Churn daily", projects="CHURN, CHRUN")
        assert errors is not None
        assert "I can't see CHRUN in Jira" in errors["projects"]
        assert await world.lena.submit(world.lena.modal, projects="CHURN") is None
        assert [s.plan.projects for s in await stored(world)] == [("CHURN",)]


async def test_a_stand_up_can_post_in_another_channel_that_its_manager_is_in(world: World) -> None:
    world.slack.add_channel("C0OPS", "ops", members=[LENA, YUKI])
    world.slack.add_channel("C0OTHER", "other", members=[YUKI])
    await start_standup(world.lena)
    await world.deliver()
    await world.lena.command("/standup", "edit", channel=CHURN)
    modal = await more_of(world.lena)
    errors = await world.lena.submit(modal, channel="C0OTHER")
    assert errors is not None
    assert "You aren't in that channel" in errors["name"]
    await world.lena.choose(world.lena.modal, "channel", "C0OPS")
    assert "Beatriz" not in preview(world.lena.modal)
    assert await world.lena.submit(world.lena.modal) is None
    await world.deliver()
    [kept] = await stored(world)
    assert (kept.channel, kept.plan.participants) == ("C0OPS", (LENA, YUKI))
    assert "posts in another channel now" in text_of(world.slack.messages(CHURN)[-1])
    assert "asks everyone in the channel (2)" in text_of(world.slack.messages("C0OPS")[-1])


async def test_guests_start_no_stand_up(world: World) -> None:
    world.slack.add_user("U0GUEST", "Gina Guest", is_restricted=True)
    world.slack.ws.channels[CHURN].members.append("U0GUEST")
    gina = world.slack.person("U0GUEST")
    ack = await gina.command("/standup", "new", channel=CHURN)
    assert "Guests and people of other companies can't" in ack.text
    assert gina.modals == []


async def test_several_in_one_channel_are_told_apart(world: World) -> None:
    await start_standup(world.lena)
    await start_standup(world.lena, name="Ops weekly", participants=[LENA])
    ack = await world.lena.command("/standup", "edit", channel=CHURN)
    assert ack.ephemeral is not None
    assert "Change which stand-up?" in text_of(ack.ephemeral)
    second = next(s for s in await stored(world) if s.plan.name == "Ops weekly")
    await world.lena.click(ack.ephemeral, "standup.change:1", value=second.id)
    assert value(world.lena.modal, "name") == "Ops weekly"


async def test_a_channel_of_hundreds_can_be_asked_as_a_whole(world: World) -> None:
    for n in range(480):
        world.slack.add_user(f"U1{n:04d}", f"Person {n}", tz="Asia/Tokyo")
        world.slack.ws.channels[CHURN].members.append(f"U1{n:04d}")
    times = [perf_counter()]
    modal = await opened(world.lena)
    times.append(perf_counter())
    await world.lena.choose(modal, "wall_time", "10:00")
    times.append(perf_counter())
    assert await world.lena.submit(world.lena.modal, name="Churn daily") is None
    times.append(perf_counter())
    steps = zip(("first sight", "preview", "submit"), pairwise(times), strict=True)
    print(*(f"{step} of 485 people {end - start:.2f} s" for step, (start, end) in steps), sep=", ")
    saved = text_of(world.lena.modal)
    assert "Asia/Tokyo" in saved
    assert "and 478 more" in saved
    [kept] = await stored(world)
    assert len(kept.plan.participants) == 485
    modal = await opened_to_pick(world.lena)
    assert value(modal, "participants") == []


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
