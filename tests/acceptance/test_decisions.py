"""`/decide`: from a title to a numbered card that everybody can find, change and replace."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import housekeeping
from tests.acceptance.decision_forms import send, typed_in
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, latest, meridian
from tests.standins.slack import ClientRefused, Json, Person, mentions_of, text_of

ACCEPT, REJECT, EDIT = "decision.accept", "decision.reject", "decision.edit"
SUPERSEDE, DETAILS = "decision.supersede", "decision.details"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian after its first minute: it knows everybody's name."""
    async with meridian(tmp_path) as found:
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def log(person: Person, title: str, **values: object) -> None:
    """Log a decision; it needs an outcome, which is made up where none is given."""
    await person.command("/decide", title, channel=CHURN)
    assert await send(person, **{"outcome": "It wins.", **values}) is None


async def proposed(world: World, *, makers: tuple[str, ...] = (MARCUS,)) -> Json:
    """The card of D-1, proposed by Lena, for Marcus to decide."""
    await log(world.lena, "Use LightGBM", status="proposed", makers=makers)
    await world.deliver()
    return card(world, 1)


def card(world: World, number: int) -> Json:
    """A decision's one message in the channel."""
    [found] = [m for m in world.slack.messages(CHURN) if m["text"].startswith(f"D-{number} ·")]
    return found


def told(world: World, person: Person) -> str:
    """What only this person read last."""
    return text_of(latest(world.slack.ephemerals(person.id)))


async def answer(person: Person, text: str) -> str:
    """What `/decide <text>` answers."""
    ack = await person.command("/decide", text, channel=CHURN)
    assert ack.ephemeral is not None, f"no answer; modals: {person.modals}"
    return text_of(ack.ephemeral)


