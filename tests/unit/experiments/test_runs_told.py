"""Ends of runs that are told late, twice, or not at all."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.experiments.records import Experiment, RunStatus
from bot.domain.experiments.watches import Target, Watch, WatchKind
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import mirror, run_notices
from bot.workflows.poll_mlflow import poll
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TARGET = Target(kind=WatchKind.EXPERIMENT, key="1", name="churn")
WATCH = Watch(workspace="T1", watcher="C1", target=TARGET, by="U1", since=T0)


async def begin(transactions: SqlTransactions, tracker: FakeTracker) -> None:
    """Channel C1 watches churn, and everything was looked at."""
    await poll("T1", tracker, transactions, T0)

    def work(uow: UnitOfWork) -> None:
        uow.watches.add(WATCH)
        run_notices.notice(uow, "T1", T0)

    await transactions.write(work)


async def test_a_resumed_run_is_told_of_each_of_its_ends(transactions: SqlTransactions) -> None:
    tracker = FakeTracker(CHURN)
    run = a_run("spot", status=RunStatus.RUNNING, ended_at=None)
    failed = replace(run, status=RunStatus.FAILED, ended_at=T0 + MINUTE)
    resumed = replace(run, ended_at=T0 + MINUTE)
    finished = replace(run, status=RunStatus.FINISHED, ended_at=T0 + 8 * HOUR)
    tracker.hold(run)
    await begin(transactions, tracker)
    told = []
    for at, seen in ((2 * MINUTE, failed), (HOUR, resumed), (8 * HOUR + MINUTE, finished)):
        tracker.hold(seen)
        for again in (at, at + MINUTE):
            await poll("T1", tracker, transactions, T0 + again)
            told.append(await transactions.write(run_notices.notice, "T1", T0 + again))
    assert told == [1, 0, 0, 0, 1, 0]


async def test_what_a_long_poll_keeps_at_its_end_is_told(transactions: SqlTransactions) -> None:
    await begin(transactions, FakeTracker(CHURN))
    begun = T0 + HOUR
    for minute in range(14):
        await transactions.write(run_notices.notice, "T1", begun + minute * MINUTE)
    late = replace(a_run("late", 0.9), ended_at=begun)
    await transactions.write(mirror.keep_runs, "T1", [late], begun)
    at = begun + 14 * MINUTE
    assert await transactions.write(run_notices.notice, "T1", at) == 1
    assert await transactions.write(run_notices.notice, "T1", at + MINUTE) == 0


async def test_runs_go_and_come_with_their_experiment(transactions: SqlTransactions) -> None:
    price = Experiment(experiment_id="2", name="price")
    tracker = FakeTracker(CHURN, price)
    zombie = a_run("zombie", status=RunStatus.RUNNING, ended_at=None, experiment_id="2")
    binned = a_run("binned", experiment_id="2")
    tracker.hold(zombie, binned)

    def shown(uow: UnitOfWork) -> list[str]:
        return [run.run_id for run in uow.experiments.runs("T1", ["2"])]

    await poll("T1", tracker, transactions, T0, hinted=True)
    tracker.hold(replace(binned, deleted=True))
    await transactions.write(mirror.hide, "T1", ["binned"], T0 + MINUTE)
    tracker.known = [CHURN]
    await poll("T1", tracker, transactions, T0 + 2 * MINUTE, hinted=True)
    assert await transactions.read(lambda uow: uow.experiments.open_runs("T1")) == []
    assert await transactions.read(shown) == []
    tracker.known = [CHURN, price]
    await poll("T1", tracker, transactions, T0 + 3 * MINUTE, hinted=True)
    assert await transactions.read(shown) == ["zombie"]
