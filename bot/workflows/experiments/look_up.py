"""Experiments that the mirror doesn't know yet."""

import asyncio
from datetime import datetime

from bot.domain.experiments.records import Experiment
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
    Of several servers one that doesn't answer matters only where no other has the experiment.
    """
    try:
        async with asyncio.timeout(deadline):
            found = await _found(typed, tracker)
            if found is None:
                return None
            await read_experiment(workspace, found, tracker, transactions, now)
    except TimeoutError as error:
        raise MlflowError(
            f"MLflow didn't answer within {deadline:g} seconds.", retryable=True
        ) from error
    return await transactions.read(experiments.page, workspace, found.experiment_id)


async def _found(typed: str, tracker: ExperimentTracker) -> Experiment | None:
    asked = [asyncio.create_task(each.experiments()) for each in tracker.servers]
    trouble: MlflowError | None = None
    try:
        for task in asyncio.as_completed(asked):
            try:
                found = experiments.match(await task, typed)
            except MlflowError as error:
                trouble = error
                continue
            if found is not None:
                return found
    finally:
        for each in asked:
            each.cancel()
    if trouble is not None:
        raise trouble
    return None