def labels(shown: Json) -> list[str]:
    """The buttons of a message."""
    rows = [block["elements"] for block in shown["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


async def test_a_title_becomes_a_card_with_its_parts(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM for churn", channel=CHURN)
    assert text_of(world.lena.modal["blocks"][0]).splitlines() == [
        "Title",
        "Use LightGBM for churn",
    ]
    parts = {
        "outcome": "We promote version 14 because it wins on every slice.",
        "context": "Training takes a night.",
        "drivers": "Latency, cost",
        "options": "LightGBM: fast\nXGBoost: known",
        "consequences": "One more dependency",
        "makers": [LENA, MARCUS],
        "consulted": ["U0YUKI"],
        "tags": "churn, gbm",
        "review_on": "2027-02-01",
    }
    assert await send(world.lena, **parts) is None
    assert world.lena.modals == []
    assert world.slack.messages(CHURN) == []
    await world.deliver()
    [shown] = world.slack.messages(CHURN)
    assert shown["text"] == "D-1 · Use LightGBM for churn · accepted"
    lines = text_of(shown).splitlines()
    for part in (
        "D-1 · Use LightGBM for churn · accepted",
        "We promote version 14 because it wins on every slice.",
        "Context and problem",
        "Training takes a night.",
        "Latency, cost",
        "LightGBM: fast",
        "XGBoost: known",
        "One more dependency",
        "Makers Lena Fischer, Marcus Reed",
        "Consulted Yuki Tanaka",
        "Tags churn, gbm",
        "Asked again on 1 Feb 2027",
    ):
        assert part in lines
    assert lines[lines.index("Asked again on 1 Feb 2027") + 1].startswith(
        "Logged by Lena Fischer, "
    )
    assert mentions_of(shown) == set()


async def test_a_proposal_is_edited_and_accepted_by_a_maker_in_place(world: World) -> None:
    await log(world.lena, "First")
    await log(world.lena, "Use LightGBM", status="proposed", makers=[MARCUS])
    await world.deliver()
    shown = card(world, 2)
    assert labels(shown)[:3] == ["Accept", "Reject", "Edit"]
    await world.marcus.click(shown, EDIT)
    assert world.marcus.modal["title"]["text"] == "Edit D-2"
    changed = {"title": "Use LightGBM 4", "drivers": "Latency"}
    assert await send(world.marcus, **changed) is None
    await world.deliver()
    assert card(world, 2)["text"] == "D-2 · Use LightGBM 4 · proposed"
    assert "Latency" in text_of(card(world, 2))
    world.clock.advance(hours=2)
    await world.marcus.click(card(world, 2), ACCEPT)
    assert told(world, world.marcus) == "D-2 is accepted."
    await world.deliver()
    accepted = card(world, 2)
    assert accepted["ts"] == shown["ts"]
    assert "D-2 · Use LightGBM 4 · accepted" in text_of(accepted)
    assert " · accepted 2026-10-18 16:00 UTC" in text_of(accepted)
    assert "Accept" not in labels(accepted)
    [reply] = world.slack.thread(accepted["channel"], accepted["ts"])
    assert reply["text"] == "D-2 is accepted by Marcus Reed."
    assert len(world.slack.called("chat.postMessage")) == 3


async def test_an_accepted_one_keeps_its_text(world: World) -> None:
    shown = await proposed(world)
    await world.marcus.click(shown, EDIT)
    await world.lena.click(shown, ACCEPT)
    sentence = "D-1 is accepted, so its text stays. To change it, type `/decide supersede D-1`."
    assert await send(world.marcus, title="Else") == {"title": sentence}
    typed = world.marcus.modal["state"]["values"]["title"]["title"]["value"]
    assert typed == "Else"
    await world.marcus.click(shown, EDIT)
    assert told(world, world.marcus) == sentence
    assert await answer(world.lena, "edit D-1") == sentence
    await world.deliver()
    assert card(world, 1)["text"] == "D-1 · Use LightGBM · accepted"


async def test_superseding_changes_both_cards(world: World) -> None:
    await log(world.lena, "Use LightGBM", drivers="Latency", makers=[LENA, MARCUS])
    await world.deliver()
    await world.marcus.command("/decide", "supersede D-1", channel=CHURN)
    assert world.marcus.modal["title"]["text"] == "Replace D-1"
    assert await send(world.marcus, title="Use XGBoost") is None
    await world.deliver()
    old, new = card(world, 1), card(world, 2)
    assert old["text"] == "D-1 · Use LightGBM · superseded"
    assert "Superseded by D-2" in text_of(old)
    assert "Replaces D-1" in text_of(new)
    assert "Latency" in text_of(new)
    assert len(world.slack.messages(CHURN)) == 2
    await world.yuki.click(old, f"{DETAILS}:newer")
    assert "D-2 · Use XGBoost · accepted" in text_of(world.yuki.modal)
    assert await answer(world.lena, "supersede d1") == (
        "D-1 was superseded by D-2. Type `/decide show D-2` to see it."
    )


async def test_who_has_no_say_proposes_what_replaces_a_decision(world: World) -> None:
    await log(world.lena, "Use LightGBM")
    await world.deliver()
    await world.marcus.click(card(world, 1), SUPERSEDE)
    assert typed_in(world.marcus)["consent_rule"] == "open"
    errors = await send(world.marcus, title="Use XGBoost", status="accepted", makers=[MARCUS])
    assert errors == {
        "consent_rule": "Only who decides on D-1 ends it: Lena Fischer. Propose this “Still open”, "
        "or ask the makers for their consent, one of D-1's among them."
    }
    assert await send(world.marcus, status="proposed") is None
    await world.deliver()
    await world.marcus.click(card(world, 2), ACCEPT)
    assert told(world, world.marcus) == (
        "D-2 would end D-1, so it takes the word of somebody who decides on that: Lena Fischer. "
        "If none of them is among its makers, edit it and name one."
    )
    await world.marcus.click(card(world, 2), EDIT)
    assert await send(world.marcus, makers=[MARCUS, LENA]) is None
    await world.lena.click(card(world, 2), ACCEPT)
    await world.deliver()
    assert card(world, 1)["text"].endswith("· superseded")


async def test_a_proposed_successor_replaces_only_once_it_is_accepted(world: World) -> None:
    await log(world.lena, "Use LightGBM")
    await world.deliver()
    await world.lena.click(card(world, 1), SUPERSEDE)
    assert await send(world.lena, title="Use XGBoost", status="proposed") is None
    await world.deliver()
    assert card(world, 1)["text"].endswith("· accepted")
    assert "Is to replace D-1" in text_of(card(world, 2))
    await world.lena.click(card(world, 2), ACCEPT)
    assert told(world, world.lena) == "D-2 is accepted and replaces D-1."
    await world.deliver()
    assert card(world, 1)["text"].endswith("· superseded")


async def test_list_show_and_search(world: World) -> None:
    assert "No decision has been logged yet" in await answer(world.yuki, "list")
    await log(world.lena, "Use LightGBM", context="Churn rose in Q3")
    await log(world.marcus, "Buy a GPU", status="proposed")
    listed = (await answer(world.yuki, "LIST")).splitlines()
    assert [line.split(" · ")[:3] for line in listed] == [
        ["D-2", "Buy a GPU", "proposed"],
        ["D-1", "Use LightGBM", "accepted"],
    ]
    assert "GPU" not in await answer(world.yuki, "list accepted")
    for typed in ("show D-1", "show d-1", "show 1", "d-1", "1", "SHOW  #1"):
        shown = await answer(world.yuki, typed)
        assert "D-1 · Use LightGBM · accepted" in shown
        assert "Lena Fischer logged it as accepted" in shown
    hit = await answer(world.yuki, "search Q3 CHURN")
    assert "D-1 · Use LightGBM" in hit
    assert "Churn rose in Q3" in hit
    assert "D-2" not in hit
    assert "No decision holds all of *spark*" in await answer(world.yuki, "search spark")
    assert world.yuki.modals == []


async def test_an_unknown_number_names_the_newest(world: World) -> None:
    assert "No decision has been logged yet" in await answer(world.yuki, "show 7")
    await log(world.lena, "Use LightGBM")
    for typed in ("show D-7", "7", "edit 7", "supersede d7", f"show {'9' * 9}"):
        assert "the newest is D-1." in await answer(world.yuki, typed)
    assert "Name a decision by its number" in await answer(world.yuki, f"show {'9' * 40}")
    assert "Did you mean `/decide list accepted`" in await answer(world.yuki, "list acepted")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"title": "\u200b\u2066"}, "title", "Give it a title"),
        ({"outcome": "   "}, "outcome", "Say what was chosen, and why."),
        ({"tags": ", ".join("abcdefghijkl")}, "tags", "Use at most 10 tags; these are 12."),
        ({"tags": "x" * 41}, "tags", "Use at most 40 characters for each tag."),
        ({"review_on": "2026-10-16"}, "review_on", "That day is over."),
    ],
)
async def test_a_wrong_field_is_told_there_and_keeps_the_rest(
    world: World, typed: dict[str, str], field: str, sentence: str
) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    filled = {"outcome": "It wins.", "context": "Kept", **typed}
    errors = await send(world.lena, **filled)
    assert errors is not None
    assert list(errors) == [field]
    assert sentence in errors[field]
    assert world.lena.modal["state"]["values"]["context"]["context"]["value"] == "Kept"
    assert "No decision has been logged yet" in await answer(world.yuki, "list")


