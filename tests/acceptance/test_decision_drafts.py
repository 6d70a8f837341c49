"""What is written into the form of a decision survives a closed window, an error, a restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services.decisions import records
from jobs import housekeeping
from tests.acceptance.decision_forms import (
    actions_of,
    decide,
    said_in,
    send,
    type_into,
    typed_in,
    unfold,
)
from tests.acceptance.harness import CHURN, LEADS, LENA, MARCUS, World, meridian
from tests.standins.slack import Person, text_of

AFRESH = "decision.afresh"
NOT_SENT = "not sent yet"
OVERTAKEN = "Somebody changed this decision after you began"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian after its first minute: it knows everybody's name."""
    async with meridian(tmp_path) as found:
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def opened(person: Person, text: str = "", channel: str = CHURN) -> None:
    """Open the form that `/decide <text>` opens."""
    await person.command("/decide", text, channel=channel)
    assert person.modals, "no form opened"


async def left(world: World, person: Person) -> None:
    """The form is closed, and a minute goes by."""
    await person.close(person.modal)
    world.clock.advance(minutes=1)


async def outcome(world: World) -> str:
    """What D-1 says by now."""
    record = await world.app.transactions.read(records.find, "T0TEAM", 1)
    return record.body.outcome


def offered(person: Person) -> list[str]:
    """The drafts that the form may be left for."""
    rows = [b["elements"] for b in person.modal["blocks"] if b.get("block_id") == "drafts"]
    return [e["text"]["text"] for row in rows for e in row if e["action_id"] != AFRESH]


