"""The MLflow adapter against a real MLflow server."""

import math
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clients.mlflow import MlflowTracker, parse
from bot.clients.mlflow.rest import Rest
from bot.domain.experiments.records import MetricPoint, RegisteredModel, Run, RunStatus
from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker
from tests.standins.mlflow import HOSTILE_NAME, MlflowServer, ms

T0 = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def server(mlflow: MlflowServer) -> MlflowServer:
    return mlflow


@pytest.fixture
async def tracker(server: MlflowServer) -> AsyncIterator[MlflowTracker]:
    tracker = MlflowTracker(server.url + "/")
    yield tracker
    await tracker.aclose()


def test_importing_the_adapter_does_not_import_mlflow() -> None:
    program = (
        "import sys, bot.clients.mlflow\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('mlflow', 'requests')])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (answer.stdout.strip(), answer.stderr) == ("[]", "")


async def test_it_is_an_experiment_tracker(server: MlflowServer, tracker: MlflowTracker) -> None:
    port: ExperimentTracker = tracker
    assert port.base_url == server.url
    assert await port.check() == f"MLflow 3.17.2 at {server.url}"


async def test_active_experiments_with_their_tags(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    kept = server.experiment("churn", {"primary_metric": "val_auc"})
    binned = server.experiment()
    server.post("experiments/delete", {"experiment_id": binned})
    found = {one.experiment_id: one for one in await tracker.experiments()}
    assert found[kept].name == "churn"
    assert found[kept].tags["primary_metric"] == "val_auc"
    assert binned not in found


async def test_a_run_arrives_whole(server: MlflowServer, tracker: MlflowTracker) -> None:
    experiment = server.experiment()
    run_id = server.run(
        experiment,
        name=HOSTILE_NAME,
        started_at=T0,
        ended_at=T0 + HOUR,
        params={"note": "<!here> 'quoted' \"twice\""},
        metrics={"val_auc": 0.9},
        tags={"jira": "CHURN-41", "mlflow.parentRunId": "abc"},
        user="ananya",
    )
    one = await tracker.run(run_id)
    assert (one.name, one.status, one.user) == (HOSTILE_NAME, RunStatus.FINISHED, "ananya")
    assert (one.started_at, one.ended_at) == (T0, T0 + HOUR)
    assert one.params == {"note": "<!here> 'quoted' \"twice\""}
    assert (one.metrics, one.tags["jira"]) == ({"val_auc": 0.9}, "CHURN-41")
    assert one.experiment_id == experiment
    assert await tracker.ended_runs([experiment], T0) == [one]


async def test_a_run_knows_its_highest_step_and_when_it_logged_last(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    run_id = server.run(server.experiment(), status="RUNNING", started_at=T0)
    one = await tracker.run(run_id)
    assert (one.step, one.logged_at) == (None, None)
    server.curve(run_id, "loss", [(step, T0 + step * HOUR, 0.5) for step in (1, 40)])
    server.curve(run_id, "val_auc", [(30, T0 + 50 * HOUR, 0.9)])
    server.curve(run_id, "system/cpu", [(9000, T0 + 90 * HOUR, 1.0)])
    one = await tracker.run(run_id)
    assert (one.step, one.logged_at) == (40, T0 + 50 * HOUR)
    assert await tracker.running_runs([one.experiment_id]) == [one]


async def test_ended_runs_from_the_exact_millisecond_on(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    experiment = server.experiment()
    for minutes in (3, 1, 2):
        at = T0 + timedelta(minutes=minutes)
        server.run(experiment, name=str(minutes), started_at=T0, ended_at=at)
    since = T0 + timedelta(minutes=2)
    assert await names(tracker, experiment, since) == ["2", "3"]
    assert await names(tracker, experiment, since + timedelta(microseconds=1)) == ["3"]


async def names(tracker: MlflowTracker, experiment: str, since: datetime) -> list[str]:
    return [run.name for run in await tracker.ended_runs([experiment], since)]


async def started(
    tracker: MlflowTracker, experiment: str, since: datetime = T0, until: datetime | None = None
) -> list[Run]:
    pages = tracker.started_runs([experiment], since, until)
    return [run async for page in pages for run in page]


async def test_the_sweep_finds_what_a_false_or_missing_end_time_hides(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    experiment = server.experiment()
    missing = server.run(experiment, started_at=T0, ended_at=None)
    back_dated = server.run(experiment, started_at=T0 + HOUR, ended_at=T0 - 24 * HOUR)
    assert await tracker.ended_runs([experiment], T0) == []
    swept = await started(tracker, experiment)
    assert [run.run_id for run in swept] == [missing, back_dated]
    assert [run.ended_at for run in swept] == [None, T0 - 24 * HOUR]
    assert all(run.status.ended for run in swept)


async def test_running_and_scheduled_runs_only(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    experiment = server.experiment()
    for index, status in enumerate(("RUNNING", "FINISHED", "SCHEDULED", "FAILED", "KILLED")):
        server.run(experiment, name=status, status=status, started_at=T0 + index * HOUR)
    reopened = server.run(experiment, name="reopened", ended_at=T0)
    server.end(reopened, status="RUNNING")
    found = await tracker.running_runs([experiment])
    assert {run.name for run in found} == {"RUNNING", "SCHEDULED", "reopened"}


async def test_running_runs_since_a_start(server: MlflowServer, tracker: MlflowTracker) -> None:
    experiment = server.experiment()
    for name, start in (("none", None), ("old", T0), ("new", T0 + HOUR)):
        server.run(experiment, name=name, status="RUNNING", started_at=start)
    found = await tracker.running_runs([experiment], T0 + MILLISECOND)
    assert [run.name for run in found] == ["new"]
    assert [run.name for run in await tracker.running_runs([experiment])] == ["none", "old", "new"]


async def test_windows_end_before_their_end(server: MlflowServer, tracker: MlflowTracker) -> None:
    experiment = server.experiment()
    for name, at in (("none", None), ("first", T0), ("second", T0 + HOUR)):
        server.run(experiment, name=name, started_at=at, ended_at=at)
    ended = await tracker.ended_runs([experiment], T0, T0 + HOUR)
    assert [run.name for run in ended] == ["first"]
    swept = await started(tracker, experiment, T0, T0 + HOUR)
    assert [run.name for run in swept] == ["first"]
    without = await started(tracker, experiment, parse.EPOCH, parse.EPOCH + MILLISECOND)
    assert [run.name for run in without] == ["none"]


async def test_runs_by_their_ids_deleted_ones_too(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    experiment = server.experiment()
    kept, gone, other = (server.run(experiment, started_at=T0, ended_at=T0) for _ in range(3))
    server.delete_run(gone)
    found = await tracker.several([experiment], [kept, gone, "0" * 32, "no' OR 'id"])
    assert {run.run_id: run.deleted for run in found} == {kept: False, gone: True}
    swept = await started(tracker, experiment)
    assert {run.run_id: run.deleted for run in swept} == {kept: False, gone: True, other: False}


async def test_a_models_mark_changes_with_its_entry_only(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    run_id, model = server.run(server.experiment(), started_at=T0), f"m-{uuid.uuid4().hex}"

    async def mark() -> str:
        (found,) = [each for each in await tracker.registered_models() if each.name == model]
        return found.mark

    for _ in range(2):
        server.model_version(model, run_id)
    marks = [await mark(), await mark()]
    assert marks[0] == marks[1] != ""
    server.set_alias(model, "champion", 1)
    marks.append(await mark())
    await tracker.tag_version(model, 2, "data", "v7")
    marks.append(await mark())
    server.model_version(model, run_id)
    marks.append(await mark())
    assert len(set(marks)) == 4
    mine = [each for each in await tracker.all_versions() if each.model == model]
    assert mine == await tracker.model_versions(model)
    assert [each.version for each in mine] == [3, 2, 1]


async def test_deleted_runs_are_no_runs(server: MlflowServer, tracker: MlflowTracker) -> None:
    experiment = server.experiment()
    gone = server.run(experiment, started_at=T0, ended_at=T0)
    server.delete_run(gone)
    assert await tracker.ended_runs([experiment], T0) == []
    for run_id in (gone, "0" * 32):
        with pytest.raises(MlflowError) as caught:
            await tracker.run(run_id)
        assert (caught.value.code, caught.value.retryable) == ("RESOURCE_DOES_NOT_EXIST", False)


async def test_more_than_a_thousand_runs_each_once_in_order(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    experiment = server.experiment()
    spread = [T0 + index * MILLISECOND for index in range(600)]
    same = [T0 + HOUR] * 450  # more than two pages that no time can tell apart
    ids = server.many_runs(experiment, spread + same + [T0 + 2 * HOUR])
    found = await tracker.ended_runs([experiment], T0)
    assert len(found) == 1051
    assert {run.run_id for run in found} == set(ids)
    assert [run.run_id for run in found[:600]] == ids[:600]
    assert found[-1].run_id == ids[-1]


async def test_a_run_deleted_between_two_pages_hides_no_other(
    server: MlflowServer, tracker: MlflowTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = server.experiment()
    ids = server.many_runs(experiment, [T0 + index * MILLISECOND for index in range(450)])
    original, pages = Rest.post, []

    async def deleting(self: Rest, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await original(self, path, body)
        pages.append(path)
        if len(pages) == 1:
            server.delete_run(ids[0])
        return answer

    monkeypatch.setattr(Rest, "post", deleting)
    found = await tracker.ended_runs([experiment], T0)
    assert len(pages) > 1
    assert {run.run_id for run in found} >= set(ids[1:])


async def test_an_unknown_experiment_is_an_error_not_silence(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    search = {"experiment_ids": ["987654"], "max_results": 1}
    assert server.post("runs/search", search) == {}  # what MLflow itself says
    for call in (names(tracker, "987654", T0), started(tracker, "987654")):
        with pytest.raises(MlflowError, match="no experiment 987654") as caught:
            await call
        assert caught.value.code == "RESOURCE_DOES_NOT_EXIST"
    assert await tracker.running_runs([]) == []


async def test_metrics_that_are_no_number(server: MlflowServer, tracker: MlflowTracker) -> None:
    experiment = server.experiment()
    run_id = server.run(
        experiment,
        started_at=T0,
        ended_at=T0,
        metrics={"nan": "NaN", "up": "Infinity", "down": "-Infinity", "fine": -0.5},
    )
    bare = f'{{"run_id": "{run_id}", "key": "bare", "value": NaN, "timestamp": {ms(T0)}}}'
    kind = {"Content-Type": "application/json"}
    server.client.post("runs/log-metric", content=bare, headers=kind).raise_for_status()
    for one in (await tracker.run(run_id), *await tracker.ended_runs([experiment], T0)):
        assert math.isnan(one.metrics["nan"])
        assert math.isnan(one.metrics["bare"])
        assert (one.metrics["up"], one.metrics["down"]) == (math.inf, -math.inf)
        assert one.metrics["fine"] == -0.5
    assert await tracker.metric_history(run_id, "bare", 10) == []


async def test_a_history_is_thinned_over_its_whole_length(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    run_id = server.run(server.experiment(), started_at=T0)
    at = [T0 + timedelta(seconds=step) for step in range(3000)]
    server.curve(run_id, "loss/slice: eu west", [(step, at[step], step) for step in range(3000)])
    short = await tracker.metric_history(run_id, "loss/slice: eu west", 5)
    assert len(short) == 5
    assert short[0] == MetricPoint(step=0, at=T0, value=0.0)
    assert short[-1] == MetricPoint(step=2999, at=at[-1], value=2999.0)
    assert [point.step for point in short] == sorted(point.step for point in short)
    assert len(await tracker.metric_history(run_id, "loss/slice: eu west", 9999)) == 2500
    assert await tracker.metric_history(run_id, "loss/slice: eu west", 1) == [short[-1]]
    assert await tracker.metric_history(run_id, "no such metric", 5) == []
    assert await tracker.metric_history("0" * 32, "loss", 5) == []


async def test_a_history_has_one_point_per_step_and_time(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    run_id = server.run(server.experiment(), started_at=T0)
    later = T0 + HOUR
    logged = [(2, T0, 1.0), (1, later, 5.0), (1, T0, 0.1), (1, T0, 0.2), (1, T0, 0.2)]
    server.curve(run_id, "f1", logged)
    assert await tracker.metric_history(run_id, "f1", 10) == [
        MetricPoint(step=1, at=T0, value=0.2),
        MetricPoint(step=1, at=later, value=5.0),
        MetricPoint(step=2, at=T0, value=1.0),
    ]


async def test_models_with_aliases_and_versions_newest_first(
    server: MlflowServer, tracker: MlflowTracker
) -> None:
    runs = [server.run(server.experiment(), started_at=T0) for _ in range(2)]
    for run_id in runs:
        server.model_version("churn", run_id, {"data": "churn-v7"})
    server.model_version("no alias", runs[0])
    server.set_alias("churn", "champion", 1)
    models = await tracker.registered_models()
    assert RegisteredModel(name="churn", aliases={"champion": 1}) in models
    assert RegisteredModel(name="no alias", aliases={}) in models
    versions = await tracker.model_versions("churn")
    assert [(one.version, one.run_id) for one in versions] == [(2, runs[1]), (1, runs[0])]
    assert versions[0].tags == {"data": "churn-v7"}
    assert abs(versions[0].created_at - datetime.now(UTC)) < HOUR


@pytest.mark.parametrize("name", ["o'brien", 'say "hi"', "both ' and \"", "100% a_b", "100% aXb"])
async def test_model_names_that_need_quoting(
    server: MlflowServer, tracker: MlflowTracker, name: str
) -> None:
    run_id = server.run(server.experiment(), started_at=T0)
    server.model_version(name, run_id)
    assert [one.run_id for one in await tracker.model_versions(name)] == [run_id]


async def test_a_model_without_versions_or_without_existence(tracker: MlflowTracker) -> None:
    assert await tracker.model_versions('nobody\'s "model"') == []
