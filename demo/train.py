"""Trains three small models for the demo and logs them to an MLflow server.

Run it with `.venv-mlflow/bin/python demo/train.py --tracking-uri URL`. Every metric is computed
here from data bundled with scikit-learn and fixed seeds; only the times of the runs and the
people's names are made up. "churn" is scikit-learn's breast cancer data, reduced to eight weak
columns so that models differ.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, product
from pathlib import Path

# Read when mlflow is imported.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"

import joblib
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_diabetes, load_digits
from train_data import Data, broken_churn, churn, split
from train_models import (
    RECIPES,
    Curve,
    Work,
    by_segment,
    train_boosting,
    train_digits,
    train_forest,
    train_logistic,
    train_ridge,
)

PEOPLE = ("yuki", "ananya", "lena", "marcus", "beatriz")
MODEL = "churn"
ALIAS = "champion"
MODEL_FILE = "model.joblib"
SEEDS = (11, 12, 13)
NIGHTS = 10
NIGHTLY = "churn-nightly"
EXPERIMENTS = {
    "churn": ("val_auc", "higher"),
    NIGHTLY: ("val_auc", "higher"),
    "digits": ("val_accuracy", "higher"),
    "diabetes-progression": ("val_rmse", "lower"),
}
OF_DATA = {"churn-v7": "churn", "digits-v1": "digits", "diabetes-v2": "diabetes-progression"}


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Who ran something, and when."""

    user: str
    start: datetime
    end: datetime


class Notebook:
    """Logs runs with given times; names and people come in a fixed order."""

    def __init__(self, uri: str) -> None:
        self.client = MlflowClient(tracking_uri=uri)
        self._names = _names()

    def experiment(self, name: str) -> str:
        """The id of the experiment of that name, made where it isn't there."""
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        metric, direction = EXPERIMENTS[name]
        tags = {"primary_metric": metric, "metric_direction": direction}
        return str(self.client.create_experiment(name, tags=tags))

    @contextmanager
    def run(
        self,
        experiment: str,
        slot: Slot,
        *,
        name: str | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[str, Work]]:
        """One run: what is logged in the block is sent at its end; an exception fails the run."""
        created = self.client.create_run(
            self.experiment(experiment),
            start_time=_ms(slot.start),
            run_name=name or next(self._names),
            tags={"mlflow.user": slot.user, "mlflow.source.name": "demo/train.py", **(tags or {})},
        )
        run_id, work, status, failure = created.info.run_id, Work(), "FINISHED", []
        try:
            yield run_id, work
        except ValueError as error:
            status = "FAILED"
            said = str(error).splitlines()[0]
            failure = [RunTag("exception", f"{type(error).__name__}: {said}")]
        self.client.log_batch(
            run_id,
            metrics=_metrics(work.curves, slot),
            params=[Param(key, str(value)) for key, value in (params or {}).items()],
            tags=failure,
        )
        self.client.set_terminated(run_id, status=status, end_time=_ms(slot.end))

    def register(self, run_id: str, model: object) -> int:
        """The number of the new version of the registered model."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / MODEL_FILE
            joblib.dump(model, path)
            self.client.log_artifact(run_id, str(path), "model")
        try:
            self.client.create_registered_model(MODEL)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        source = f"{self.client.get_run(run_id).info.artifact_uri}/model"
        made = self.client.create_model_version(MODEL, source, run_id, await_creation_for=0)
        return int(made.version)

    def champion(self) -> tuple[int, dict[str, str]]:
        """The champion's version and the params that it was trained with."""
        version = self.client.get_model_version_by_alias(MODEL, ALIAS)
        return int(version.version), dict(self.client.get_run(version.run_id).data.params)

    def refit(
        self, data: Data, slot: Slot, *, night: int, wrong: bool = False, name: str | None = None
    ) -> str:
        """Trains the champion's recipe afresh, as is done each night; `wrong` changes one param."""
        version, params = self.champion()
        recipe = RECIPES[params["model"]]
        params |= {"seed": str(night)} | (recipe.mistake if wrong else {})
        tags = {
            "dataset": data.name,
            "registered_model": MODEL,
            "model_version": str(version),
            "kind": "evaluation",
            "jira": "CHURN-44",
        }
        name = name or f"nightly-{slot.start:%Y-%m-%d}"
        with self.run(NIGHTLY, slot, name=name, params=params, tags=tags) as (run_id, work):
            given = {key: kind(params[key]) for key, kind in recipe.params.items() if key in params}
            recipe.train(work, data, night, **given)
            chances = work.model.predict_proba(data.val)[:, 1]
            work.log(**by_segment(data, chances))
        print(f"{name} {run_id} {data.name} val_auc {work.curves['val_auc'][-1]:.4f}")
        return run_id

    def refits(self) -> int:
        """How many nightly refits were logged so far."""
        experiment = self.experiment(NIGHTLY)
        query = "tags.kind = 'evaluation'"
        return len(self.client.search_runs([experiment], query, max_results=1000))