async def test_a_closed_form_is_offered_again_as_it_was_also_after_a_restart(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await unfold(world.lena, "options", "makers")
    world.lena.fill(world.lena.modal, makers=[LENA, MARCUS])
    await decide(world.lena, "majority")
    await type_into(world.lena, "options", "A\n+ fast")
    before = typed_in(world.lena)
    await left(world, world.lena)
    await world.restart()
    await opened(world.lena)
    assert typed_in(world.lena) == before
    assert NOT_SENT in said_in(world.lena)
    assert await send(world.lena, outcome="It wins.") is None
    await opened(world.lena)
    assert NOT_SENT not in said_in(world.lena)
    assert typed_in(world.lena)["title"] is None


async def test_a_choice_is_kept_at_once_beside_what_was_typed(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await unfold(world.lena, "makers", "review_on")
    await world.lena.choose(world.lena.modal, "makers", [MARCUS])
    await world.lena.choose(world.lena.modal, "review_on", "2027-02-01")
    await left(world, world.lena)
    await opened(world.lena)
    now = typed_in(world.lena)
    assert (now["makers"], now["review_on"]) == ([MARCUS], "2027-02-01")


async def test_an_opened_form_without_a_word_leaves_no_draft(world: World) -> None:
    await opened(world.lena)
    await unfold(world.lena, "tags", "expected", "makers")
    await left(world, world.lena)
    await opened(world.lena)
    assert NOT_SENT not in said_in(world.lena)
    assert "tags" not in typed_in(world.lena)


async def test_starting_afresh_empties_the_same_window(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await unfold(world.lena, "tags")
    await type_into(world.lena, "tags", "churn")
    await left(world, world.lena)
    await opened(world.lena)
    await world.lena.click(world.lena.modal, AFRESH)
    now = typed_in(world.lena)
    assert (now["title"], now["outcome"]) == (None, None)
    assert "tags" not in now
    assert AFRESH not in actions_of(world.lena.modal)
    assert await send(world.lena, title="Use CatBoost", outcome="It wins.", tags="gbm") is None
    await opened(world.lena)
    assert NOT_SENT not in said_in(world.lena)


async def test_a_typed_title_wins_and_other_drafts_are_one_click_away(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await type_into(world.lena, "outcome", "It wins.")
    await left(world, world.lena)
    await opened(world.lena, "Drop Kafka")
    now = typed_in(world.lena)
    assert (now["title"], now["outcome"]) == ("Drop Kafka", None)
    assert offered(world.lena) == ["Open my draft of “Use LightGBM”"]
    await type_into(world.lena, "outcome", "Nobody reads it.")
    world.clock.advance(minutes=1)
    await world.lena.click(world.lena.modal, "decision.draft:0")
    now = typed_in(world.lena)
    assert (now["title"], now["outcome"]) == ("Use LightGBM", "It wins.")
    assert offered(world.lena) == ["Open my draft of “Drop Kafka”"]
    assert await send(world.lena) is None
    await opened(world.lena)
    assert typed_in(world.lena)["outcome"] == "Nobody reads it."
    assert offered(world.lena) == []


async def test_the_same_title_typed_again_opens_its_draft(world: World) -> None:
    for title in ("Use LightGBM", "Drop Kafka"):
        await opened(world.lena, title)
        await type_into(world.lena, "outcome", f"Because of {title}.")
        await left(world, world.lena)
    await opened(world.lena, "use lightgbm")
    assert typed_in(world.lena)["outcome"] == "Because of Use LightGBM."
    assert offered(world.lena) == ["Open my draft of “Drop Kafka”"]


async def test_where_every_place_is_taken_the_oldest_draft_gives_way(world: World) -> None:
    for title in ("One", "Two", "Three", "Four"):
        await opened(world.lena, title)
        await type_into(world.lena, "outcome", f"Because of {title}.")
        await left(world, world.lena)
    await opened(world.lena)
    assert typed_in(world.lena)["title"] == "Four"
    assert offered(world.lena) == ["Open my draft of “Three”", "Open my draft of “Two”"]


async def test_a_draft_is_its_writers_and_its_channels(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await type_into(world.lena, "outcome", "It wins.")
    await left(world, world.lena)
    await opened(world.marcus)
    assert typed_in(world.marcus)["title"] is None
    await opened(world.lena, channel=LEADS)
    assert typed_in(world.lena)["title"] is None


async def test_what_was_refused_is_kept(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    errors = await send(world.lena, outcome="It wins.", tags="x" * 41)
    assert errors is not None
    await left(world, world.lena)
    await opened(world.lena)
    assert typed_in(world.lena)["tags"] == "x" * 41
    assert typed_in(world.lena)["outcome"] == "It wins."


async def test_what_slack_failed_on_is_kept(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    world.slack.fault("conversations.info", status=500)
    world.expect("outside_call_failed")
    errors = await send(world.lena, outcome="It wins.")
    assert errors is not None
    assert "Nothing was changed." in errors["title"]
    await left(world, world.lena)
    await opened(world.lena)
    assert typed_in(world.lena)["outcome"] == "It wins."


async def test_what_should_replace_a_superseded_one_becomes_a_draft_of_a_new_one(
    world: World,
) -> None:
    await opened(world.lena, "Use LightGBM")
    await send(world.lena, outcome="It wins.", makers=[LENA, MARCUS])
    await opened(world.lena, "supersede D-1")
    await opened(world.marcus, "supersede D-1")
    assert await send(world.marcus, title="Use CatBoost") is None
    errors = await send(world.lena, title="Use XGBoost", outcome="Known.")
    assert errors is not None
    assert "D-1 was superseded by D-2" in errors["title"]
    await left(world, world.lena)
    ack = await world.lena.command("/decide", "supersede D-1", channel=CHURN)
    assert "D-1 was superseded by D-2" in text_of(ack.ephemeral or {})
    await opened(world.lena)
    now = typed_in(world.lena)
    assert (now["title"], now["outcome"]) == ("Use XGBoost", "Known.")


async def test_superseding_and_editing_have_drafts_of_their_own(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await send(world.lena, outcome="It wins.", drivers="Latency")
    await opened(world.lena, "Drop Kafka")
    await send(world.lena, outcome="Nobody reads it.", status="proposed")
    for command, outcome in (("supersede D-1", "It no longer wins."), ("edit D-2", "Costs.")):
        await opened(world.lena, command)
        await type_into(world.lena, "outcome", outcome)
        await left(world, world.lena)
        await opened(world.lena, command)
        assert typed_in(world.lena)["outcome"] == outcome
        assert NOT_SENT in said_in(world.lena)
        await world.lena.click(world.lena.modal, AFRESH)
        assert typed_in(world.lena)["outcome"] in ("It wins.", "Nobody reads it.")
        await left(world, world.lena)
    await opened(world.lena)
    assert typed_in(world.lena)["title"] is None


async def test_a_draft_of_an_edit_says_that_somebody_was_faster(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await send(world.lena, outcome="It wins.", status="proposed", makers=[LENA, MARCUS])
    world.clock.advance(minutes=1)
    await opened(world.lena, "edit D-1")
    await type_into(world.lena, "outcome", "Hers")
    await left(world, world.lena)
    await opened(world.marcus, "edit D-1")
    await send(world.marcus, outcome="His")
    await opened(world.lena, "edit D-1")
    assert typed_in(world.lena)["outcome"] == "Hers"
    assert OVERTAKEN in said_in(world.lena)


async def test_the_second_of_two_editors_is_told_and_chooses(world: World) -> None:
    await opened(world.lena, "Use LightGBM")
    await send(world.lena, outcome="It wins.", status="proposed", makers=[LENA, MARCUS])
    await opened(world.lena, "edit D-1")
    await opened(world.marcus, "edit D-1")
    await send(world.marcus, outcome="His")
    assert await send(world.lena, outcome="Hers") is None
    assert OVERTAKEN in said_in(world.lena)
    assert typed_in(world.lena)["outcome"] == "Hers"
    await left(world, world.lena)
    await opened(world.lena, "edit D-1")
    assert OVERTAKEN in said_in(world.lena)
    assert await outcome(world) == "His"
    await send(world.lena)
    assert await outcome(world) == "Hers"
