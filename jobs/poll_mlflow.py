"""Every minute or so: copy MLflow into each workspace's mirror."""

from datetime import datetime

from bot.workflows.poll_mlflow import poll
from jobs.deps import JobDeps


async def step(deps: JobDeps, now: datetime) -> None:
    """Poll once; nothing happens where MLflow isn't configured, and no MLflow failure escapes."""
    if deps.experiment_tracker is None:
        return
    for workspace in deps.workspaces:
        await poll(workspace, deps.experiment_tracker, deps.transactions, now)
