"""A decision that looks after itself: MLflow gets worse, its makers are asked, one answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import housekeeping
from tests.acceptance.alert_world import MemoryMlflow, evaluated
from tests.acceptance.decision_forms import send, typed_in
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, instant, latest, meridian
from tests.standins.slack import Json, Person, mentions_of, text_of

START = "2026-11-25T15:00Z"
"""A Wednesday: 16:00 in Berlin, ten in New York, midnight in Tokyo."""

KEEP, REVISE, SUPERSEDE = "decision.keep", "decision.revise", "decision.review_supersede"
DETAILS = "decision.details"

Office = tuple[World, MemoryMlflow]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Versions 13 and 14 of churn-model; 14 is the champion."""
    mlflow = MemoryMlflow(champion=14)
    begin = instant(START)
    for version in (13, 14):
        mlflow.finish(f"v{version}", begin, val_auc=0.9)
        mlflow.register(version, f"v{version}", begin)
    uri = mlflow.base_url
    async with meridian(
        tmp_path, start=START, experiment_tracker=mlflow, mlflow_tracking_uri=uri
    ) as world:
        await housekeeping.step(world.app.jobs, world.clock())
        await evaluated(world)
        yield world, mlflow


async def decide(world: World, **values: object) -> None:
    """Lena logs D-1, which is looked at again below 0.9, twice in a row."""
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    typed = {
        "outcome": "It wins on every slice.",
        "makers": [LENA, MARCUS],
        "expected": "churn-model val_auc >= 0.912",
        "revisit": "churn-model val_auc < 0.9 twice",
        **values,
    }
    assert await send(world.lena, **typed) is None
    await world.deliver()


async def worse(office: Office) -> None:
    """Two bad evaluations of the champion."""
    world, mlflow = office
    for run, value in (("night1", 0.88), ("night2", 0.871)):
        world.clock.advance(minutes=10)
        mlflow.finish(run, world.clock(), model="churn-model", val_auc=value)
        await evaluated(world)


def question(world: World, where: str) -> Json:
    """The newest message to somebody, or below the card, that asks to look at D-1 again."""
    below = world.slack.thread(CHURN, card(world)["ts"]) if where == CHURN else []
    sent = below or world.slack.messages(where)
    return latest([m for m in sent if "another look" in m["text"]])


def card(world: World) -> Json:
    """The card of D-1."""
    [found] = [m for m in world.slack.messages(CHURN) if m["text"].startswith("D-1 ·")]
    return found


def labels(message: Json) -> list[str]:
    """The buttons of a message."""
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def said(message: Json) -> str:
    """What a message says, without its line breaks."""
    return text_of(message).replace("\n", "")


def told(world: World, person: Person) -> str:
    """What only this person read last."""
    return text_of(latest(world.slack.ephemerals(person.id)))


async def test_a_broken_rule_asks_and_the_first_maker_keeps_the_decision(office: Office) -> None:
    world, _ = office
    await decide(world)
    assert "Asked again when champion val_auc of churn-model < 0.9 twice in a row (A-1)" in said(
        card(world)
    )
    await worse(office)
    for where in (CHURN, LENA, MARCUS):
        asked = question(world, where)
        assert asked["text"] == (
            "D-1 is due for another look: champion val_auc of churn-model was 0.871, below 0.9, "
            "twice in a row."
        )
        assert "≥ 0.912; observed 0.871 (run-night2, v14): 0.041 short" in said(asked)
        assert labels(asked) == ["Keep", "Revise", "Supersede", "Details"]
        assert mentions_of(asked) == set()
    assert question(world, CHURN)["thread_ts"] == card(world)["ts"]
    assert labels(card(world))[:2] == ["Keep", "Revise"]
    assert not [m for m in world.slack.messages(CHURN) if m["text"].startswith("🔴")]

    await world.beatriz.click(question(world, CHURN), KEEP)
    assert "Only the makers of D-1" in told(world, world.beatriz)
    await world.lena.click(question(world, LENA), KEEP)
    assert await world.lena.submit(world.lena.modal, note="A small slice.") is None
    await world.deliver()
    for where in (CHURN, LENA, MARCUS):
        assert "Kept by Lena Fischer" in said(question(world, where))
        assert labels(question(world, where)) == ["Details"]
    assert "or on 25 Feb 2027" in said(card(world))
    assert "A small slice." in said(card(world))

    await world.lena.click(card(world), DETAILS)
    trail = said(world.lena.modal)
    assert "Beatriz Souza was refused: keep" in trail
    assert "Lena Fischer kept it: A small slice.; next look 25 Feb 2027" in trail
    await world.live_until("2027-02-25T12:00Z")
    assert "its review date was 25 Feb 2027" in question(world, LENA)["text"]


