"""The form of a rollback keeps its draft at the alert that it came from."""

from pathlib import Path

from jobs import housekeeping
from tests.acceptance.alert_world import MemoryMlflow, alert_of, evaluated, regression_rule
from tests.acceptance.decision_forms import said_in, send, type_into, typed_in
from tests.acceptance.harness import CHURN, START, instant, meridian

MODEL, ROLLBACK = "churn-model", "alert.rollback"
TITLE = "Roll churn-model back to version 13"


async def test_a_rollbacks_draft_comes_back_and_afresh_it_is_proposed_again(
    tmp_path: Path,
) -> None:
    mlflow, begin = MemoryMlflow(), instant(START)
    for number, value in ((13, 0.895), (14, 0.912)):
        mlflow.finish(f"v{number}", begin, val_auc=value)
        mlflow.register(number, f"v{number}", begin)
    mlflow.champion = 13
    uri = mlflow.base_url
    async with meridian(tmp_path, experiment_tracker=mlflow, mlflow_tracking_uri=uri) as world:
        await housekeeping.step(world.app.jobs, world.clock())
        await evaluated(world)
        await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
        assert await send(world.lena, outcome="It wins.", promotion=f"14:{MODEL}") is None
        await world.deliver()
        await regression_rule(world.lena)
        mlflow.finish("bad", world.clock(), model=MODEL, val_auc=0.871)
        await evaluated(world)
        alert = alert_of(world)
        await world.lena.click(alert, ROLLBACK)
        await type_into(world.lena, "title", "Back to 13 for now")
        await world.lena.close(world.lena.modal)
        await world.lena.click(alert, ROLLBACK)
        assert typed_in(world.lena)["title"] == "Back to 13 for now"
        assert "not sent yet" in said_in(world.lena)
        await world.lena.click(world.lena.modal, "decision.afresh")
        now = typed_in(world.lena)
        assert (now["title"], now["promotion"]) == (TITLE, f"13:{MODEL}")
        await world.lena.close(world.lena.modal)
        await world.lena.click(alert, ROLLBACK)
        assert "not sent yet" not in said_in(world.lena)
