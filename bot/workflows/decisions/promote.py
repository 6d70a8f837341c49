"""Promoting: an alias of a model is moved in the registry, its version tagged, all read back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.domain import delivery as outcome
from bot.domain.decisions.promotion import VERSION_TAG, Promotion
from bot.domain.decisions.record import reference
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.errors import ExternalServiceError, MlflowError
from bot.ports.trackers import ExperimentTracker
from bot.services.decisions import alias_moves
from bot.workflows.outside import OutsideAct

_LONGEST_PAUSE = timedelta(minutes=1)

NOT_CONNECTED = (
    "MLflow isn't connected. Whoever runs Meridian sets MLFLOW_TRACKING_URI to the address of the "
    "MLflow server and starts it again."
)


@dataclass(kw_only=True)
class Promoter(OutsideAct):
    """Moves aliases; what is set already isn't set again."""

    KINDS = (DeliveryKind.SET_ALIAS,)

    tracker: ExperimentTracker | None

    async def perform(self, item: Delivery) -> Verdict:
        """Move the alias of the decision that the delivery names, unless that ended before."""
        number = int(item.subject["number"])
        wanted = await self.transactions.read(alias_moves.wanted, item.workspace, number)
        if wanted is None:
            return outcome.skipped(self.clock(), "overtaken")
        try:
            moved = await self._in_time(item, number, wanted)
        except MlflowError as error:
            return await self._not_moved(item, number, error)
        if not moved:
            return self._left(item)
        await self.transactions.write(alias_moves.finish, item.workspace, number, self.clock())
        return outcome.sent(self.clock(), "", "")

    async def _in_time(self, item: Delivery, number: int, wanted: Promotion) -> bool:
        if self.tracker is None:
            raise MlflowError(NOT_CONNECTED, code="NOT_CONNECTED")
        try:
            async with asyncio.timeout(self.lease.total_seconds() / 2):
                return await self._move(self.tracker, item, number, wanted)
        except TimeoutError as error:
            raise MlflowError("MLflow is too slow to answer.", retryable=True) from error

    async def _move(
        self, tracker: ExperimentTracker, item: Delivery, number: int, wanted: Promotion
    ) -> bool:
        before = await tracker.alias(wanted.model, wanted.alias)
        begun = await self.transactions.write(
            alias_moves.start, item.workspace, number, before, self.clock()
        )
        if not begun or self._overslept(item):
            return False
        if before != wanted.version:
            await tracker.set_alias(wanted.model, wanted.alias, wanted.version)
        await _tag(tracker, wanted, number)
        now_at = await tracker.alias(wanted.model, wanted.alias)
        if now_at != wanted.version:
            there = f"version {now_at}" if now_at else "nothing"
            raise MlflowError(f"MLflow took it, but {wanted.alias} is {there}.", retryable=True)
        return True

    def _left(self, item: Delivery) -> Verdict:
        if self._overslept(item):
            return Verdict(state=DeliveryState.PENDING, ready_at=self.clock(), error="overslept")
        return outcome.skipped(self.clock(), "overtaken")

    def _overslept(self, item: Delivery) -> bool:
        """A process that stood still past its lease leaves the alias to whoever took over."""
        return self.clock() >= item.ready_at

    async def _not_moved(self, item: Delivery, number: int, error: ExternalServiceError) -> Verdict:
        now = self.clock()
        verdict = outcome.after_error(item, error, now, self.lease)
        waits = verdict.state is DeliveryState.PENDING
        tell = alias_moves.wait if waits else alias_moves.fail
        await self.transactions.write(tell, item.workspace, number, str(error), now)
        if not waits or error.retry_after is not None:
            return verdict
        soon = min(verdict.ready_at, now + _LONGEST_PAUSE)
        return Verdict(state=verdict.state, ready_at=soon, error=verdict.error)


async def _tag(tracker: ExperimentTracker, wanted: Promotion, number: int) -> None:
    try:
        await tracker.tag_version(wanted.model, wanted.version, VERSION_TAG, reference(number))
    except MlflowError as error:
        raise MlflowError(
            f"The alias was moved, but its version could not be tagged: {error}",
            code=error.code,
            retryable=error.retryable,
            retry_after=error.retry_after,
        ) from error
