"""Copying MLflow into the mirror.

MLflow has no time of last change: runs are found by end and start times, which their clients
supply, so polls overlap and an hourly sweep catches what the times hid. A poll that finds nothing
new makes three requests to a server (running, ended, models), and a fourth every five minutes for
the list of experiments.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.experiments.records import Experiment, RegisteredModel, Run
from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker
from bot.ports.transactions import Transactions
from bot.services.experiments import mirror
from bot.services.experiments.mirror import Known
from bot.workflows.experiments import news, registry, sweep
from bot.workflows.experiments.copying import Copying, both

HISTORY = sweep.HISTORY
# Experiments are made rarely, and the list says nothing of their runs.
LIST_EVERY = timedelta(minutes=5)
# The server's clock may be slow by this much.
_CLOCKS = timedelta(hours=1)
_GONE = "RESOURCE_DOES_NOT_EXIST"


async def poll(
    workspace: str,
    tracker: ExperimentTracker,
    transactions: Transactions,
    now: datetime,
    *,
    hinted: bool = False,
) -> int:
    """Bring the workspace's mirror of every server up to date; how many runs are new or changed.

    `hinted` says that something has changed: then nothing is left for a later poll but the sweep.
    Where a server fails, that is noted for `now` with the reason, what was read so far is kept, the
    others are read all the same, and no exception comes out.
    """
    servers = tracker.servers
    counts = await asyncio.gather(
        *(_poll_server(Copying(workspace, each, transactions, now), hinted) for each in servers)
    )
    return sum(counts)


async def read_experiment(
    workspace: str,
    experiment: Experiment,
    tracker: ExperimentTracker,
    transactions: Transactions,
    now: datetime,
    *,
    is_new: bool = False,
) -> list[Run]:
    """Mirror one experiment with its runs of the last 90 days, and return those that are new.

    `is_new` says that we missed nothing of it: all its runs are news, whatever their times say.
    Raises `MlflowError`; an experiment counts as mirrored only after its runs were kept.
    """
    ids = [experiment.experiment_id]
    since, keep = now - HISTORY, mirror.keep_history
    if is_new:
        since, keep = sweep.NO_START, mirror.keep_runs
    changed: list[Run] = []
    async for page in tracker.started_runs(ids, since):
        changed += await transactions.write(keep, workspace, page, now)
    running = await tracker.running_runs(ids)
    changed += await transactions.write(keep, workspace, running, now)
    await transactions.write(mirror.keep_experiments, workspace, [experiment])
    return changed


async def _poll_server(copying: Copying, hinted: bool) -> int:
    try:
        try:
            await _attempt(copying, hinted)
        except MlflowError as error:
            if error.code != _GONE:
                raise
            # An experiment was deleted since its server's list was read.
            await _attempt(copying, True)
    except MlflowError as error:
        server = copying.tracker.name
        await copying.transactions.write(mirror.failed, server, str(error), copying.now)
    return len(copying.changed)


async def _attempt(copying: Copying, hinted: bool) -> None:
    """Runs first: a registry that fails hides none of them, and fails the poll at its end.

    What MLflow takes to answer is time enough to look what the mirror holds.
    """
    server, now = copying.tracker.name, copying.now
    (models, trouble), known = await both(
        _models(copying.tracker),
        copying.transactions.read(mirror.known, copying.workspace, server),
    )
    sweeps = known.swept_at is None or now - known.swept_at >= sweep.EVERY
    ids, familiar = sorted(known.experiment_ids), sorted(known.experiment_ids)
    if hinted or sweeps or known.listed_at is None or now - known.listed_at >= LIST_EVERY:
        ids, familiar = await _read_list(copying, known)
    ended: Sequence[Run] = ()
    if familiar:
        ended = await news.read_news(copying, familiar, known, everything=sweeps)
        if sweeps:
            await sweep.sweep(copying, familiar)
    until = news.read_until(known, [*ended, *copying.changed], now)
    progress = copying.workspace, server, until, sweeps, now
    try:
        if trouble is not None:
            raise trouble
        await registry.keep_registry(copying, ids, known, models, everything=hinted or sweeps)
    except MlflowError:
        await copying.transactions.write(mirror.progressed, *progress)
        raise
    await copying.transactions.write(mirror.succeeded, *progress)


async def _models(
    tracker: ExperimentTracker,
) -> tuple[list[RegisteredModel], MlflowError | None]:
    try:
        return await tracker.registered_models(), None
    except MlflowError as error:
        return [], error


def _is_new(experiment: Experiment, known: Known) -> bool:
    """Made since its server's list was read last: not restored, or shown to us only now."""
    made, listed = experiment.created_at, known.listed_at
    return made is not None and listed is not None and made > listed - _CLOCKS


async def _read_list(copying: Copying, known: Known) -> tuple[list[str], list[str]]:
    """The ids of all experiments, and of those that were mirrored before.

    New ones are read whole here; those that are gone are forgotten.
    """
    listed = await copying.tracker.experiments()
    for one in listed:
        if one.experiment_id not in known.experiment_ids:
            copying.changed += await read_experiment(
                copying.workspace,
                one,
                copying.tracker,
                copying.transactions,
                copying.now,
                is_new=_is_new(one, known),
            )
    await copying.transactions.write(
        mirror.keep_list, copying.workspace, copying.tracker.name, listed, copying.now
    )
    ids = [one.experiment_id for one in listed]
    return ids, [each for each in ids if each in known.experiment_ids]
