"""`/experiment compare` and the buttons below a leaderboard, with the guard's own words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    RunStatus,
)
from jobs import poll_mlflow
from tests.acceptance.harness import CHURN, World, latest, meridian
from tests.standins.slack import Json, Person, text_of
from tests.unit.experiments.builders import T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

START = "2026-11-22T09:00Z"
CHURN_EXPERIMENT = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})
RANKING = Experiment(experiment_id="2", name="ranking")


@dataclass
class Lab:
    """Meridian and a tracker: churn with a champion, a sweep, failures; ranking with a metric whose
    direction nobody knows."""

    world: World
    tracker: FakeTracker

    async def asks(self, person: Person, text: str) -> Json:
        """What `/experiment <text>` shows in the end."""
        await person.command("/experiment", text, channel=CHURN)
        await self.world.app.listeners.drain()
        return latest(self.world.slack.ephemerals(person.id))

    async def clicks(self, person: Person, shown: Json, action: str) -> Json:
        """What a button shows in the end."""
        await person.click(shown, action)
        await self.world.app.listeners.drain()
        return latest(self.world.slack.ephemerals(person.id))


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    tracker = FakeTracker(CHURN_EXPERIMENT, RANKING)
    v7, v8 = {"dataset": "churn-v7"}, {"dataset": "churn-v8"}
    below = {**v7, "mlflow.parentRunId": "grid"}
    tracker.hold(
        a_run("quick-fox", 0.906, params={"lr": "0.1"}, tags=v7),
        a_run("gentle-owl", 0.912, params={"lr": "0.03"}, tags=v8, minute=1),
        a_run("calm bee", 0.907, params={"lr": "0.2"}, tags=v7, minute=2),
        a_run("grid", name="lr-search", minute=3),
        *(a_run(f"t{n}", 0.9 + n / 1000, params={"lr": f"0.0{n}"}, tags=below) for n in (1, 2, 3)),
        a_run(
            "lost-cat",
            status=RunStatus.FAILED,
            tags={"error": "CUDA out of memory"},
            user="yuki",
            minute=5,
        ),
        a_run("s1", metrics={"score": 2.0}, experiment_id="2"),
        a_run("s2", metrics={"score": 1.0}, experiment_id="2"),
    )
    for run_id, values in (("gentle-owl", (0.8, 0.9, 0.912)), ("quick-fox", (0.85, 0.9, 0.906))):
        tracker.curves[run_id, "val_auc"] = [
            MetricPoint(step=step, at=T0 + timedelta(minutes=step), value=value)
            for step, value in enumerate(values)
        ]
    tracker.models = [RegisteredModel(name="churn", aliases={"champion": 13})]
    tracker.versions = [ModelVersion(model="churn", version=13, run_id="quick-fox", created_at=T0)]
    async with meridian(tmp_path, start=START, experiment_tracker=tracker) as world:
        await poll_mlflow.step(world.app.jobs, world.clock())
        yield Lab(world, tracker)


async def test_runs_on_other_data_have_no_winner(lab: Lab) -> None:
    shown = await lab.asks(lab.world.yuki, "compare gentle-owl quick-fox")
    told = text_of(shown).splitlines()
    assert told[:11] == [
        "No winner: they saw other data (churn-v7, churn-v8).",
        "1  gentle-owl  val_auc 0.912",
        "champion v13  quick-fox  val_auc 0.906",
        "Data that differ",
        "1 gentle-owl  trained on churn-v8",
        "champion v13  trained on churn-v7",
        "Params that differ",
        "1 gentle-owl  lr 0.03",
        "champion v13  lr 0.1",
        "Metrics, against the champion",
        "val_auc (higher is better)  1: 0.912, 0.006 above on other data · champion: 0.906",
    ]
    assert told[-1].startswith("MLflow as of <!date^")
    [chart] = [block for block in shown["blocks"] if block["type"] == "data_visualization"]
    lines = {s["name"]: [p["value"] for p in s["data"]] for s in chart["chart"]["series"]}
    assert lines == {"1 gentle-owl": [0.8, 0.9, 0.912], "champion v13": [0.85, 0.9, 0.906]}


async def test_the_champion_stands_beside_without_being_named(lab: Lab) -> None:
    shown = text_of(await lab.asks(lab.world.yuki, 'compare "calm bee" t3'))
    assert "champion v13  quick-fox  val_auc 0.906" in shown
    assert shown.startswith("No winner yet: calm bee has val_auc 0.907, 0.001 above champion v13")


async def test_one_run_named_twice_is_told(lab: Lab) -> None:
    shown = text_of(await lab.asks(lab.world.yuki, 'compare "calm bee" "calm bee"'))
    assert "You named calm bee more than once and no other run, so the champion is" in shown
    shown = text_of(await lab.asks(lab.world.yuki, 'compare "calm bee" t3 t3'))
    assert "You named t3 more than once; each run stands here once." in shown


async def test_a_silent_mlflow_leaves_the_numbers(lab: Lab) -> None:
    lab.tracker.down = {"metric_history"}
    shown = await lab.asks(lab.world.yuki, "compare gentle-owl champion")
    assert "No curves: MLflow didn't give them just now" in text_of(shown)
    assert "data_visualization" not in {block["type"] for block in shown["blocks"]}


async def test_names_that_fit_several_runs_are_asked_back(lab: Lab) -> None:
    shown = text_of(await lab.asks(lab.world.yuki, "compare t champion nobody"))
    assert shown.splitlines()[0] == "Which t?"
    assert shown.count("• ") == 3
    assert "I don't know a run nobody." in shown
    assert "Name two to five runs" in text_of(await lab.asks(lab.world.yuki, "compare"))


async def test_the_buttons_below_a_leaderboard(lab: Lab) -> None:
    world = lab.world
    shown = await lab.asks(world.yuki, "show churn")
    assert "sweep lr-search, 3 runs, best t3  0.903" in text_of(shown)
    assert "No winner" in text_of(await lab.clicks(world.yuki, shown, "experiment.compare"))
    failed = text_of(await lab.clicks(world.yuki, shown, "experiment.broken"))
    assert "lost-cat failed" in failed
    assert failed.endswith("· yuki: CUDA out of memory")
    await world.yuki.click(shown, "experiment.page:sweep3")
    await world.app.listeners.drain()
    unfolded = text_of(world.yuki.modal)
    assert "sweep lr-search, 3 runs · 1 to 3 of 3" in unfolded
    assert [line.split("  ")[1] for line in unfolded.splitlines()[2:5]] == ["t3", "t2", "t1"]


async def test_a_direction_is_asked_once(lab: Lab) -> None:
    world = lab.world
    asked = await lab.asks(world.yuki, "show ranking")
    assert "Is a higher score better, or a lower one? I ask only once." in text_of(asked)
    lenas, marcus = [await lab.asks(p, "show ranking") for p in (world.lena, world.marcus)]
    answered = text_of(await lab.clicks(world.lena, lenas, "experiment.direction:lower"))
    assert "primary metric score (lower is better, as Lena Fischer said)" in answered
    assert "1  s2  1" in answered
    assert "1  s2  1" in text_of(await lab.asks(world.yuki, "show ranking"))
    late = text_of(await lab.clicks(world.marcus, marcus, "experiment.direction:higher"))
    assert late.startswith("Lena Fischer said before you that lower is better.")
    changed = text_of(await lab.asks(world.marcus, "direction ranking score higher"))
    assert changed.startswith("Noted: in ranking a higher score is better")
    assert "1  s1  2" in text_of(await lab.asks(world.yuki, "show ranking"))
    typo = text_of(await lab.asks(world.yuki, "direction ranking scoer higher"))
    assert "Did you mean score?" in typo