async def test_slack_itself_stops_empty_and_over_long_fields(world: World) -> None:
    await world.lena.command("/decide", channel=CHURN)
    with pytest.raises(ClientRefused) as refused:
        await world.lena.submit(world.lena.modal, outcome="x" * 3001)
    assert set(refused.value.errors) == {"title", "outcome"}


async def test_an_over_long_title_is_kept_for_its_writer_to_shorten(world: World) -> None:
    await world.lena.command("/decide", "word " * 60, channel=CHURN)
    errors = await send(world.lena, outcome="It wins.")
    assert errors is not None
    assert "150" in errors["title"]
    assert await send(world.lena, title="word") is None


async def test_the_longest_decision_fits_on_its_card_and_whole_into_details(world: World) -> None:
    parts = ("outcome", "context", "drivers", "options", "consequences")
    full = {part: f"{part} {'x' * 2900} end of {part}" for part in parts}
    await log(world.lena, "t" * 150, **full)
    await world.deliver()
    await world.yuki.click(card(world, 1), DETAILS)
    for part in parts:
        assert f"end of {part}" in text_of(world.yuki.modal)


async def test_a_form_sent_twice_logs_one(world: World) -> None:
    await log(world.lena, "Use LightGBM")
    await world.lena.resend()
    await world.deliver()
    assert len(world.slack.messages(CHURN)) == 1
    assert "the newest is D-1" in await answer(world.lena, "show 2")


async def test_two_makers_at_once_and_one_of_them_decides(world: World) -> None:
    shown = await proposed(world)
    await asyncio.gather(world.lena.click(shown, ACCEPT), world.marcus.click(shown, REJECT))
    said = {told(world, person) for person in (world.lena, world.marcus)}
    await world.deliver()
    status = card(world, 1)["text"].rpartition(" · ")[2]
    assert f"D-1 is {status}." in said
    [other] = said - {f"D-1 is {status}."}
    assert other.startswith((f"D-1 is {status}, so", f"D-1 was {status}"))


async def test_two_makers_edit_and_the_second_is_told(world: World) -> None:
    shown = await proposed(world)
    for person in (world.lena, world.marcus):
        await person.click(shown, EDIT)
    assert await send(world.lena, title="Hers") is None
    assert await send(world.marcus, title="His") is None
    assert "Somebody changed this decision after you began" in text_of(world.marcus.modal)
    assert world.marcus.modal["state"]["values"]["title"]["title"]["value"] == "His"
    await world.deliver()
    assert card(world, 1)["text"] == "D-1 · Hers · proposed"


async def test_a_stranger_cannot_decide(world: World) -> None:
    shown = await proposed(world)
    for action in (ACCEPT, REJECT, EDIT):
        await world.yuki.click(shown, action)
        assert "Only the makers of D-1 and who logged it may do that." in told(world, world.yuki)
    assert "Only the makers" in await answer(world.yuki, "edit D-1")
    assert world.yuki.modals == []
    await world.deliver()
    assert card(world, 1) == shown


async def test_where_the_bot_is_not_the_decision_is_kept_and_its_author_told(world: World) -> None:
    world.expect("not_in_channel")
    await world.lena.command("/decide", "Use LightGBM", channel="C0LEADS")
    assert await send(world.lena, outcome="It wins.") is None
    await world.deliver()
    assert "/invite" in text_of(latest(world.slack.messages(LENA)))
    assert "D-1 · Use LightGBM" in await answer(world.lena, "1")
