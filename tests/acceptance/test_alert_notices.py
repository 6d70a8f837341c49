"""What a channel sees of several alerts, and of an MLflow that doesn't answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.alert_world import MemoryMlflow, alert_of, evaluated, threshold_rule
from tests.acceptance.harness import CHURN, START, World, instant, meridian
from tests.standins.slack import text_of

BEGIN = instant(START)

Office = tuple[World, MemoryMlflow]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Meridian with an MLflow that has one good run of churn."""
    mlflow = MemoryMlflow()
    mlflow.finish("old", BEGIN, val_auc=0.93)
    uri = mlflow.base_url
    async with meridian(tmp_path, experiment_tracker=mlflow, mlflow_tracking_uri=uri) as world:
        await evaluated(world)
        yield world, mlflow


async def test_an_outage_is_one_message_that_is_edited_when_mlflow_is_back(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    await evaluated(world)
    before = len(world.slack.messages(CHURN))
    mlflow.down = True
    for _ in range(8):
        await evaluated(world)
    [notice] = world.slack.messages(CHURN)[before:]
    said = text_of(notice).replace("\n", "")
    assert said.startswith("🔴 MLflow hasn't answered since ")
    assert "Alerts keep their state" in said
    assert "It said: MLflow did not answer." in said

    mlflow.down = False
    await evaluated(world)
    [after] = world.slack.messages(CHURN)[before:]
    assert after["ts"] == notice["ts"]
    assert "✅ MLflow is back at " in text_of(after).replace("\n", "")


async def test_what_breaks_together_is_one_message_until_all_of_it_is_over(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    await threshold_rule(world.lena, threshold="0.8", severity="critical")
    mlflow.finish("worse", world.clock(), val_auc=0.85)
    await evaluated(world)
    alert = alert_of(world)
    count = len(world.slack.messages(CHURN))
    mlflow.finish("bad", world.clock(), val_auc=0.7)
    await evaluated(world)
    assert len(world.slack.messages(CHURN)) == count
    shown = alert_of(world)
    assert shown["ts"] == alert["ts"]
    assert "0.7 is below 0.8" in text_of(shown).replace("\n", "")
    [joined] = world.slack.thread(CHURN, alert["ts"])
    assert "0.7 is below 0.8" in text_of(joined).replace("\n", "")

    await world.lena.click(shown, "alert.acknowledge")
    await world.deliver()
    assert alert_of(world)["text"].startswith("🟡")
    mlflow.finish("better", world.clock(), val_auc=0.85)
    await evaluated(world)
    assert not alert_of(world)["text"].startswith("✅")
    mlflow.finish("good", world.clock(), val_auc=0.95)
    await evaluated(world)
    assert alert_of(world)["text"].startswith("✅")
