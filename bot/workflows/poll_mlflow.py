"""Copying MLflow into the mirror.

MLflow has no time of last change: runs are found by end and start times, which their clients
supply, so polls overlap and an hourly sweep catches what the times hid.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run
from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker
from bot.ports.transactions import Transactions
from bot.services.experiments import mirror
from bot.services.experiments.mirror import Known

OVERLAP = timedelta(minutes=10)
SWEEP_EVERY = timedelta(hours=1)
SWEEP_BACK = timedelta(days=7)
HISTORY = timedelta(days=90)
# Small transactions leave room for others: SQLite has one writer.
_BATCH = 500
_LOOK_UPS = 50


async def poll(
    workspace: str, tracker: ExperimentTracker, transactions: Transactions, now: datetime
) -> int:
    """Bring the workspace's mirror up to date; how many runs are new or changed.

    Where MLflow fails, that is noted for `now` with the reason, what was read so far is kept, and
    no exception comes out.
    """
    try:
        return await _Poll(workspace, tracker, transactions, now).run()
    except MlflowError as error:
        await transactions.write(mirror.failed, str(error), now)
        return 0


async def read_experiment(
    workspace: str,
    experiment: Experiment,
    tracker: ExperimentTracker,
    transactions: Transactions,
    now: datetime,
) -> list[Run]:
    """Mirror one experiment with its runs of the last 90 days, and return those that are new.

    Raises `MlflowError`; an experiment counts as mirrored only after its runs were kept.
    """
    ids = [experiment.experiment_id]
    runs = await tracker.started_runs(ids, now - HISTORY)
    runs += await tracker.running_runs(ids)
    changed: list[Run] = []
    for batch in _batches(runs):
        changed += await transactions.write(mirror.keep_history, workspace, batch, now)
    await transactions.write(mirror.keep_experiments, workspace, [experiment])
    return changed


class _Poll:
    """One poll: each step reads, then keeps; never both at once."""

    def __init__(
        self,
        workspace: str,
        tracker: ExperimentTracker,
        transactions: Transactions,
        now: datetime,
    ) -> None:
        self._workspace = workspace
        self._tracker = tracker
        self._transactions = transactions
        self._now = now
        self._changed: list[Run] = []

    async def run(self) -> int:
        known = await self._transactions.read(mirror.known, self._workspace)
        experiments = await self._tracker.experiments()
        familiar = [one for one in experiments if one.experiment_id in known.experiment_ids]
        for one in experiments:
            if one.experiment_id not in known.experiment_ids:
                self._changed += await read_experiment(
                    self._workspace, one, self._tracker, self._transactions, self._now
                )
        sweeps = known.swept_at is None or self._now - known.swept_at >= SWEEP_EVERY
        ended = await self._known_experiments(
            [one.experiment_id for one in familiar], known, sweeps
        )
        await self._registry()
        await self._transactions.write(mirror.keep_experiments, self._workspace, familiar)
        await self._transactions.write(
            mirror.succeeded,
            self._workspace,
            [one.experiment_id for one in experiments],
            _watermark(known.read_until, [*ended, *self._changed], self._now),
            sweeps,
            self._now,
        )
        return len(self._changed)

    async def _known_experiments(
        self, ids: Sequence[str], known: Known, sweeps: bool
    ) -> Sequence[Run]:
        """Keep what changed in them; returns the runs that ended lately."""
        if not ids:
            return ()
        since = known.read_until - OVERLAP if known.read_until else self._now - HISTORY
        ended = await self._tracker.ended_runs(ids, since)
        seen = {run.run_id: run for run in ended}
        # What was read later is newer and wins.
        seen |= {run.run_id: run for run in await self._tracker.running_runs(ids)}
        if sweeps:
            swept = await self._tracker.started_runs(ids, self._now - SWEEP_BACK)
            seen |= {run.run_id: run for run in swept}
            seen |= await self._lost(known.open_runs, seen, ids)
        for batch in _batches(list(seen.values())):
            self._changed += await self._transactions.write(
                mirror.keep_runs, self._workspace, batch, self._now
            )
        return ended

    async def _lost(
        self, open_runs: Iterable[Run], seen: dict[str, Run], ids: Sequence[str]
    ) -> dict[str, Run]:
        """Runs that we believe open and no search shows: older than the sweep, without an end."""
        lost = [run for run in open_runs if run.run_id not in seen and run.experiment_id in ids]
        found = [await self._found(run.run_id) for run in lost[:_LOOK_UPS]]
        return {run.run_id: run for run in found if run is not None}

    async def _registry(self) -> None:
        models = await self._tracker.registered_models()
        versions = [
            version
            for model in models
            for version in await self._tracker.model_versions(model.name)
        ]
        await self._transactions.write(
            mirror.keep_registry, self._workspace, models, versions, self._now
        )
        await self._sources(models, versions)

    async def _sources(
        self, models: Sequence[RegisteredModel], versions: Sequence[ModelVersion]
    ) -> None:
        """The runs behind aliased versions, however old: rules compare with them."""
        aliased = {(model.name, number) for model in models for number in model.aliases.values()}
        wanted = {v.run_id for v in versions if v.run_id and (v.model, v.version) in aliased}
        missing = await self._transactions.read(mirror.unknown_runs, self._workspace, wanted)
        runs = [run for run_id in missing[:_LOOK_UPS] if (run := await self._found(run_id))]
        await self._transactions.write(mirror.keep_history, self._workspace, runs, self._now)

    async def _found(self, run_id: str) -> Run | None:
        """One run as MLflow has it now, or None where it was deleted."""
        try:
            return await self._tracker.run(run_id)
        except MlflowError as error:
            if error.code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None


def _watermark(read_until: datetime | None, runs: Iterable[Run], now: datetime) -> datetime | None:
    """The latest end that was seen: never back, and never after now, whatever a client says."""
    ends = [min(run.ended_at, now) for run in runs if run.status.ended and run.ended_at]
    return max(filter(None, [read_until, *ends]), default=None)


def _batches(runs: Sequence[Run]) -> Iterable[Sequence[Run]]:
    return (runs[start : start + _BATCH] for start in range(0, len(runs), _BATCH))
