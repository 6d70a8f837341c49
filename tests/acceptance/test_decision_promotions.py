"""Decisions that act: an alias moved by an accepted one, and rolled back from an alert."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.decisions.promotion import VERSION_TAG
from jobs import housekeeping
from tests.acceptance.alert_world import MemoryMlflow, alert_of, evaluated, regression_rule
from tests.acceptance.decision_forms import said_in, send, typed_in
from tests.acceptance.harness import CHURN, LENA, MARCUS, START, World, instant, latest, meridian
from tests.standins.slack import Json, Person, mentions_of, text_of

BEGIN = instant(START)
MODEL = "churn-model"
AGAIN, DEPRECATE, ROLLBACK = "decision.promote", "decision.deprecate", "alert.rollback"

Office = tuple[World, MemoryMlflow]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A polled MLflow: version 13 is the champion at 0.895, version 14 is better at 0.912."""
    mlflow = MemoryMlflow()
    for number, value in ((13, 0.895), (14, 0.912)):
        mlflow.finish(f"v{number}", BEGIN, val_auc=value)
        mlflow.register(number, f"v{number}", BEGIN)
    mlflow.champion = 13
    uri = mlflow.base_url
    async with meridian(tmp_path, experiment_tracker=mlflow, mlflow_tracking_uri=uri) as world:
        await housekeeping.step(world.app.jobs, world.clock())
        await evaluated(world)
        yield world, mlflow


async def promote(person: Person, version: int = 14, **values: Any) -> dict[str, str] | None:
    """Log a decision that promotes a version; the errors that the form then shows."""
    await person.command("/decide", "Use LightGBM", channel=CHURN)
    chosen = {"outcome": "It wins.", "promotion": f"{version}:{MODEL}", **values}
    return await send(person, **chosen)


def card(world: World, number: int = 1) -> Json:
    """A decision's one message in the channel."""
    [found] = [m for m in world.slack.messages(CHURN) if m["text"].startswith(f"D-{number} ·")]
    return found


def thread(world: World, number: int = 1) -> list[str]:
    """What stands in the thread of a decision's card."""
    return [text_of(m) for m in world.slack.thread(CHURN, card(world, number)["ts"])]


def labels(shown: Json) -> list[str]:
    """The buttons of a message."""
    rows = [block["elements"] for block in shown["blocks"] if block["type"] == "actions"]
    return [
        element["text"]["text"] for row in rows for element in row if element["type"] == "button"
    ]


async def test_a_proposal_says_what_it_will_do_and_does_it_once_accepted(office: Office) -> None:
    world, mlflow = office
    assert await promote(world.lena, status="proposed", makers=[MARCUS]) is None
    await world.deliver()
    says = "Once accepted, champion of churn-model moves to version 14."
    assert says in text_of(card(world))
    assert mlflow.champion == 13
    await world.marcus.click(card(world), "decision.accept")
    await world.deliver()
    assert (mlflow.champion, mlflow.moves) == (14, [14])
    assert mlflow.versions[0].tags == {VERSION_TAG: "D-1"}
    [told] = thread(world)
    assert told.startswith("D-1 accepted ")
    assert "Champion of churn-model is now version 14, checked." in told
    assert "✅ Champion of churn-model is version 14 since" in text_of(card(world))
    assert mentions_of(card(world)) == set()


async def test_mlflow_is_down_at_the_moment_of_acceptance(office: Office) -> None:
    world, mlflow = office
    mlflow.down = True
    assert await promote(world.lena) is None
    await world.deliver()
    shown = text_of(card(world))
    assert "accepted" in card(world)["text"]
    assert "🟡 Moves champion of churn-model to version 14 as soon as MLflow does it." in shown
    assert "MLflow did not answer." in shown
    await world.lena.command("/decide", "something else", channel=CHURN)
    assert await send(world.lena, outcome="Yes.") is None
    await world.deliver()
    assert card(world, 2)["text"] == "D-2 · something else · accepted"
    world.clock.advance(minutes=30)
    await world.deliver()
    mlflow.down = False
    world.clock.advance(minutes=1)
    await world.deliver()
    assert mlflow.moves == [14]
    assert len(thread(world)) == 1
    world.clock.advance(minutes=10)
    await world.deliver()
    assert mlflow.moves == [14]


async def test_what_the_registry_does_not_have_is_refused_in_the_form(office: Office) -> None:
    world, _ = office
    errors = await promote(world.lena, alias="latest")
    assert errors == {
        "alias": "MLflow keeps latest for itself; name another alias, such as champion."
    }
    await world.deliver()
    assert world.slack.messages(CHURN) == []