def _metrics(curves: Curve, slot: Slot) -> list[Metric]:
    return [
        Metric(
            name, value, _ms(slot.start + (slot.end - slot.start) * (step + 1) / len(values)), step
        )
        for name, values in curves.items()
        for step, value in enumerate(values)
    ]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _names() -> Iterator[str]:
    generator = random.Random(7)
    first = ("gentle", "quick", "calm", "bold", "quiet", "bright", "brave", "lucky")
    second = ("owl", "fox", "bee", "crane", "otter", "heron", "lynx", "wren")
    number = 0
    while True:
        number += 1
        yield f"{generator.choice(first)}-{generator.choice(second)}-{number}"


def fill(notebook: Notebook, now: datetime) -> None:
    """Two weeks of work until `now`; nothing where it was done before."""
    if notebook.refits():
        print("The server is filled already.")
        return
    slots = _slots(now)
    digits = load_digits()
    shapes = split("digits-v1", digits.data / 16, digits.target, 0.3)
    health = split("diabetes-v2", *load_diabetes(return_X_y=True), 0.3)
    first = sweep(notebook, slots, churn(), train_logistic, "CHURN-38", {"C": (0.01, 1.0)})
    sweep(notebook, slots, shapes, train_digits, "VIS-12", {"alpha": (1e-4, 1e-2), "epochs": (12,)})
    trees = {"lr": (0.1,), "depth": (3,)}
    night = _night("yuki", now - timedelta(days=12))
    second = sweep(notebook, night, churn(), train_boosting, "CHURN-41", trees, name="trees")
    grid = {"lr": (0.03, 0.05), "depth": (2, 3)}
    night = _night("lena", now - timedelta(hours=8))
    sweep(notebook, night, churn(), train_boosting, "CHURN-41", grid, name="lr-search")
    longer = {"lr": (0.2,), "depth": (2,), "trees": (120,)}
    night = _night("ananya", now - timedelta(hours=5))
    third = sweep(notebook, night, churn(), train_boosting, "CHURN-41", longer, name="longer")
    new_data(notebook, _night("yuki", now - timedelta(days=2)))
    exponential(notebook, _night("beatriz", now - timedelta(days=4)))
    sweep(notebook, slots, health, train_ridge, "HLTH-7", {"alpha": (0.1, 1.0)})
    sweep(notebook, slots, health, train_forest, "HLTH-9", {"trees": (40,)})
    fail(notebook, next(slots))
    versions = [notebook.register(run_id, model) for run_id, model in (first, second, third)]
    notebook.client.set_registered_model_alias(MODEL, ALIAS, str(versions[1]))
    for number in range(NIGHTS):
        start = now.replace(hour=1, minute=0, second=0, microsecond=0)
        start -= timedelta(days=NIGHTS - number)
        slot = Slot(user="marcus", start=start, end=start + timedelta(minutes=4))
        notebook.refit(churn(), slot, night=number)


def sweep(
    notebook: Notebook,
    slots: Iterator[Slot],
    data: Data,
    train: Callable[..., None],
    jira: str,
    grid: Mapping[str, Sequence[object]],
    *,
    name: str = "",
) -> tuple[str, object]:
    """The run id and the model that ended best, of every setting of `grid` under three seeds.

    With a `name` the runs are called by it and a number, as sweep tools do.
    """
    experiment = OF_DATA[data.name]
    metric, _ = EXPERIMENTS[experiment]
    model = train.__name__.removeprefix("train_")
    ended: list[tuple[float, str, object]] = []
    for values in product(*grid.values()):
        setting = dict(zip(grid, values, strict=True))
        group = "-".join([model, *(f"{key}{value}" for key, value in setting.items())])
        for seed in SEEDS:
            params = {"model": model, "seed": seed} | setting
            tags = {"dataset": data.name, "seed_group": group, "jira": jira}
            called = f"{name}-{len(ended) + 1}" if name else None
            with notebook.run(experiment, next(slots), name=called, params=params, tags=tags) as (
                run_id,
                work,
            ):
                train(work, data, seed, **setting)
            ended.append((work.curves[metric][-1], run_id, work.model))
    return max(ended, key=lambda one: one[0])[1:]


