"""What a poll finds changed or gone in MLflow, on both databases."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUN = Run(
    run_id="r1",
    experiment_id="1",
    name="gentle-owl",
    status=RunStatus.FINISHED,
    started_at=T0 - HOUR,
    ended_at=T0,
    metrics={"nan": math.nan, "up": math.inf, "auc": 0.9},
    tags={"dataset": "v7"},
    user="mei",
)


class InTransaction(Protocol):
    """Runs a function of a unit of work in one committed transaction."""

    def __call__(self, work: Callable[[SqlUnitOfWork], T]) -> T: ...


def _seen(uow: SqlUnitOfWork) -> set[str]:
    """Every reading that shows the run."""
    found = uow.experiments
    readings: dict[str, Sequence[object]] = {
        "run": [found.run("T1", "r1")],
        "runs": found.runs("T1", ["1"]),
        "open": found.open_runs("T1"),
        "called": found.runs_called("T1", "gentle", 5),
        "tagged": found.runs_tagged("T1", "dataset", "v7"),
        "noticed": found.noticed_ended("T1", T0 - HOUR, T0 + HOUR),
        "changed": found.changed("T1", T0 - HOUR, T0 + HOUR),
        "ended by": found.ended_by("T1", ["mei"], T0 - HOUR),
        "users": found.users("T1"),
        "activity": list(found.activity("T1")),
        "started": found.started("T1", ["1"], T0 - HOUR),
    }
    return {name for name, shown in readings.items() if any(shown)}


def _read(source: str, uow: SqlUnitOfWork) -> None:
    uow.sources.read_ok(source, T0, T0)


def test_a_deleted_run_is_hidden_everywhere_until_it_is_restored(run: InTransaction) -> None:
    run(lambda uow: uow.experiments.save_runs("T1", [RUN], T0))
    shown = run(_seen)
    assert len(shown) == 10
    binned = replace(RUN, deleted=True)
    assert run(lambda uow: uow.experiments.save_runs("T1", [binned], T0 + HOUR)) == []
    assert run(_seen) == set()
    assert run(lambda uow: uow.experiments.save_runs("T1", [RUN], T0 + HOUR)) == [RUN]
    assert run(_seen) == shown
    run(lambda uow: uow.experiments.hide("T1", ["r1", "r2"], T0 + HOUR))
    assert run(_seen) == set()


def test_a_run_that_was_deleted_before_we_knew_it_is_not_kept(run: InTransaction) -> None:
    run(lambda uow: uow.experiments.save_runs("T1", [replace(RUN, deleted=True)], T0))
    run(lambda uow: uow.experiments.save_runs("T1", [RUN], T0 + HOUR))
    noticed = run(lambda uow: uow.experiments.noticed_ended("T1", T0, T0 + HOUR))
    assert [each.run_id for each in noticed] == ["r1"]


def test_an_end_that_was_hidden_as_soon_as_it_was_noticed_is_noticed_again(
    run: InTransaction,
) -> None:
    later = replace(RUN, run_id="later")
    run(lambda uow: uow.experiments.save_runs("T1", [RUN, later], T0))
    run(lambda uow: uow.experiments.hide("T1", ["r1"], T0))
    run(lambda uow: uow.experiments.hide("T1", ["later"], T0 + HOUR))
    run(lambda uow: uow.experiments.save_runs("T1", [RUN, later], T0 + 2 * HOUR))
    noticed = run(lambda uow: uow.experiments.noticed_ended("T1", T0, T0 + 2 * HOUR))
    assert [each.run_id for each in noticed] == ["r1"]


def test_what_a_save_would_change_is_known_before(run: InTransaction) -> None:
    run(lambda uow: uow.experiments.save_runs("T1", [RUN, replace(RUN, run_id="gone")], T0))
    run(lambda uow: uow.experiments.hide("T1", ["gone"], T0))
    runs = [
        RUN,
        replace(RUN, run_id="gone", deleted=True),
        replace(RUN, run_id="never", deleted=True),
    ]
    assert run(lambda uow: uow.experiments.unlike("T1", runs)) == []
    others = [
        replace(RUN, metrics={**RUN.metrics, "auc": 0.91}),
        replace(RUN, run_id="gone"),
        replace(RUN, run_id="new"),
    ]
    assert run(lambda uow: uow.experiments.unlike("T1", others)) == others
    assert run(lambda uow: uow.experiments.unlike("T1", [replace(RUN, deleted=True)])) != []
    assert run(lambda uow: uow.experiments.unlike("T2", [RUN])) == [RUN]


def test_started_runs_by_window(run: InTransaction) -> None:
    runs = [replace(RUN, run_id=f"r{n}", started_at=T0 + n * HOUR) for n in range(3)]
    run(lambda uow: uow.experiments.save_runs("T1", runs, T0))

    def started(since: datetime, until: datetime | None) -> list[str]:
        return run(lambda uow: uow.experiments.started("T1", ["1"], since, until))

    assert started(T0, T0 + 2 * HOUR) == ["r0", "r1"]
    assert started(T0 + HOUR, None) == ["r1", "r2"]
    assert run(lambda uow: uow.experiments.started("T1", ["2"], T0)) == []


def test_one_model_is_replaced_or_forgotten_alone(run: InTransaction) -> None:
    def version(model: str, number: int) -> ModelVersion:
        return ModelVersion(model=model, version=number, run_id="r1", created_at=T0)

    churn = RegisteredModel(name="churn", aliases={"champion": 1}, mark="a")
    price = RegisteredModel(name="eu/price", mark="b")
    both = [version("churn", 1), version("churn", 2), version("eu/price", 1)]
    run(lambda uow: uow.experiments.save_models("T1", [churn, price], both))
    moved = replace(churn, aliases={"champion": 3}, mark="c")
    left = [version("churn", 3), version("churn", 2)]
    run(lambda uow: uow.experiments.save_model("T1", moved, left))
    models = run(lambda uow: uow.experiments.models("T1"))
    assert [(each, each.mark) for each in models] == [(moved, "c"), (price, "b")]
    assert run(lambda uow: uow.experiments.versions("T1", "churn")) == left
    run(lambda uow: uow.experiments.forget_model("T1", "churn"))
    assert run(lambda uow: uow.experiments.models("T1")) == [price]
    assert run(lambda uow: uow.experiments.versions("T1", "churn")) == []
    assert run(lambda uow: uow.experiments.versions("T1", "eu/price")) == both[2:]


def test_a_servers_list_forgets_only_its_own_experiments(run: InTransaction) -> None:
    ids = ["1", "2", "eu/1", "eu/2"]
    found = [Experiment(experiment_id=each, name=each) for each in ids]
    run(lambda uow: uow.experiments.save_experiments("T1", found))

    def left() -> list[str]:
        return [each.experiment_id for each in run(lambda uow: uow.experiments.all("T1"))]

    run(lambda uow: uow.experiments.keep_only("T1", ["2"], T0))
    assert left() == ["2", "eu/1", "eu/2"]
    run(lambda uow: uow.experiments.keep_only("T1", ["eu/1"], T0, server="eu"))
    assert left() == ["2", "eu/1"]


def test_a_named_server_is_a_source_and_its_parts_are_none(run: InTransaction) -> None:
    for source in ("mlflow", "mlflow:eu", "mlflow:read:T1", "mlflow:eu:read:T1"):
        run(partial(_read, source))
    assert [each.source for each in run(lambda uow: uow.sources.health())] == [
        "mlflow",
        "mlflow:eu",
    ]
