"""The demo's training script against a real MLflow server, read through the bot's adapter."""

import math
import statistics
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.mlflow import MlflowTracker
from bot.domain.experiments.records import Run, RunStatus
from demo.mlflow_server import PYTHON, ROOT
from tests.standins.mlflow import HOSTILE_NAME, MlflowServer, mlflow_server

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PEOPLE = {"yuki", "ananya", "lena", "marcus", "beatriz"}


@pytest.fixture(scope="module")
def filled() -> Iterator[MlflowServer]:
    with mlflow_server() as server:
        train(server)
        yield server


@pytest.fixture
async def tracker(filled: MlflowServer) -> AsyncIterator[MlflowTracker]:
    tracker = MlflowTracker(filled.url)
    yield tracker
    await tracker.aclose()


def train(server: MlflowServer, *more: str, now: datetime = NOW) -> str:
    command = [str(PYTHON), str(ROOT / "demo/train.py"), "--tracking-uri", server.url]
    ended = subprocess.run(
        [*command, "--now", now.isoformat(), *more], capture_output=True, text=True, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


async def runs(tracker: MlflowTracker, experiment: str) -> list[Run]:
    ids = {one.name: one.experiment_id for one in await tracker.experiments()}
    pages = tracker.started_runs([ids[experiment]], NOW - timedelta(days=30))
    return [run async for page in pages for run in page]


def evaluations(of: Sequence[Run]) -> list[Run]:
    return [run for run in of if run.tags.get("registered_model") == "churn"]


async def test_each_experiment_names_its_primary_metric(tracker: MlflowTracker) -> None:
    found = {one.name: one.tags for one in await tracker.experiments()}
    assert found["churn"]["primary_metric"] == "val_auc"
    assert found["churn"]["metric_direction"] == "higher"
    for name in ("churn", "digits", "diabetes-progression"):
        for run in await runs(tracker, name):
            if run.status is RunStatus.FINISHED:
                assert math.isfinite(run.metrics[found[name]["primary_metric"]])


async def test_runs_are_spread_over_two_weeks_and_five_people(tracker: MlflowTracker) -> None:
    for name in ("churn", "digits", "diabetes-progression"):
        for run in await runs(tracker, name):
            assert run.started_at is not None
            assert run.ended_at is not None
            assert NOW - timedelta(days=14) <= run.started_at < run.ended_at <= NOW
            assert {"dataset", "jira"} <= set(run.tags)
    trained = [run for run in await runs(tracker, "churn") if run.params]
    assert {run.user for run in trained} == PEOPLE
    groups = {run.tags["seed_group"] for run in trained if "seed_group" in run.tags}
    assert len(groups) == 9
    assert len({run.name for run in trained}) == len(trained)


async def test_one_run_failed_with_a_real_exception(tracker: MlflowTracker) -> None:
    failed = [run for run in await runs(tracker, "churn") if run.status is RunStatus.FAILED]
    assert [run.tags["exception"] for run in failed] == ["ValueError: Input X contains NaN."]
    assert failed[0].metrics == {}


async def test_curves_by_step(tracker: MlflowTracker) -> None:
    run = (await runs(tracker, "digits"))[0]
    loss = await tracker.metric_history(run.run_id, "val_loss", 100)
    assert [point.step for point in loss] == list(range(12))
    assert loss[-1].value < loss[0].value
    assert loss[-1].at == run.ended_at
    assert loss[-1].value == run.metrics["val_loss"]


async def test_each_version_is_better_and_the_newest_waits_for_a_decision(
    tracker: MlflowTracker,
) -> None:
    (model,) = [one for one in await tracker.registered_models() if one.name == "churn"]
    assert model.aliases == {"champion": 2}
    third, second, first = await tracker.model_versions("churn")
    aucs = [(await tracker.run(one.run_id)).metrics["val_auc"] for one in (first, second, third)]
    assert 0.8 < aucs[0] < aucs[1] < aucs[2] < 0.99


async def test_nightly_evaluations_are_stable(tracker: MlflowTracker) -> None:
    nights = evaluations(await runs(tracker, "churn-nightly"))[:10]
    values = [run.metrics["val_auc"] for run in nights]
    assert {run.tags["model_version"] for run in nights} == {"2"}
    assert len({run.started_at for run in nights}) == 10
    assert 0 < statistics.pstdev(values) < 0.01


async def test_regress_is_worse_and_recover_is_not(
    filled: MlflowServer, tracker: MlflowTracker
) -> None:
    before = evaluations(await runs(tracker, "churn-nightly"))
    usual = statistics.median(run.metrics["val_auc"] for run in before[:10])
    train(filled, "--regress", "--run-name", HOSTILE_NAME, now=NOW + timedelta(hours=1))
    train(filled, "--recover", now=NOW + timedelta(hours=2))
    usually, worse, good = evaluations(await runs(tracker, "churn-nightly"))[-3:]
    assert (worse.name, good.name) == (HOSTILE_NAME, "nightly-2026-11-22")
    assert {run.tags["dataset"] for run in (usually, worse, good)} == {"churn-v7"}
    changed = {key for key in worse.params if worse.params[key] != usually.params[key]}
    assert changed == {"lr", "seed"}
    assert worse.metrics["val_auc"] < usual - 0.03
    assert abs(good.metrics["val_auc"] - usual) < 0.02
    assert worse.metrics["n_eval"] == good.metrics["n_eval"] > 200


async def test_the_nightly_runs_tell_segments_apart(tracker: MlflowTracker) -> None:
    for run in evaluations(await runs(tracker, "churn-nightly"))[:10]:
        segments = {name for name in run.metrics if name.startswith("val_auc/segment/")}
        assert len(segments) == 3
        assert all(0.5 < run.metrics[name] < 1 for name in segments)


async def test_an_idea_that_failed_says_why(tracker: MlflowTracker) -> None:
    found = await runs(tracker, "churn")
    tried = [run for run in found if run.tags.get("hypothesis") == "H-1"]
    (champion,) = [v for v in await tracker.model_versions("churn") if v.version == 2]
    best = (await tracker.run(champion.run_id)).metrics["val_auc"]
    assert len(tried) == 3
    assert all("Exponential loss" in run.tags["mlflow.note.content"] for run in tried)
    assert max(run.metrics["val_auc"] for run in tried) < best
    assert statistics.median(run.metrics["val_auc"] for run in tried) < best - 0.005


async def test_filling_twice_changes_nothing(filled: MlflowServer, tracker: MlflowTracker) -> None:
    before = await runs(tracker, "churn")
    assert train(filled) == "The server is filled already.\n"
    assert await runs(tracker, "churn") == before