def new_data(notebook: Notebook, slots: Iterator[Slot]) -> None:
    """The champion's recipe on churn-v8: another data set, not to be compared."""
    params = {"model": "boosting", "seed": SEEDS[0], "lr": 0.1, "depth": 2}
    tags = {"dataset": "churn-v8", "jira": "CHURN-42"}
    slot = next(slots)
    with notebook.run("churn", slot, name="churn-v8-pilot", params=params, tags=tags) as (_, work):
        train_boosting(work, broken_churn(), SEEDS[0], lr=0.1, depth=2)


def exponential(notebook: Notebook, slots: Iterator[Slot]) -> None:
    """An idea that failed: exponential loss, with many deep trees."""
    note = "Exponential loss chases a few mislabelled accounts; val_auc falls with every seed."
    for number, seed in enumerate(SEEDS, 1):
        params = {"model": "boosting", "loss": "exponential", "lr": 0.5, "depth": 6, "seed": seed}
        tags = {"dataset": "churn-v7", "jira": "CHURN-43", "seed_group": "exponential"}
        tags |= {"hypothesis": "H-1", "mlflow.note.content": note}
        slot, name = next(slots), f"exp-loss-{number}"
        with notebook.run("churn", slot, name=name, params=params, tags=tags) as (_, work):
            train_boosting(work, churn(), seed, lr=0.5, depth=6, loss="exponential")


def fail(notebook: Notebook, slot: Slot) -> None:
    """A run that fails for a real reason: its data have a hole."""
    good = churn()
    rows = good.train.copy()
    rows[::7, 2] = np.nan
    note = "The new feed loses every seventh value; not before it is mended."
    tags = {"dataset": "churn-v8-draft", "jira": "CHURN-42", "mlflow.note.content": note}
    with notebook.run("churn", slot, params={"model": "logistic"}, tags=tags) as (_, work):
        train_logistic(work, replace(good, train=rows), seed=11, C=1.0)


def _slots(now: datetime) -> Iterator[Slot]:
    """Starts ten hours apart, the last of 22 some days ago, one person after the other."""
    start = now - timedelta(days=14)
    for user in cycle(PEOPLE):
        length = timedelta(minutes=20 + len(user) * 3)
        yield Slot(user=user, start=start, end=start + length)
        start += timedelta(hours=9, minutes=50)


def _night(user: str, start: datetime) -> Iterator[Slot]:
    """Somebody's night: a run every half an hour."""
    for number in count():
        begun = start + timedelta(minutes=30 * number)
        yield Slot(user=user, start=begun, end=begun + timedelta(minutes=25))


def main() -> None:
    """Fills the server, or logs one refit of the champion that was just trained."""
    parser = argparse.ArgumentParser(description="Train the demo's models and log them to MLflow.")
    parser.add_argument("--tracking-uri", required=True)
    parser.add_argument("--now", type=datetime.fromisoformat, help="default: the present")
    parser.add_argument("--run-name", help="of the refit")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--regress", action="store_true", help="a nightly refit with a wrong param")
    what.add_argument("--recover", action="store_true", help="a nightly refit as it should be")
    given = parser.parse_args()
    for setting in [name for name in os.environ if name.startswith("MLFLOW_TRACKING_")]:
        del os.environ[setting]  # the arguments alone say which server this is, and how
    now = given.now or datetime.now(UTC)
    notebook = Notebook(given.tracking_uri)
    if not given.regress and not given.recover:
        fill(notebook, now)
        return
    slot = Slot(user="marcus", start=now - timedelta(minutes=4), end=now)
    night = notebook.refits()
    notebook.refit(churn(), slot, night=night, wrong=given.regress, name=given.run_name)


if __name__ == "__main__":
    main()
