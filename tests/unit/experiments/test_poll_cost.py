"""What a poll asks for: three requests where nothing is new, and no row is written twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.experiments.records import ModelVersion, RegisteredModel, Run, RunStatus
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import mirror
from bot.workflows.experiments import sweep
from bot.workflows.poll_mlflow import poll
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
IDLE = ["registered_models", "running_runs", "ended_runs"]
WITH_LIST = ["registered_models", "experiments", "running_runs", "ended_runs"]


@pytest.fixture
async def tracker(transactions: SqlTransactions) -> FakeTracker:
    """An experiment with a finished run and one under way, and a model; polled at T0."""
    found = FakeTracker(CHURN)
    found.hold(
        replace(a_run("done", 0.9), ended_at=T0),
        a_run("going", status=RunStatus.RUNNING, ended_at=None),
    )
    found.models = [RegisteredModel(name="churn", aliases={"champion": 1})]
    found.versions = [
        ModelVersion(model="churn", version=number, run_id="done", created_at=T0)
        for number in (2, 1)
    ]
    await poll("T1", found, transactions, T0)
    found.calls.clear()
    return found


async def asked(
    tracker: FakeTracker, transactions: SqlTransactions, at: datetime, *, hinted: bool = False
) -> list[str]:
    """What a poll at that time asks."""
    tracker.calls.clear()
    await poll("T1", tracker, transactions, at, hinted=hinted)
    return list(tracker.calls)


async def aliases(transactions: SqlTransactions) -> dict[str, int]:
    models = await transactions.read(lambda uow: uow.experiments.models("T1"))
    return dict(models[0].aliases)


async def test_with_nothing_new_three_requests_and_a_fourth_every_five_minutes(
    tracker: FakeTracker, transactions: SqlTransactions
) -> None:
    every = [await asked(tracker, transactions, T0 + n * MINUTE) for n in range(1, 11)]
    assert [calls for calls in every if calls != IDLE] == [WITH_LIST] * 2
    assert every[4] == every[9] == WITH_LIST


async def test_the_overlap_writes_no_row_again(
    tracker: FakeTracker, transactions: SqlTransactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []

    def keep_runs(_uow: UnitOfWork, _workspace: str, runs: list[Run], _now: datetime) -> list[Run]:
        kept.extend(run.run_id for run in runs)
        return []

    monkeypatch.setattr(mirror, "keep_runs", keep_runs)
    await poll("T1", tracker, transactions, T0 + MINUTE)
    assert kept == []
    tracker.hold(replace(tracker.held["done"], metrics={"val_auc": 0.9, "late": 1.0}))
    await poll("T1", tracker, transactions, T0 + 2 * MINUTE)
    assert kept == ["done"]


async def test_versions_are_read_of_models_whose_entry_changed(
    tracker: FakeTracker, transactions: SqlTransactions
) -> None:
    await tracker.set_alias("churn", "champion", 2)
    tracker.models.append(RegisteredModel(name="price"))
    changed = await asked(tracker, transactions, T0 + MINUTE)
    assert changed == [*IDLE, "model_versions", "model_versions"]
    assert await aliases(transactions) == {"champion": 2}
    assert await asked(tracker, transactions, T0 + 2 * MINUTE) == IDLE
    tracker.models.pop()
    assert await asked(tracker, transactions, T0 + 3 * MINUTE) == IDLE
    models = await transactions.read(lambda uow: uow.experiments.models("T1"))
    assert [model.name for model in models] == ["churn"]


async def test_an_alias_moved_back_by_hand_is_seen(
    tracker: FakeTracker, transactions: SqlTransactions
) -> None:
    """A decision moved it in the mirror as well: MLflow's entry is the one that was kept before."""
    await transactions.write(lambda uow: uow.experiments.point_alias("T1", "churn", "champion", 2))
    await poll("T1", tracker, transactions, T0 + MINUTE)
    assert await aliases(transactions) == {"champion": 1}


async def test_tags_of_an_older_version_come_with_the_sweep_or_a_hint(
    tracker: FakeTracker, transactions: SqlTransactions
) -> None:
    async def tags() -> dict[str, str]:
        versions = await transactions.read(lambda uow: uow.experiments.versions("T1", "churn"))
        return dict(versions[-1].tags)

    await tracker.tag_version("churn", 1, "data", "v7")
    assert await asked(tracker, transactions, T0 + MINUTE) == IDLE
    assert await tags() == {}
    hinted = await asked(tracker, transactions, T0 + 2 * MINUTE, hinted=True)
    assert hinted == [*WITH_LIST, "all_versions"]
    assert await tags() == {"data": "v7"}
    await tracker.tag_version("churn", 1, "data", "v8")
    await poll("T1", tracker, transactions, T0 + HOUR)
    assert await tags() == {"data": "v8"}


async def test_many_abandoned_runs_are_not_read_with_every_poll(
    tracker: FakeTracker, transactions: SqlTransactions
) -> None:
    killed = [
        a_run(f"k{n}", status=RunStatus.RUNNING, started_at=T0 - 30 * DAY, ended_at=None)
        for n in range(20)
    ]
    old = replace(a_run("old", 0.5, started_at=T0 - 20 * DAY), ended_at=T0 - 19 * DAY)
    tracker.hold(*killed, old)
    await poll("T1", tracker, transactions, T0 + HOUR)
    tracker.hold(
        *(replace(run, metrics={"loss": 1.0}) for run in killed),
        replace(tracker.held["going"], metrics={"loss": 0.1}),
        replace(old, status=RunStatus.RUNNING),
    )
    assert await poll("T1", tracker, transactions, T0 + HOUR + MINUTE) == 1
    assert await asked(tracker, transactions, T0 + HOUR + 2 * MINUTE) == IDLE
    assert await poll("T1", tracker, transactions, T0 + 2 * HOUR) == 21


async def test_a_run_deleted_by_itself_is_hidden_by_the_sweep_and_comes_back_as_it_was(
    tracker: FakeTracker, transactions: SqlTransactions
) -> None:
    done = tracker.held["done"]

    def seen(uow: UnitOfWork) -> tuple[list[str], list[str], bool]:
        runs = [run.run_id for run in uow.experiments.runs("T1", ["1"])]
        noticed = uow.experiments.noticed_ended("T1", T0 - DAY, T0 + DAY)
        return runs, [run.run_id for run in noticed], uow.experiments.run("T1", "done") is None

    tracker.hold(replace(done, deleted=True))
    await poll("T1", tracker, transactions, T0 + HOUR)
    assert await transactions.read(seen) == (["going"], [], True)
    tracker.hold(done)
    await poll("T1", tracker, transactions, T0 + 2 * HOUR)
    assert await transactions.read(seen) == (["done", "going"], ["done"], False)
    noticed = await transactions.read(lambda uow: uow.experiments.noticed_ended("T1", T0, T0 + DAY))
    assert noticed == []  # nothing new was noticed: it had ended at T0
    del tracker.held["done"]  # and now for good
    await poll("T1", tracker, transactions, T0 + 3 * HOUR)
    assert await transactions.read(seen) == (["going"], [], True)


def test_a_days_sweeps_read_all_that_is_mirrored() -> None:
    last = T0
    sweeps = [list(sweep.windows(last - n * HOUR)) for n in range(24)]
    at = last - sweep.HISTORY + DAY
    while at < last:
        assert any(
            since <= at and (until is None or at < until)
            for windows in sweeps
            for since, until in windows
        ), at
        at += timedelta(minutes=30)