async def test_two_makers_who_keep_it_hear_of_each_other(office: Office) -> None:
    world, _ = office
    await decide(world)
    await worse(office)
    await world.lena.click(question(world, LENA), KEEP)
    await world.marcus.click(question(world, MARCUS), KEEP)
    assert await world.lena.submit(world.lena.modal) is None
    errors = await world.marcus.submit(world.marcus.modal)
    assert errors is not None
    assert errors["note"].startswith("Lena Fischer answered already: D-1 was kept.")
    await world.marcus.click(card(world), DETAILS)
    assert said(world.marcus.modal).count("kept it") == 1


async def test_revise_fills_the_form_with_all_that_the_decision_says(office: Office) -> None:
    world, _ = office
    await decide(world, context="Churn rose.")
    await worse(office)
    await world.marcus.click(question(world, MARCUS), REVISE)
    form = typed_in(world.marcus)
    assert form["title"] == "Use LightGBM"
    assert form["outcome"] == "It wins on every slice."
    assert await send(world.marcus, outcome="It wins on most slices.") is None
    await world.deliver()
    assert "D-1 was revised by D-2, Marcus Reed" in said(question(world, LENA))
    await world.lena.command("/alert", "list", channel=CHURN)
    rules = said(latest(world.slack.ephemerals(LENA)))
    assert "A-1" not in rules
    assert "A-2 champion val_auc of model churn-model asks again for D-2" in rules
    await world.lena.command("/alert", "show A-1", channel=CHURN)
    shown = said(latest(world.slack.ephemerals(LENA)))
    assert "Asks again for D-1 when it is below 0.9 twice in a row." in shown
    assert "D-1 was superseded by D-2" in shown


async def test_supersede_of_a_promotion_is_filled_with_the_way_back(office: Office) -> None:
    world, mlflow = office
    mlflow.champion = 13
    await evaluated(world)
    await decide(world, promotion="14:churn-model")
    await evaluated(world)
    assert mlflow.champion == 14
    await evaluated(world)
    await worse(office)
    await world.lena.click(question(world, LENA), SUPERSEDE)
    form = typed_in(world.lena)
    assert form["title"] == "Roll churn-model back to version 13"
    assert await send(world.lena) is None
    await evaluated(world)
    assert mlflow.champion == 13
    assert "D-1 was superseded by D-2, Lena Fischer" in said(question(world, MARCUS))


async def test_a_condition_that_makes_no_sense_is_answered_at_its_field(office: Office) -> None:
    world, _ = office
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    errors = await send(world.lena, outcome="It wins.", revisit="val_auc < 0,9", expected="fast")
    assert errors == {
        "revisit": "Write decimals with a point: 0.9",
        "expected": "I find no comparison in that. Type it like: churn champion val_auc >= 0.912",
    }
    errors = await send(world.lena, revisit="churn-modle val_auc < 0.9", expected="")
    assert errors == {
        "revisit": "MLflow has no registered model called 'churn-modle'. Did you mean churn-model?"
    }
