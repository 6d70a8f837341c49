"""Ending a run on a real MLflow server."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.mlflow import MlflowTracker
from bot.domain.experiments.records import RunStatus
from bot.errors import MlflowError
from tests.standins.mlflow import MlflowServer

NOW = datetime(2026, 10, 19, 9, tzinfo=UTC)


async def test_a_run_that_is_terminated_counts_as_killed_with_its_end(mlflow: MlflowServer) -> None:
    experiment = mlflow.experiment()
    run_id = mlflow.run(experiment, status="RUNNING", started_at=NOW - timedelta(days=3))
    tracker = MlflowTracker(mlflow.url)
    try:
        assert (await tracker.run(run_id)).status is RunStatus.RUNNING
        await tracker.terminate(run_id, NOW)
        await tracker.terminate(run_id, NOW)
        ended = await tracker.run(run_id)
        assert (ended.status, ended.ended_at) == (RunStatus.KILLED, NOW)
        with pytest.raises(MlflowError) as refused:
            await tracker.terminate("0" * 32, NOW)
        assert refused.value.code == "RESOURCE_DOES_NOT_EXIST"
    finally:
        await tracker.aclose()
