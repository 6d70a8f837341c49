"""What all that people order in Jira has in common: what a failure means, and who hears of it."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryState, Verdict
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.services.issues import told
from bot.workflows.outside import OutsideAct

NOT_CONNECTED = "Jira isn't connected any more."

# A hiccup of some seconds is nobody's business.
_HICCUPS = 3

# Only an admin mends these, by hand: a new token, a log-in in a browser, a permission to read.
_LOCKED_OUT = frozenset({"401", "captcha"})
_UNREADABLE = _LOCKED_OUT | {"403"}
_ADMIN_PAUSE = timedelta(minutes=10)


@dataclass(kw_only=True)
class OrderedAct(OutsideAct):
    """Does what somebody ordered, and tells them what Jira said."""

    tracker: IssueTracker | None

    async def failed(self, item: Delivery, error: JiraError) -> Verdict:
        """What a failed attempt means; who ordered it hears of a refusal, and of a long wait.

        Where Jira doesn't let Meridian in, it isn't their wish that was refused: it waits.
        """
        if error.code in _LOCKED_OUT:
            return await self._waits_for_admin(item, error, DeliveryState.PENDING)
        verdict = outcome.after_error(item, error, self.clock(), self.lease)
        if verdict.state is DeliveryState.FAILED:
            await self._refused(item, error)
        elif verdict.state is DeliveryState.SENDING or item.attempts >= _HICCUPS:
            await self.transactions.write(told.waits, item, self.clock())
        return verdict

    async def not_found_out(self, item: Delivery, error: JiraError, what: str) -> Verdict:
        """The same where Jira didn't say what became of an attempt; `what` is not known then.

        Giving up here would let people order again what may be there.
        """
        if error.code in _UNREADABLE:
            return await self._waits_for_admin(item, error, DeliveryState.SENDING)
        verdict = outcome.after_lookup_failed(item, error, self.clock(), self.lease)
        if verdict.state is DeliveryState.FAILED:
            await self._refused(item, JiraError(f"nobody knows whether {what}: {error}"))
        return verdict

    async def name(self, item: Delivery) -> str:
        """Who ordered it; empty where that isn't known."""
        person = await self.transactions.read(
            lambda uow: uow.people.get(item.workspace, item.owner)
        )
        return person.name if person else ""

    async def _waits_for_admin(
        self, item: Delivery, error: JiraError, state: DeliveryState
    ) -> Verdict:
        now = self.clock()
        await self.transactions.write(told.waits_for_admin, item, now)
        return Verdict(state=state, ready_at=now + _ADMIN_PAUSE, error=error.code)

    async def _refused(self, item: Delivery, error: JiraError) -> None:
        await self.transactions.write(told.refused, item, error, self.clock())