async def test_a_failed_promotion_is_tried_again_by_a_decider_only(office: Office) -> None:
    world, mlflow = office
    assert await promote(world.lena, makers=[LENA]) is None
    mlflow.versions = [each for each in mlflow.versions if each.version != 14]
    await world.deliver()
    assert "🔴 Champion of churn-model was not moved: No such version." in text_of(card(world))
    assert labels(card(world))[0] == "Try again"
    mlflow.register(14, "v14", BEGIN)
    await world.marcus.click(card(world), AGAIN)
    refused = text_of(latest(world.slack.ephemerals(MARCUS)))
    assert "Only the makers of D-1 and who logged it may do that." in refused
    await world.deliver()
    assert mlflow.champion == 13
    await world.lena.click(card(world), AGAIN)
    told = text_of(latest(world.slack.ephemerals(LENA)))
    assert told == "Moving champion of churn-model to version 14; the card says how it went."
    await world.deliver()
    assert mlflow.champion == 14
    assert "Try again" not in labels(card(world))


async def test_a_decision_that_ends_before_leaves_the_alias(office: Office) -> None:
    world, mlflow = office
    mlflow.down = True
    assert await promote(world.lena) is None
    await world.deliver()
    await world.lena.click(card(world), DEPRECATE)
    mlflow.down = False
    world.clock.advance(minutes=10)
    await world.deliver()
    assert (mlflow.champion, mlflow.moves) == (13, [])
    assert "was not moved: the decision ended before." in text_of(card(world))


async def test_a_regression_is_rolled_back_from_its_alert(office: Office) -> None:
    world, mlflow = office
    assert await promote(world.lena, makers=[LENA, MARCUS], tags="churn") is None
    await world.deliver()
    await regression_rule(world.marcus)
    mlflow.finish("bad", world.clock(), model=MODEL, val_auc=0.871)
    await evaluated(world)
    alert = alert_of(world)
    assert "Promoted by D-1 (Lena Fischer, " in text_of(alert)
    assert "Propose rollback" in labels(alert)

    await world.marcus.click(alert, ROLLBACK)
    typed = typed_in(world.marcus)
    assert typed["title"] == "Roll churn-model back to version 13"
    assert typed["outcome"].startswith(
        "We put version 13 of churn-model back under champion, because churn-model"
    )
    assert "0.871" in typed["outcome"]
    assert typed["promotion"] == f"13:{MODEL}"
    assert typed["evidence"].splitlines()[0].startswith("run bad")
    assert "churn-model v13" in typed["evidence"]
    assert await world.marcus.submit(world.marcus.modal) is None
    await world.deliver()
    assert (mlflow.champion, mlflow.moves) == (13, [14, 13])
    assert "Champion of churn-model was version 14 from" in text_of(card(world, 1))
    assert "until D-2 moved it" in text_of(card(world, 1))
    assert card(world, 1)["text"].endswith("superseded")
    assert "(was 14)" in text_of(card(world, 2))


async def test_who_is_no_maker_proposes_and_the_makers_decide(office: Office) -> None:
    world, mlflow = office
    assert await promote(world.lena, makers=[LENA]) is None
    await world.deliver()
    await regression_rule(world.lena)
    mlflow.finish("bad", world.clock(), model=MODEL, val_auc=0.871)
    await evaluated(world)
    await world.marcus.click(alert_of(world), ROLLBACK)
    assert await world.marcus.submit(world.marcus.modal) is None
    await world.deliver()
    assert card(world, 2)["text"] == "D-2 · Roll churn-model back to version 13 · proposed"
    assert mlflow.champion == 14
    await world.lena.click(alert_of(world), ROLLBACK)
    assert "D-2 is proposed to replace D-1 too" in said_in(world.lena)
    await world.lena.close(world.lena.modal)
    await world.lena.click(card(world, 2), "decision.accept")
    await world.deliver()
    assert mlflow.champion == 13


async def test_a_champion_that_nobody_decided_on_has_nothing_to_go_back_to(
    office: Office,
) -> None:
    world, mlflow = office
    await regression_rule(world.lena)
    mlflow.finish("bad", world.clock(), model=MODEL, val_auc=0.871)
    await evaluated(world)
    assert "Promoted by" not in text_of(alert_of(world))
    await world.marcus.click(alert_of(world), ROLLBACK)
    typed = typed_in(world.marcus)
    assert typed["title"] == "Roll churn-model back"
    assert not typed.get("promotion")


async def test_an_alert_that_is_over_offers_no_rollback(office: Office) -> None:
    world, mlflow = office
    await regression_rule(world.lena)
    mlflow.finish("bad", world.clock(), model=MODEL, val_auc=0.871)
    await evaluated(world)
    assert labels(alert_of(world)) == ["Acknowledge", "Propose rollback"]
    mlflow.finish("good", world.clock(), model=MODEL, val_auc=0.95)
    await evaluated(world)
    await evaluated(world)
    assert "Propose rollback" not in labels(alert_of(world))
