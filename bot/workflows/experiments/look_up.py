"""Experiments that the mirror doesn't know yet."""

import asyncio
from datetime import datetime

from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker
from bot.ports.transactions import Transactions
from bot.services.experiments import pages as experiments
from bot.services.experiments.pages import Page
from bot.workflows.poll_mlflow import read_experiment

DEADLINE = 8.0


async def look_up(
    workspace: str,
    typed: str,
    tracker: ExperimentTracker,
    transactions: Transactions,
    now: datetime,
    *,
    deadline: float = DEADLINE,
) -> Page | None:
    """Ask MLflow itself and mirror what it says; None where it has no such experiment.

    Ends within `deadline` seconds; raises `MlflowError` where MLflow doesn't answer in that time.
    """
    try:
        async with asyncio.timeout(deadline):
            found = experiments.match(await tracker.experiments(), typed)
            if found is None:
                return None
            await read_experiment(workspace, found, tracker, transactions, now)
    except TimeoutError as error:
        raise MlflowError(
            f"MLflow didn't answer within {deadline:g} seconds.", retryable=True
        ) from error
    return await transactions.read(experiments.page, workspace, found.experiment_id)
