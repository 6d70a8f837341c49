"""A poll copies MLflow into the mirror, whatever its clients' clocks say."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.source import SourceHealth
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import mirror as kept
from bot.services.experiments.pages import runs_since, source
from bot.workflows.poll_mlflow import poll
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OTHER = Experiment(experiment_id="2", name="price")


class Mirror:
    """Polls a fake tracker and reads the mirror back."""

    def __init__(self, transactions: SqlTransactions) -> None:
        self.transactions = transactions
        self.tracker = FakeTracker(CHURN)

    async def poll(self, now: datetime, workspace: str = "T1") -> int:
        return await poll(workspace, self.tracker, self.transactions, now)

    async def run(self, run_id: str) -> Run | None:
        def read(uow: UnitOfWork) -> Run | None:
            return uow.experiments.run("T1", run_id)

        return await self.transactions.read(read)

    async def noticed(self, since: datetime, until: datetime) -> list[str]:
        def read(uow: UnitOfWork) -> list[str]:
            return [run.run_id for run in uow.experiments.noticed_ended("T1", since, until)]

        return await self.transactions.read(read)

    async def health(self) -> SourceHealth:
        found = await self.transactions.read(source)
        assert found is not None
        return found

    async def watermark(self) -> datetime | None:
        return await self.transactions.read(lambda uow: uow.sources.watermark("mlflow"))


@pytest.fixture
def mirror(transactions: SqlTransactions) -> Mirror:
    return Mirror(transactions)


def _ending(run_id: str, at: datetime | None, **changes: object) -> Run:
    return replace(a_run(run_id, 0.9, **changes), ended_at=at)


async def test_the_first_poll_brings_ninety_days_and_old_ends_are_no_news(mirror: Mirror) -> None:
    old = _ending("old", T0 - 40 * DAY, started_at=T0 - 41 * DAY)
    ancient = _ending("ancient", T0 - 99 * DAY, started_at=T0 - 100 * DAY)
    running = a_run("running", status=RunStatus.RUNNING, started_at=T0 - 100 * DAY, ended_at=None)
    mirror.tracker.hold(old, ancient, running, _ending("fresh", T0 - HOUR))
    assert await mirror.poll(T0) == 3
    assert await mirror.run("ancient") is None
    assert await mirror.run("running") == running
    assert await mirror.noticed(T0 - 2 * DAY, T0) == ["fresh"]
    assert await mirror.watermark() == T0 - HOUR
    assert await mirror.health() == SourceHealth(
        source="mlflow", read_at=T0, failed_at=None, reason=""
    )


async def test_a_run_that_ends_is_news_at_the_next_poll(mirror: Mirror) -> None:
    running = a_run("r", status=RunStatus.RUNNING, ended_at=None)
    mirror.tracker.hold(running)
    await mirror.poll(T0)
    mirror.tracker.hold(replace(running, status=RunStatus.FINISHED, ended_at=T0))
    assert await mirror.poll(T0 + MINUTE) == 1
    assert await mirror.poll(T0 + 2 * MINUTE) == 0
    assert await mirror.noticed(T0, T0 + MINUTE) == ["r"]


async def test_a_metric_logged_after_the_end_is_seen(mirror: Mirror) -> None:
    mirror.tracker.hold(_ending("r", T0))
    await mirror.poll(T0)
    mirror.tracker.hold(replace(_ending("r", T0), metrics={"val_auc": 0.9, "late": 1.0}))
    assert await mirror.poll(T0 + MINUTE) == 1
    run = await mirror.run("r")
    assert run is not None
    assert run.metrics == {"val_auc": 0.9, "late": 1.0}


async def test_a_running_run_shows_its_progress(mirror: Mirror) -> None:
    running = a_run("r", 0.5, status=RunStatus.RUNNING, ended_at=None)
    mirror.tracker.hold(running)
    await mirror.poll(T0)
    mirror.tracker.hold(replace(running, metrics={"val_auc": 0.6}))
    assert await mirror.poll(T0 + MINUTE) == 1


@pytest.mark.parametrize("end", [None, T0 - 3 * DAY])
async def test_an_absent_or_back_dated_end_is_caught_by_the_hourly_sweep(
    mirror: Mirror, end: datetime | None
) -> None:
    mirror.tracker.hold(_ending("anchor", T0))
    await mirror.poll(T0)
    mirror.tracker.hold(_ending("late", end, started_at=T0 - DAY))
    assert await mirror.poll(T0 + 59 * MINUTE) == 0
    assert await mirror.poll(T0 + HOUR) == 1
    assert await mirror.noticed(T0 + 59 * MINUTE, T0 + HOUR) == ["late"]
    assert await mirror.watermark() == T0


async def test_what_ran_and_is_in_no_answer_is_asked_for_by_name(mirror: Mirror) -> None:
    long = a_run("long", status=RunStatus.RUNNING, started_at=T0 - 20 * DAY, ended_at=None)
    purged, binned = replace(long, run_id="purged"), replace(long, run_id="binned")
    mirror.tracker.hold(long, purged, binned)
    await mirror.poll(T0)
    mirror.tracker.hold(replace(long, status=RunStatus.KILLED), replace(binned, deleted=True))
    del mirror.tracker.held["purged"]
    assert await mirror.poll(T0 + MINUTE) == 1
    assert await mirror.noticed(T0, T0 + MINUTE) == ["long"]
    assert (await mirror.run("purged"), await mirror.run("binned")) == (None, None)
    mirror.tracker.calls.clear()
    await mirror.poll(T0 + 2 * MINUTE)
    assert "several" not in mirror.tracker.calls


async def test_an_end_in_the_future_does_not_hide_what_ends_before_it(mirror: Mirror) -> None:
    mirror.tracker.hold(_ending("future", T0 + 300 * DAY), _ending("zone", T0 + 9 * HOUR))
    await mirror.poll(T0)
    assert await mirror.watermark() == T0
    mirror.tracker.hold(_ending("next", T0 + MINUTE), _ending("later", T0 + 300 * DAY))
    assert await mirror.poll(T0 + 2 * MINUTE) == 1
    assert await mirror.poll(T0 + HOUR) == 1
    assert await mirror.noticed(T0 + 2 * MINUTE, T0 + HOUR) == ["later"]


async def test_the_watermark_follows_an_hour_behind_when_nothing_ends(mirror: Mirror) -> None:
    await mirror.poll(T0)
    assert await mirror.watermark() == T0 - HOUR
    mirror.tracker.hold(_ending("r", T0))
    await mirror.poll(T0 + MINUTE)
    await mirror.poll(T0 + HOUR)
    assert await mirror.watermark() == T0
    await mirror.poll(T0 + DAY)
    assert await mirror.watermark() == T0 + DAY - HOUR


async def test_a_failure_is_noted_once_and_changes_nothing_else(mirror: Mirror) -> None:
    mirror.tracker.hold(_ending("r", T0))
    await mirror.poll(T0)
    for call in ("experiments", "ended_runs", "registered_models"):
        mirror.tracker.down = {call}
        assert await mirror.poll(T0 + 10 * MINUTE) == 0
    health = await mirror.health()
    assert (health.read_at, health.failed_at) == (T0, T0 + 10 * MINUTE)
    assert health.reason == "MLflow at http://mlflow.test can't be reached."
    assert await mirror.watermark() == T0
    mirror.tracker.down = set()
    await mirror.poll(T0 + 20 * MINUTE)
    assert not (await mirror.health()).down


async def test_a_server_that_is_down_is_asked_twice(mirror: Mirror) -> None:
    mirror.tracker.down = {"registered_models", "experiments"}
    await mirror.poll(T0)
    assert mirror.tracker.calls == ["registered_models", "experiments"]


@pytest.mark.parametrize("refused", ["registered_models", "all_versions"])
async def test_a_registry_that_fails_hides_no_run(mirror: Mirror, refused: str) -> None:
    mirror.tracker.models = [RegisteredModel(name="churn", aliases={"champion": 1})]
    mirror.tracker.hold(_ending("r", T0))
    mirror.tracker.down = {refused}
    assert await mirror.poll(T0) == 1
    assert await mirror.noticed(T0 - DAY, T0) == ["r"]
    assert (await mirror.health()).down
    known = await mirror.transactions.read(kept.known, "T1", "")
    assert (known.read_until, known.swept_at) == (T0, T0)


async def test_a_first_poll_that_broke_off_is_taken_up_again(mirror: Mirror) -> None:
    mirror.tracker.hold(_ending("r", T0 - HOUR))
    mirror.tracker.down = {"running_runs"}
    await mirror.poll(T0)
    mirror.tracker.down = set()
    mirror.tracker.hold(a_run("s", status=RunStatus.RUNNING, ended_at=None))
    assert await mirror.poll(T0 + MINUTE) == 1
    assert await mirror.noticed(T0 - DAY, T0) == ["r"]


async def test_models_and_aliases_follow(mirror: Mirror) -> None:
    mirror.tracker.models = [RegisteredModel(name="churn", aliases={"champion": 1})]
    mirror.tracker.versions = [ModelVersion(model="churn", version=1, run_id="r", created_at=T0)]
    await mirror.poll(T0)

    def read(uow: UnitOfWork) -> tuple[list[RegisteredModel], list[ModelVersion]]:
        return uow.experiments.models("T1"), uow.experiments.versions("T1", "churn")

    kept = await mirror.transactions.read(read)
    assert kept == (mirror.tracker.models, mirror.tracker.versions)


async def test_the_run_behind_an_alias_is_mirrored_however_old(mirror: Mirror) -> None:
    ancient = _ending("ancient", T0 - 99 * DAY, started_at=T0 - 100 * DAY)
    mirror.tracker.hold(ancient)
    mirror.tracker.models = [RegisteredModel(name="churn", aliases={"champion": 2})]
    mirror.tracker.versions = [
        ModelVersion(model="churn", version=2, run_id="ancient", created_at=T0),
        ModelVersion(model="churn", version=1, run_id="deleted", created_at=T0),
    ]
    await mirror.poll(T0)
    assert await mirror.run("ancient") == ancient
    assert await mirror.noticed(T0 - DAY, T0) == []
    asked = mirror.tracker.calls.count("run")
    await mirror.poll(T0 + HOUR)
    assert mirror.tracker.calls.count("run") == asked


async def test_experiments_come_go_and_change_their_names(mirror: Mirror) -> None:
    await mirror.poll(T0)
    renamed = replace(CHURN, name="churn 2", tags={})
    mirror.tracker.known = [renamed, OTHER]
    mirror.tracker.hold(a_run("p", experiment_id="2"))
    assert await mirror.poll(T0 + 4 * MINUTE) == 0
    assert await mirror.poll(T0 + 5 * MINUTE) == 1
    read = mirror.transactions.read
    assert await read(lambda uow: uow.experiments.all("T1")) == [renamed, OTHER]
    mirror.tracker.known = [OTHER]
    await mirror.poll(T0 + 6 * MINUTE)  # its runs can't be searched any more: the list is read
    assert await read(lambda uow: uow.experiments.all("T1")) == [OTHER]
    mirror.tracker.known = []
    await mirror.poll(T0 + 12 * MINUTE)
    assert await read(lambda uow: uow.experiments.all("T1")) == [OTHER]


async def test_all_runs_of_a_new_experiment_are_news_and_those_of_an_old_one_are_not(
    mirror: Mirror,
) -> None:
    await mirror.poll(T0)
    shown = replace(OTHER, experiment_id="3", name="shown", created_at=T0 - 9 * DAY)
    mirror.tracker.known += [replace(OTHER, created_at=T0 + MINUTE), shown]
    for one in ("2", "3"):
        back_dated = _ending(f"back-dated{one}", T0 - 3 * DAY, experiment_id=one)
        unstarted = _ending(f"unstarted{one}", None, experiment_id=one, started_at=None)
        mirror.tracker.hold(back_dated, unstarted)
    await mirror.poll(T0 + 5 * MINUTE)
    assert await mirror.noticed(T0, T0 + 5 * MINUTE) == ["unstarted2", "back-dated2"]


async def test_each_workspace_has_its_own_progress(mirror: Mirror) -> None:
    mirror.tracker.hold(_ending("old", T0 - DAY / 2))
    assert await mirror.poll(T0, "T1") == 1
    assert await mirror.poll(T0 + MINUTE, "T2") == 1


async def test_what_a_digest_says_of_a_window(mirror: Mirror) -> None:
    await mirror.poll(T0 - 2 * DAY)
    mirror.tracker.hold(_ending("before", T0 - 2 * DAY))
    await mirror.poll(T0 - DAY)
    mirror.tracker.hold(
        replace(_ending("best", T0), metrics={"val_auc": 0.95}),
        *(_ending(f"broken{i}", T0, status=RunStatus.FAILED) for i in range(7)),
        _ending("stopped", T0, status=RunStatus.KILLED),
        _ending("reopened", T0, status=RunStatus.RUNNING),
    )
    await mirror.poll(T0)
    told = await mirror.transactions.read(runs_since, "T1", T0 - DAY, T0)
    assert (told.finished, told.failed, told.killed, told.total) == (1, 7, 1, 9)
    assert [run.run_id for run in told.broken] == [f"broken{i}" for i in (6, 5, 4, 3, 2)]
    assert told.experiments == {"1": CHURN}
    (best,) = told.best
    assert (best.run.run_id, best.value, best.previous) == ("best", 0.95, 0.9)
    nothing = await mirror.transactions.read(runs_since, "T1", T0, T0 + DAY)
    assert (nothing.total, nothing.best) == (0, ())
