"""What one poll of one tracking server works with."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.experiments.records import Run
from bot.ports.trackers import ExperimentTracker
from bot.ports.transactions import Transactions
from bot.services.experiments import mirror

A = TypeVar("A")
B = TypeVar("B")

# Small transactions leave room for others: SQLite has one writer.
_BATCH = 500


class Copying:
    """Keeps what is read of a server in a workspace's mirror; `changed` are the runs that were new
    or differed so far."""

    def __init__(
        self,
        workspace: str,
        tracker: ExperimentTracker,
        transactions: Transactions,
        now: datetime,
    ) -> None:
        self.workspace = workspace
        self.tracker = tracker
        self.transactions = transactions
        self.now = now
        self.changed: list[Run] = []

    async def keep(self, runs: Sequence[Run]) -> None:
        """Keep those that differ: what overlaps with the last poll costs a read and no write."""
        if not runs:
            return
        news = await self.transactions.read(mirror.unlike, self.workspace, runs, self.now)
        for batch in batches(news):
            self.changed += await self.transactions.write(
                mirror.keep_runs, self.workspace, batch, self.now
            )

    async def look_up(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> None:
        """Ask for runs by their ids; those that are nowhere any more are hidden."""
        if not run_ids:
            return
        found = await self.tracker.several(experiment_ids, run_ids)
        await self.keep(found)
        gone = set(run_ids) - {run.run_id for run in found}
        if gone:
            await self.transactions.write(mirror.hide, self.workspace, gone, self.now)


async def both(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """The results of both, which go on at the same time; where one fails the other ends first."""
    first, second = await asyncio.gather(one, other, return_exceptions=True)
    if isinstance(first, BaseException):
        raise first
    if isinstance(second, BaseException):
        raise second
    return first, second


def batches(runs: Sequence[Run]) -> Iterable[Sequence[Run]]:
    """In parts that fit a small transaction."""
    return (runs[start : start + _BATCH] for start in range(0, len(runs), _BATCH))
