"""`/experiment tried`: who has tried it, when, how it ended and why; or that nobody has."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.experiments.records import RunStatus
from jobs import housekeeping
from tests.acceptance.decision_forms import send, typed_in
from tests.acceptance.harness import CHURN, LENA, MARCUS, latest, meridian, start_standup
from tests.acceptance.mirrored import Lab, NoTracker
from tests.acceptance.test_hypotheses import MONDAY, card, write
from tests.standins.slack import Person, links_of, text_of

BOARD = "C0BOARD"


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """Champion v13 of churn has val_auc 0.906 on churn-v8; everybody is known."""
    tracker: Any = NoTracker()
    url = "http://mlflow.example"
    async with meridian(
        tmp_path, start=MONDAY, experiment_tracker=tracker, mlflow_tracking_uri=url
    ) as world:
        found = Lab(world)
        await housekeeping.step(world.app.jobs, world.clock())
        await found.begin()
        await found.champion(0.906, data="churn-v8")
        yield found


async def tried(person: Person, words: str, channel: str = CHURN) -> str:
    """What `/experiment tried …` answers."""
    ack = await person.command("/experiment", f"tried {words}", channel=channel)
    assert ack.ephemeral is not None
    return text_of(ack.ephemeral)


async def focal(lab: Lab) -> None:
    """Ananya tried focal loss four times in March with H-1, Beatriz once in June."""
    world = lab.world
    world.clock.move_to("2027-03-08T09:00Z")
    await write(world.ananya, "Focal loss helps")
    for number, value in enumerate((0.858, 0.861, 0.855, 0.859)):
        params = {"loss": "FocalLoss", "gamma": str(number), "lr": "0.1"}
        await lab.trained(f"calm-owl-{number}", value, params=params, hypothesis="H-1")
    await world.ananya.command("/experiment", "hypothesis verdict H-1", channel=CHURN)
    answers = {"state": "refuted", "learned": "calibration broke"}
    assert await world.ananya.submit(world.ananya.modal, **answers) is None
    world.clock.move_to("2027-06-02T09:00Z")
    await lab.trained(
        "shy-elk",
        float("nan"),
        status=RunStatus.KILLED,
        params={"loss": "focal_loss", "lr": "0.01"},
        user="beatriz",
        step=900,
    )
    world.clock.move_to("2027-07-01T09:00Z")


async def test_who_when_how_it_ended_and_why_and_what_nobody_tried(lab: Lab) -> None:
    await focal(lab)
    told = await tried(lab.world.yuki, "focal loss")
    first = told.splitlines()[0]
    assert first == (
        "Twice. Ananya Rao, March: 4 runs, best val_auc 0.861 (0.045 below champion v13 (0.906)), "
        "refuted: calibration broke (H-1). Beatriz Souza, June: killed after NaN at step 900, no "
        "reason was noted. Nobody has tried it on data churn-v8."
    )
    assert "with loss=FocalLoss · varied gamma · data churn-v7" in told
    assert "6 runs, 1 hypothesis, 0 decisions and 0 reports looked through" in told


async def test_a_try_leads_to_its_runs_and_to_the_verdict(lab: Lab) -> None:
    world = lab.world
    await focal(lab)
    await world.deliver()
    ack = await world.yuki.command("/experiment", "tried FocalLoss", channel=CHURN)
    assert ack.ephemeral is not None
    links = links_of(ack.ephemeral)
    assert f"http://mlflow.example/#/experiments/1/runs/{2:032x}" not in links
    assert f"http://mlflow.example/#/experiments/1/runs/{3:032x}" in links
    assert [link for link in links if f"/archives/{CHURN}/p" in link]


async def test_params_are_found_by_their_value_however_it_is_written(lab: Lab) -> None:
    await focal(lab)
    assert (await tried(lab.world.yuki, "lr = 0.10")).startswith("Once. Ananya Rao")
    assert (await tried(lab.world.yuki, "lr=1e-2")).startswith("Once. Beatriz Souza")
    assert (await tried(lab.world.yuki, "lr=0.5")).startswith("Nobody has tried that")


async def test_nobody_has_tried_it_and_it_becomes_a_hypothesis(lab: Lab) -> None:
    world = lab.world
    told = await tried(world.yuki, "stochastic depth")
    assert told.splitlines()[0] == (
        "Nobody has tried that, as far as I can see: 1 run, 0 hypotheses, 0 decisions and 0 "
        "reports looked through."
    )
    await world.yuki.click(latest(world.slack.ephemerals(world.yuki.id)), "tried.write")
    assert typed_in(world.yuki)["claim"] == "stochastic depth"


async def test_a_decision_that_names_the_run_says_why(lab: Lab) -> None:
    world = lab.world
    run = await lab.trained("lone-fox", 0.9, params={"aug": "mixup"})
    await world.lena.command("/decide", "Use mixup augmentation", channel=CHURN)
    evidence = f"run {run.run_id}"
    await send(world.lena, outcome="It overfits", evidence=evidence, status="proposed")
    await world.deliver()
    await world.lena.click(card(world), "decision.reject")
    told = await tried(world.yuki, "mixup")
    assert "rejected: Use mixup augmentation (D-1)" in told.splitlines()[0]
    assert told.count("D-1") == 2


async def test_private_decisions_hypotheses_and_reports_stay_private(lab: Lab) -> None:
    world = lab.world
    world.slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
    await world.lena.command("/decide", "Use gradient boosting", channel=BOARD)
    await send(world.lena, outcome="Too dear", status="proposed")
    await world.deliver()
    await world.lena.click(latest(world.slack.messages(BOARD)), "decision.reject")
    secret = await tried(world.yuki, "gradient boosting")
    assert secret.startswith("Nobody has tried that")
    seen = await tried(world.lena, "gradient boosting", channel=BOARD)
    assert "D-1 rejected: Use gradient boosting" in seen


async def test_reports_speak_of_it(lab: Lab) -> None:
    world = lab.world
    await start_standup(world.lena)
    await world.lena.command("/standup", "", channel=CHURN)
    said = {"answer_0": "Tried label smoothing\nit diverged"}
    await world.lena.submit(world.lena.modal, **said)
    told = await tried(world.lena, "label smoothing")
    assert told.splitlines()[0] == "Nobody has run it; Lena Fischer wrote about it on 19 Oct."
    assert "Lena Fischer reported" in told
    assert "Tried label smoothing" in told
