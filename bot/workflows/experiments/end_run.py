"""Ending a run that somebody says is dead: done in MLflow, read back, told."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.domain.experiments.records import Run
from bot.errors import ExternalServiceError, MlflowError
from bot.ports.trackers import ExperimentTracker
from bot.services.experiments import endings
from bot.workflows.decisions.promote import NOT_CONNECTED
from bot.workflows.outside import OutsideAct

_LONGEST_PAUSE = timedelta(minutes=1)


@dataclass(kw_only=True)
class RunEnder(OutsideAct):
    """Marks runs as killed; what has ended by itself, or logs again, is left as it is."""

    KINDS = (DeliveryKind.END_RUN,)

    tracker: ExperimentTracker | None

    async def perform(self, item: Delivery) -> Verdict:
        """End the run that the delivery names, unless that isn't wanted any more."""
        run_id = str(item.subject["run"])
        if not await self.transactions.read(endings.wanted, item.workspace, run_id):
            return outcome.skipped(self.clock(), "overtaken")
        try:
            run, by_us = await self._in_time(item, run_id)
        except MlflowError as error:
            return await self._not_ended(item, run_id, error)
        if not run.status.ended:
            return outcome.skipped(self.clock(), "logs again")
        await self.transactions.write(endings.ended, item.workspace, run, by_us, self.clock())
        return outcome.sent(self.clock(), "", "")

    async def _in_time(self, item: Delivery, run_id: str) -> tuple[Run, bool]:
        if self.tracker is None:
            raise MlflowError(NOT_CONNECTED, code="NOT_CONNECTED")
        try:
            async with asyncio.timeout(self.lease.total_seconds() / 2):
                return await self._end(self.tracker, item, run_id)
        except TimeoutError as error:
            raise MlflowError("MLflow is too slow to answer.", retryable=True) from error

    async def _end(
        self, tracker: ExperimentTracker, item: Delivery, run_id: str
    ) -> tuple[Run, bool]:
        """The run as MLflow has it afterwards, and whether it was we who ended it; it still runs
        where it has logged since somebody wanted that."""
        run = await tracker.run(run_id)
        if run.status.ended:
            # An attempt of ours may have got through although no answer came.
            return run, item.attempts > 1 and run.status.value == "KILLED"
        if await self.transactions.write(endings.spared, item.workspace, run, self.clock()):
            return run, False
        await tracker.terminate(run_id, self.clock())
        run = await tracker.run(run_id)
        if not run.status.ended:
            raise MlflowError("MLflow took it, but the run still runs there.", retryable=True)
        return run, True

    async def _not_ended(self, item: Delivery, run_id: str, error: ExternalServiceError) -> Verdict:
        now = self.clock()
        verdict = outcome.after_error(item, error, now, self.lease)
        waits = verdict.state is DeliveryState.PENDING
        tell = endings.waits if waits else endings.refused
        await self.transactions.write(tell, item.workspace, run_id, str(error), now)
        if not waits or error.retry_after is not None:
            return verdict
        soon = min(verdict.ready_at, now + _LONGEST_PAUSE)
        return Verdict(state=verdict.state, ready_at=soon, error=verdict.error)
