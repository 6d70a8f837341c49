"""What all that people order in Jira has in common: what a failure means, and who hears of it."""

from dataclasses import dataclass

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryState, Verdict
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.services.issues import told
from bot.workflows.outside import OutsideAct

NOT_CONNECTED = "Jira isn't connected any more."

# A hiccup of some seconds is nobody's business.
_HICCUPS = 3


@dataclass(kw_only=True)
class OrderedAct(OutsideAct):
    """Does what somebody ordered, and tells them what Jira said."""

    tracker: IssueTracker | None

    async def failed(self, item: Delivery, error: JiraError) -> Verdict:
        """What a failed attempt means; who ordered it hears of a refusal, and of a long wait."""
        verdict = outcome.after_error(item, error, self.clock(), self.lease)
        if verdict.state is DeliveryState.FAILED:
            await self._refused(item, error)
        elif verdict.state is DeliveryState.SENDING or item.attempts >= _HICCUPS:
            await self.transactions.write(told.waits, item, self.clock())
        return verdict

    async def not_found_out(self, item: Delivery, error: JiraError, what: str) -> Verdict:
        """The same where Jira didn't say what became of an attempt; `what` is not known then."""
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

    async def _refused(self, item: Delivery, error: JiraError) -> None:
        await self.transactions.write(told.refused, item, error, self.clock())
