"""Blockers through Slack: raised, asked about, taken, solved, nudged, escalated, followed."""

import pytest

from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from bot.views.blocker_form import CALLBACK_NEW
from bot.views.blockers import ACTION_SOLVE, ACTION_STILL, ACTION_TAKE
from jobs import evaluate, housekeeping
from tests.acceptance.harness import (
    ANANYA,
    CHURN,
    LEADS,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.issue_sight import let_see
from tests.standins.slack import Json, Person, mentions_of, text_of

MONDAY_NOON = "2026-10-19T09:30Z"
"""Kolkata has 15:00, Berlin 11:30, Tokyo 18:30 and New York 05:30."""


@pytest.fixture
async def office(world: World) -> World:
    """Everybody is known and in one stand-up, of which nobody is asked for a report any more."""
    await housekeeping.step(world.app.jobs, world.clock())
    await start_standup(world.lena)
    world.clock.move_to(MONDAY_NOON)
    await world.tick()
    return world


async def says(world: World, person: Person, text: str, *, channel: str = CHURN) -> str:
    ack = await person.command("/standup", f"blocker {text}".strip(), channel=channel)
    await world.deliver()
    return ack.text


def about(messages: list[Json], ref: str = "B-1") -> list[Json]:
    return [m for m in messages if ref in text_of(m)]


def buttons(message: Json) -> list[str]:
    rows = [b for b in message["blocks"] if b["type"] == "actions"]
    return [e["action_id"] for row in rows for e in row["elements"]]


async def test_raised_taken_and_solved_everybody_reads_the_same(office: World) -> None:
    answer = await says(office, office.ananya, f"GPU quota <@{LENA}|lena>")
    assert answer.startswith(f"B-1 is raised in <#{CHURN}>.")
    [card] = about(office.slack.messages(CHURN))
    assert "🔴 Ananya Rao is blocked: GPU quota" in text_of(card)
    assert "asks Lena Fischer" in text_of(card)
    assert mentions_of(card) == set()
    [asked] = about(office.slack.messages(LENA))
    assert "Ananya Rao is blocked in Churn daily and asks you: GPU quota" in text_of(asked)

    await office.lena.click(asked, ACTION_TAKE)
    await office.deliver()
    [asked], [card] = about(office.slack.messages(LENA)), about(office.slack.messages(CHURN))
    assert "You take B-1, which blocks Ananya Rao" in text_of(asked)
    assert (buttons(asked), buttons(card)) == ([ACTION_SOLVE], [ACTION_SOLVE])
    assert "Lena Fischer takes it" in text_of(card)
    [heard] = about(office.slack.messages(ANANYA))
    assert "Lena Fischer takes B-1: GPU quota" in text_of(heard)

    await office.lena.click(asked, ACTION_SOLVE)
    await office.deliver()
    for where in (LENA, CHURN):
        [shown] = about(office.slack.messages(where))
        assert "✅" in text_of(shown)
        assert buttons(shown) == []
    assert "Lena Fischer has solved B-1" in text_of(latest(office.slack.messages(ANANYA)))


async def test_of_two_who_take_it_the_second_reads_who_was_faster(office: World) -> None:
    await says(office, office.ananya, f"GPU quota <@{LENA}>")
    [card] = about(office.slack.messages(CHURN))
    await office.yuki.click(card, ACTION_TAKE)
    await office.lena.click(card, ACTION_TAKE)
    assert latest(office.slack.ephemerals(LENA))["text"] == ("Yuki Tanaka has taken B-1 already.")


async def test_rights_are_looked_at_when_it_is_clicked(office: World) -> None:
    await says(office, office.ananya, "GPU quota")
    [card] = about(office.slack.messages(CHURN))
    await office.ananya.click(card, ACTION_TAKE)
    assert "is yours" in latest(office.slack.ephemerals(ANANYA))["text"]
    await office.yuki.click(card, ACTION_SOLVE)
    assert "can close B-1" in latest(office.slack.ephemerals(YUKI))["text"]
    await office.deliver()
    assert buttons(about(office.slack.messages(CHURN))[0]) == [ACTION_TAKE, ACTION_SOLVE]


async def test_nobody_is_woken_and_the_nudge_comes_each_morning(office: World) -> None:
    await says(office, office.ananya, f"GPU quota <@{YUKI}>")
    await office.live_until("2026-10-19T22:59Z")
    assert about(office.slack.messages(YUKI)) == []
    await office.live_until("2026-10-19T23:00Z")
    assert len(about(office.slack.messages(YUKI))) == 1
    await office.live_until("2026-10-20T23:30Z")
    nudges = about(office.slack.messages(YUKI))
    assert len(nudges) == 2
    await office.yuki.click(nudges[1], ACTION_TAKE)
    await office.deliver()
    assert all("You take B-1" in text_of(m) for m in about(office.slack.messages(YUKI)))
    await office.live_until("2026-10-28T00:00Z")
    assert len(about(office.slack.messages(YUKI))) == 2


async def test_managers_hear_once_where_nobody_takes_it(office: World) -> None:
    await says(office, office.ananya, "GPU quota")
    await office.live_until("2026-10-22T09:00Z")
    assert about(office.slack.messages(LENA)) == []
    await office.live_until("2026-10-30T00:00Z")
    [told] = about(office.slack.messages(LENA))
    assert "Nobody has taken what blocks Ananya Rao in Churn daily" in text_of(told)


async def test_the_form_lists_what_blocks_and_raises_another(office: World) -> None:
    await housekeeping.step(office.app.jobs, office.clock())
    await says(office, office.ananya, "GPU quota")
    await office.ananya.command("/standup", "blocker", channel=CHURN)
    form = office.ananya.modal
    assert form["callback_id"] == CALLBACK_NEW
    assert "GPU quota" in text_of(form)
    office.ananya.fill(form, blocker="No data")
    await office.ananya.click(form, ACTION_SOLVE)
    form = office.ananya.modal
    assert "GPU quota" not in text_of(form)
    values = {"asked": [LENA], "blocker_link": "OPS-7"}
    assert await office.ananya.submit(form, **values) is None
    assert "I can't see OPS-7" in text_of(office.ananya.modal)
    await office.deliver()
    [asked] = about(office.slack.messages(LENA), "B-2")
    assert "No data" in text_of(asked)
    assert "waits for OPS-7 (not followed)" in text_of(asked)


async def test_a_form_keeps_what_was_typed_where_something_is_wrong(office: World) -> None:
    await office.ananya.command("/standup", "blocker", channel=CHURN)
    errors = await office.ananya.submit(
        office.ananya.modal, blocker="No data", blocker_link="that thing"
    )
    assert errors is not None
    assert set(errors) == {"blocker_link"}
    assert await office.ananya.submit(office.ananya.modal, blocker_link="") is None


async def test_words_take_solve_ask_and_list(office: World) -> None:
    await says(office, office.ananya, "GPU quota")
    assert "Name whom to ask" in await says(office, office.ananya, "ask B-1")
    assert "hears of it" in await says(office, office.ananya, f"ask b1 <@{LENA}>")
    assert len(about(office.slack.messages(LENA))) == 1
    assert await says(office, office.yuki, "take B-1") == "You take B-1."
    ack = await office.lena.command("/standup", "blocker list", channel=CHURN)
    assert ack.ephemeral is not None
    assert "Yuki Tanaka takes it" in text_of(ack.ephemeral)
    assert await says(office, office.yuki, "solved B-1") == "B-1 is solved."
    assert "There is no B-9" in await says(office, office.yuki, "solved B-9")
    assert "Nothing blocks you" in await says(office, office.lena, "list")


async def test_in_another_channel_ones_own_stand_up_is_meant(office: World) -> None:
    await says(office, office.marcus, "No reviewer", channel=LEADS)
    [card] = about(office.slack.messages(CHURN))
    assert "Marcus Reed is blocked: No reviewer" in text_of(card)


async def test_of_several_stand_ups_one_is_chosen(office: World) -> None:
    await start_standup(office.lena, name="Data daily")
    await says(office, office.ananya, f"GPU quota <@{LENA}>")
    form = office.ananya.modal
    [choice] = [b for b in form["blocks"] if b.get("block_id") == "standup"]
    options = {o["text"]["text"]: o["value"] for o in choice["element"]["options"]}
    assert sorted(options) == ["Churn daily", "Data daily"]
    assert await office.ananya.submit(form, standup=options["Data daily"]) is None
    await office.deliver()
    [asked] = about(office.slack.messages(LENA))
    assert "blocked in Data daily and asks you: GPU quota" in text_of(asked)


def jira_says(status: str, world: World) -> tuple[Reading, IssuePage]:
    now = world.clock()
    issue = Issue(
        issue_id="1", key="CHURN-41", project="CHURN", summary="Quota", status=status,
        status_category="new", assignee_id=None, assignee_name=None, updated_at=now, created_at=now,
    )  # fmt: skip
    reading = Reading(projects=("CHURN",), since=now, news_since=now)
    return reading, IssuePage(issues=(issue,), changes=())


async def moved(world: World, status: str) -> None:
    reading, page = jira_says(status, world)
    await world.app.transactions.write(
        lambda uow: uow.issues.save("T0TEAM", reading, page, world.clock())
    )
    await evaluate.step(world.app.jobs, world.clock())
    await world.deliver()


async def test_when_what_it_waits_for_moves_its_owner_is_asked(office: World) -> None:
    await office.app.transactions.write(let_see, CHURN, "CHURN", workspace="T0TEAM")
    await moved(office, "In progress")
    await says(office, office.ananya, "GPU quota waits for CHURN-41")
    await moved(office, "In review")
    [question] = about(office.slack.messages(ANANYA))
    assert "CHURN-41 moved to In review. Is B-1 solved?" in text_of(question)
    await office.ananya.click(question, ACTION_STILL)
    await office.deliver()
    [question] = about(office.slack.messages(ANANYA))
    assert buttons(question) == []
    office.clock.advance(minutes=5)
    await moved(office, "Done")
    [_, question] = about(office.slack.messages(ANANYA))
    assert "CHURN-41 moved to Done. Is B-1 solved?" in text_of(question)
    await office.ananya.click(question, ACTION_SOLVE)
    await office.deliver()
    assert "✅" in text_of(about(office.slack.messages(CHURN))[0])


async def test_a_report_asks_and_its_wrap_up_shows_who_takes_it(office: World) -> None:
    await office.ananya.command("/standup", "", channel=CHURN)
    values = {"answer_0": "Tuned", "blocker": "GPU quota", "asked": [LENA]}
    assert await office.ananya.submit(office.ananya.modal, **values) is None
    await office.deliver()
    [asked] = about(office.slack.messages(LENA))
    await office.live_until("2026-10-19T13:00Z")
    wrap_up = next(m for m in office.slack.messages(CHURN) if "GPU quota" in text_of(m))
    assert "I'll take B-1" in str(wrap_up["blocks"])
    await office.yuki.click(wrap_up, f"{ACTION_TAKE}:0")
    await office.deliver()
    wrap_up = next(m for m in office.slack.messages(CHURN) if "GPU quota" in text_of(m))
    assert "Yuki Tanaka takes it" in text_of(wrap_up)
    [asked] = about(office.slack.messages(LENA))
    assert "Yuki Tanaka takes B-1" in text_of(asked)
    assert MARCUS not in mentions_of(wrap_up)
