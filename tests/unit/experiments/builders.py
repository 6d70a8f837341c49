"""Runs in a few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.experiments.records import Experiment, Run, RunStatus

T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
CHURN = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})


def a_run(run_id: str, value: float | None = None, **changes: Any) -> Run:
    """A finished run of experiment 1 that started `minute` minutes after T0 - 1 day."""
    started = T0 - timedelta(days=1) + timedelta(minutes=changes.pop("minute", 0))
    values: dict[str, Any] = {
        "experiment_id": "1",
        "name": run_id,
        "status": RunStatus.FINISHED,
        "started_at": started,
        "ended_at": started + timedelta(minutes=30),
        "metrics": {} if value is None else {"val_auc": value},
        **changes,
    }
    return Run(run_id=run_id, **values)
