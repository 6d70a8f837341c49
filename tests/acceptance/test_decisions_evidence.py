"""A decision keeps the numbers that spoke for it, and says later what has become of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.harness import CHURN, START, latest
from tests.acceptance.outside_world import Office, office
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, Person, text_of


@pytest.fixture
async def lab(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[Office]:
    """Champion v1 of churn was trained in run quick-fox, and all of that is mirrored."""
    async with office(tmp_path, mlflow, start=START) as found:
        churn = mlflow.experiment("churn", {"primary_metric": "val_auc"})
        tags = {"dataset": "churn-v7"}
        fox = found.trained(churn, "quick-fox", tags=tags, val_auc=0.906, val_loss=0.31)
        mlflow.set_alias("churn", "champion", mlflow.model_version("churn", fox))
        await found.poll()
        yield found


async def form(person: Person) -> Json:
    """The form with its field for evidence."""
    await person.command("/decide", "Use LightGBM", channel=CHURN)
    await person.click(person.modal, "decision.unfold:evidence")
    return person.modal


async def worsen(lab: Office) -> None:
    """Somebody logs into the run again, and another version becomes champion."""
    [run] = lab.mlflow.post("runs/search", {"experiment_ids": await experiment_ids(lab)})["runs"]
    run_id = run["info"]["run_id"]
    now = lab.world.clock()
    lab.mlflow.curve(run_id, "val_auc", [(1, now + timedelta(minutes=1), 0.871)])
    lab.mlflow.set_alias("churn", "champion", lab.mlflow.model_version("churn", run_id))
    await lab.poll(minutes=70)  # A run that has ended is read again every hour.


async def experiment_ids(lab: Office) -> list[str]:
    """The one experiment there is."""
    found = lab.mlflow.post("experiments/search", {"max_results": 10})["experiments"]
    return [each["experiment_id"] for each in found if each["name"] == "churn"]


async def test_numbers_are_kept_and_shown_beside_what_they_are_now(lab: Office) -> None:
    lena = lab.world.lena
    typed = "quick-foxx, champion of it"
    errors = await lena.submit(await form(lena), outcome="It wins.", evidence=typed)
    assert errors is not None
    assert 'I don\'t know "quick-foxx". Did you mean quick-fox?' in errors["evidence"]
    assert 'I don\'t know "champion of it".' in errors["evidence"]
    typed = "quick-fox\nchurn v1, data churn-v7\nhttps://grafana.example/d/1"
    assert await lena.submit(lena.modal, evidence=typed) is None
    await lab.world.deliver()
    [card] = lab.world.slack.messages(CHURN)
    assert (
        "Evidence quick-fox val_auc 0.906 · churn v1 (champion) val_auc 0.906 · data churn-v7"
        " · grafana.example/d/1"
    ) in text_of(card)
    assert "🟡" not in text_of(card)

    await worsen(lab)
    await lena.command("/decide", "show D-1", channel=CHURN)
    shown = text_of(latest(lab.world.slack.ephemerals(lena.id)))
    assert shown.count("Then\nval_auc 0.906\nval_loss 0.31\n") == 1
    assert "🟡 val_auc 0.871 (0.035 lower)\n" in shown
    assert "🟡 aliases none" in shown

    await lena.click(card, "decision.details")
    details = text_of(lena.modal)
    assert "val_auc 0.906\nval_loss 0.31\nstatus finished\ndata churn-v7" in details
    assert "🟡 val_auc 0.871 (0.035 lower)\nval_loss 0.31\nstatus finished" in details
