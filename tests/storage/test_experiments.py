"""The mirror of MLflow keeps what MLflow says, on both databases."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import pytest

from bot.domain.experiments.records import (
    Activity,
    Experiment,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")


class InTransaction(Protocol):
    """Runs a function of a unit of work in one committed transaction."""

    def __call__(self, work: Callable[[SqlUnitOfWork], T]) -> T: ...


T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOSTILE = "<!channel> <https://evil|MLflow> *x* 'q' \"d\" \\ ẞ\x00"


def _run(run_id: str = "r1", **changes: Any) -> Run:
    run = Run(
        run_id=run_id,
        experiment_id="1",
        name="gentle-owl",
        status=RunStatus.FINISHED,
        started_at=T0 - timedelta(hours=2),
        ended_at=T0 - timedelta(hours=1),
        params={"lr": "0.03"},
        metrics={"val_auc": 0.912},
        tags={"dataset": "v7"},
        user="mei",
    )
    return replace(run, **changes)


def _save(state: Run, now: datetime, uow: SqlUnitOfWork) -> None:
    uow.experiments.save_runs("T1", [state], now)


def test_a_run_comes_back_as_it_was_saved(run: InTransaction) -> None:
    wanted = _run()
    run(lambda uow: uow.experiments.save_runs("T1", [wanted], T0))
    assert run(lambda uow: uow.experiments.run("T1", "r1")) == wanted
    assert run(lambda uow: uow.experiments.run("T2", "r1")) is None


def test_metrics_that_are_no_numbers_survive(run: InTransaction) -> None:
    odd = {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.7e308, "e": 5e-324, "f": 3.0}
    run(lambda uow: uow.experiments.save_runs("T1", [_run(metrics=odd)], T0)[0])
    metrics = run(lambda uow: uow.experiments.runs("T1", ["1"])[0]).metrics
    assert math.isnan(metrics["a"])
    assert {k: v for k, v in metrics.items() if k != "a"} == {
        k: v for k, v in odd.items() if k != "a"
    }
    assert all(type(value) is float for value in metrics.values())


def test_characters_that_a_database_refuses_are_replaced(run: InTransaction) -> None:
    odd = _run(name="owl\x00\ud800", tags={"note": "\x00"}, params={"p": "\udc00"})
    run(lambda uow: uow.experiments.save_runs("T1", [odd], T0)[0])
    kept = run(lambda uow: uow.experiments.runs("T1", ["1"])[0])
    assert (kept.name, kept.tags, kept.params) == ("owl??", {"note": "?"}, {"p": "?"})


def test_only_new_and_changed_runs_are_returned(run: InTransaction) -> None:
    first, second = _run("r1", metrics={"m": math.nan}), _run("r2")

    def save(*runs: Run) -> list[Run]:
        return run(lambda uow: uow.experiments.save_runs("T1", runs, T0))

    assert save(first, second) == [first, second]
    assert save(first, second) == []
    moved = replace(second, metrics={"val_auc": 0.9})
    assert save(first, moved, moved) == [moved]


def test_the_end_of_a_run_is_noticed_once(run: InTransaction) -> None:
    running = _run(status=RunStatus.RUNNING, ended_at=None)
    ended = _run(ended_at=T0 - timedelta(days=30))
    seen = [(running, 0), (ended, 5), (replace(ended, metrics={"late": 1.0}), 9)]
    for state, minute in seen:
        at = T0 + timedelta(minutes=minute)
        run(partial(_save, state, at))

    def noticed(since: int, until: int) -> list[str]:
        window = (T0 + timedelta(minutes=since), T0 + timedelta(minutes=until))
        found = run(lambda uow: uow.experiments.noticed_ended("T1", *window))
        return [item.run_id for item in found]

    assert noticed(-60, 4) == []
    assert noticed(4, 5) == ["r1"]
    assert noticed(5, 60) == []


def test_history_that_is_filled_in_is_no_news(run: InTransaction) -> None:
    old = _run(ended_at=T0 - timedelta(days=30))
    future = _run("r2", ended_at=T0 + timedelta(days=30))
    run(lambda uow: uow.experiments.save_runs("T1", [old, future], T0, backfill=True))
    since = T0 - timedelta(days=1)
    found = run(lambda uow: uow.experiments.noticed_ended("T1", since, T0))
    assert [item.run_id for item in found] == ["r2"]


def test_the_ended_runs_of_some_users(run: InTransaction) -> None:
    reopened = _run("r4", status=RunStatus.RUNNING)
    runs = [_run("r1"), _run("r2", user="Mei"), _run("r3", user="sam"), _run("r4"), _run("r5")]
    run(lambda uow: uow.experiments.save_runs("T1", runs[:4], T0))
    run(lambda uow: uow.experiments.save_runs("T1", [runs[4], reopened], T0 + timedelta(minutes=1)))

    def ended(*users: str, since: datetime = T0 - timedelta(minutes=1)) -> list[str]:
        return [r.run_id for r in run(lambda uow: uow.experiments.ended_by("T1", users, since))]

    assert ended("mei", "Mei") == ["r1", "r2", "r5"]
    assert ended("sam", "nobody") == ["r3"]
    assert ended("mei", since=T0) == ["r5"]
    assert ended() == []
    assert run(lambda uow: uow.experiments.ended_by("T2", ["mei"], T0 - timedelta(days=1))) == []


def test_users_by_name(run: InTransaction) -> None:
    running = _run("r3", user="zoe", status=RunStatus.RUNNING, ended_at=None)
    runs = [_run("r1"), _run("r2"), running, _run("r4", user=""), _run("r5", user="Ana")]
    run(lambda uow: uow.experiments.save_runs("T1", runs, T0))
    assert run(lambda uow: uow.experiments.users("T1")) == ["Ana", "mei", "zoe"]
    before, later = T0 - timedelta(minutes=1), T0
    assert run(lambda uow: uow.experiments.users("T1", ended_since=before)) == ["Ana", "mei"]
    assert run(lambda uow: uow.experiments.users("T1", ended_since=later)) == []
    assert run(lambda uow: uow.experiments.users("T2")) == []


def test_steps_of_64_bits_and_the_time_of_the_last_value_survive(run: InTransaction) -> None:
    wanted = _run(step=2**62, logged_at=T0)
    run(lambda uow: uow.experiments.save_runs("T1", [wanted], T0))
    assert run(lambda uow: uow.experiments.run("T1", "r1")) == wanted


def test_runs_come_by_start_and_those_without_one_last(run: InTransaction) -> None:
    late, early, unknown = _run("a"), _run("b", started_at=T0 - timedelta(days=1)), _run("c")
    unknown = replace(unknown, started_at=None)
    other = _run("d", experiment_id="2")
    run(lambda uow: uow.experiments.save_runs("T1", [unknown, late, early, other], T0))
    found = run(lambda uow: uow.experiments.runs("T1", ["1"]))
    assert [item.run_id for item in found] == ["b", "a", "c"]


def test_open_runs_have_not_ended(run: InTransaction) -> None:
    states = [_run(status.value, status=status) for status in RunStatus]
    run(lambda uow: uow.experiments.save_runs("T1", states, T0))
    found = run(lambda uow: uow.experiments.open_runs("T1"))
    assert [item.run_id for item in found] == ["RUNNING", "SCHEDULED"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("mlflow.parentRunId", "p"), ("a b:c/d-e_f", "x"), ("note", HOSTILE), ("n", "1"), ("e", "")],
)
def test_runs_are_found_by_a_tag(key: str, value: str, run: InTransaction) -> None:
    tagged, other = _run("r1", tags={key: value}), _run("r2", tags={key: value + "x"})
    bare = _run("r3", tags={})
    run(lambda uow: uow.experiments.save_runs("T1", [tagged, other, bare], T0))
    found = run(lambda uow: uow.experiments.runs_tagged("T1", key, value))
    assert [item.run_id for item in found] == ["r1"]
    assert run(lambda uow: uow.experiments.runs_tagged("T2", key, value)) == []


@pytest.mark.parametrize("key", ['a"b', "a\\", "' OR 1=1 --", "$", "[0]", "", "jira.key"])
def test_an_odd_tag_key_finds_nothing(key: str, run: InTransaction) -> None:
    run(lambda uow: uow.experiments.save_runs("T1", [_run(tags={"jira": "x"})], T0))
    assert run(lambda uow: uow.experiments.runs_tagged("T1", key, "x")) == []


def test_an_experiment_is_found_in_any_case(run: InTransaction) -> None:
    straße = Experiment(experiment_id="2", name="Straße  A", tags={"primary_metric": "auc"})
    experiments = [
        Experiment(experiment_id="1", name="churn"),
        Experiment(experiment_id="3", name="Churn"),
        straße,
    ]
    run(lambda uow: uow.experiments.save_experiments("T1", experiments))

    def found(name: str) -> str | None:
        experiment = run(lambda uow: uow.experiments.by_name("T1", name))
        return experiment.experiment_id if experiment else None

    assert [found(name) for name in ("churn", "Churn", "CHURN")] == ["1", "3", "1"]
    assert run(lambda uow: uow.experiments.by_name("T1", " STRASSE a ")) == straße
    assert found("chur") is None


def test_deleted_experiments_are_forgotten(run: InTransaction) -> None:
    both = [Experiment(experiment_id=key, name=key) for key in "12"]
    renamed = Experiment(experiment_id="1", name="new", tags={"a": "b"})
    run(lambda uow: uow.experiments.save_experiments("T1", both))
    run(lambda uow: uow.experiments.save_experiments("T2", both))
    run(lambda uow: uow.experiments.save_experiments("T1", [renamed]))
    run(lambda uow: uow.experiments.keep_only("T1", ["1"], T0))
    assert run(lambda uow: uow.experiments.all("T1")) == [renamed]
    assert run(lambda uow: uow.experiments.all("T2")) == both


def test_activity_counts_runs(run: InTransaction) -> None:
    running = _run("r2", status=RunStatus.RUNNING, started_at=T0, ended_at=None)
    run(lambda uow: uow.experiments.save_runs("T1", [_run(), running], T0))
    found = run(lambda uow: uow.experiments.activity("T1"))
    assert found == {"1": Activity(runs=2, last_at=T0)}


def test_models_and_versions_are_replaced(run: InTransaction) -> None:
    def version(model: str, number: int) -> ModelVersion:
        return ModelVersion(
            model=model, version=number, run_id="r1", created_at=T0, tags={"t": "x"}
        )

    def save(models: list[RegisteredModel], versions: list[ModelVersion]) -> None:
        run(lambda uow: uow.experiments.save_models("T1", models, versions))

    churn = RegisteredModel(name="churn", aliases={"champion": 13})
    price = RegisteredModel(name="a price")
    save([churn, price], [version("churn", 13), version("churn", 14), version("a price", 1)])
    assert run(lambda uow: uow.experiments.models("T1")) == [price, churn]
    assert run(lambda uow: uow.experiments.versions("T1", "churn")) == [
        version("churn", 14),
        version("churn", 13),
    ]
    moved = RegisteredModel(name="churn", aliases={"champion": 14})
    save([moved], [version("churn", 14)])
    assert run(lambda uow: uow.experiments.models("T1")) == [moved]
    assert run(lambda uow: uow.experiments.versions("T1", "churn")) == [version("churn", 14)]
    assert run(lambda uow: uow.experiments.versions("T1", "a price")) == []
    assert run(lambda uow: uow.experiments.models("T2")) == []


def test_a_whole_name_is_found_before_newer_ones_that_begin_with_it(run: InTransaction) -> None:
    names = ["Über-owl", "über-owl-2", "über-owl-3"]
    states = [
        _run(f"r{n}", name=v, started_at=T0 + timedelta(hours=n)) for n, v in enumerate(names)
    ]
    run(lambda uow: uow.experiments.save_runs("T1", states, T0))

    def called(typed: str) -> list[str]:
        return [r.run_id for r in run(lambda uow: uow.experiments.runs_called("T1", typed, 2))]

    assert called("Über-owl") == called("ÜBER-OWL") == ["r0", "r2"]
    assert called("ü") == ["r2", "r1"]


def test_runs_of_an_experiment_with_the_same_params(run: InTransaction) -> None:
    hostile = {"lr": "0.03", "opt.name": HOSTILE}
    states = [
        _run("a", params={**hostile, "seed": "1"}),
        _run("b", params={**hostile, "seed": "2"}),
        _run("other", params={"lr": "0.03"}),
        _run("elsewhere", params=hostile, experiment_id="2"),
    ]
    run(lambda uow: uow.experiments.save_runs("T1", states, T0))
    found = run(lambda uow: uow.experiments.runs_with("T1", "1", hostile))
    assert [each.run_id for each in found] == ["a", "b"]


def test_many_runs_are_read_as_they_were_saved(run: InTransaction) -> None:
    odd = {"a": -math.inf, "val_auc": 0.912}
    wanted = [_run("r1", metrics=odd), _run("r2", params={}, started_at=None)]
    run(lambda uow: uow.experiments.save_runs("T1", wanted, T0))
    found = run(lambda uow: uow.experiments.runs("T1", ["1"]))
    assert found == wanted
    assert wanted == found
    assert [dict(one.params) for one in found] == [{"lr": "0.03"}, {}]
    assert ("lr" in found[0].params, "lr" in found[1].params) == (True, False)
    assert found[0].tags.get("data", "none") == "none"


def test_metrics_and_numbers_of_runs_are_looked_up_without_reading_them(
    run: InTransaction,
) -> None:
    runs = [
        _run("r1", metrics={"val_auc": 0.9, 'odd "name"': math.nan}),
        _run("r2", status=RunStatus.FAILED, metrics={"loss": 0.1, "val_auc": 0.1}),
        _run("r3", metrics={}),
        _run("r4", experiment_id="2", metrics={"other": 1.0}),
        _run("r5", metrics={"gone": 1.0}),
    ]
    run(lambda uow: uow.experiments.save_runs("T1", runs, T0))
    run(lambda uow: uow.experiments.hide("T1", ["r5"], T0))
    names = run(lambda uow: uow.experiments.metric_names("T1", "1"))
    assert names == ["loss", 'odd "name"', "val_auc"]
    finished = run(lambda uow: uow.experiments.metric_names("T1", "1", finished=True))
    assert finished == ['odd "name"', "val_auc"]
    assert run(lambda uow: uow.experiments.size("T1", "1")) == 3
    assert run(lambda uow: uow.experiments.size("T2", "1")) == 0
    homes = run(lambda uow: uow.experiments.homes("T1", ["r1", "r4", "r5", "r6"]))
    assert homes == {"r1": "1", "r4": "2"}


def test_the_runs_behind_an_alias_are_found_at_once(run: InTransaction) -> None:
    runs = [_run("r1"), _run("r2"), _run("elsewhere", experiment_id="2"), _run("gone")]
    sources = {"price": "r2", "churn": "r1", "far": "elsewhere", "lost": "gone", "bare": ""}
    models = [RegisteredModel(name=name, aliases={"champion": 2}) for name in sources]
    models.append(RegisteredModel(name="other", aliases={"challenger": 2}))
    versions = [
        ModelVersion(model=name, version=number, run_id=run_id, created_at=T0)
        for name, run_id in [*sources.items(), ("other", "r1")]
        for number in (1, 2)
    ]
    run(lambda uow: uow.experiments.save_runs("T1", runs, T0))
    run(lambda uow: uow.experiments.hide("T1", ["gone"], T0))
    run(lambda uow: uow.experiments.save_models("T1", models, versions))
    found = run(lambda uow: uow.experiments.aliased("T1", "champion", "1"))
    assert [(one.model, one.version, behind.run_id) for one, behind in found] == [
        ("churn", 2, "r1"),
        ("price", 2, "r2"),
    ]
    assert run(lambda uow: uow.experiments.aliased("T2", "champion", "1")) == []
