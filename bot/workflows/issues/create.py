"""Creating issues in Jira: exactly one for a wish, also where its answer got lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.domain.issues.drafts import unpacked
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.ports.transactions import Clock, Transactions
from bot.services.alerts import issues
from bot.workflows.deliver import Act

# Jira's index shows a new issue after seconds to minutes; only then does a search tell that an
# attempt without an answer left none.
LEASE = timedelta(minutes=5)

NOT_CONNECTED = "Jira isn't connected any more."


@dataclass(kw_only=True)
class IssueCreator:
    """Creates what people ordered, one at a time."""

    transactions: Transactions
    tracker: IssueTracker | None
    clock: Clock
    lease: timedelta = LEASE
    limit: int = 1

    def acts(self) -> dict[DeliveryKind, Act]:
        """The kind of deliveries that this is for."""
        return {DeliveryKind.CREATE_ISSUE: self}

    def allow(self, item: Delivery, now: datetime) -> bool:
        """Nothing but the limit holds it up."""
        return True

    def forget(self, now: datetime) -> None:
        """Nothing is remembered."""

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Whether an attempt without an answer left an issue: its label tells."""
        if self.tracker is None:
            return await self._refused(item, JiraError(NOT_CONNECTED))
        try:
            key = await self.tracker.marked_issue(item.subject["project"], item.subject["mark"])
        except JiraError as error:
            verdict = outcome.after_lookup_failed(item, error, self.clock(), self.lease)
            if verdict.state is DeliveryState.FAILED:
                await self._tell(item, f"nobody knows whether there is one: {error}")
            return verdict
        return await self._created(item, key) if key else None

    async def perform(self, item: Delivery) -> Verdict:
        """One attempt."""
        if self.tracker is None:
            return await self._refused(item, JiraError(NOT_CONNECTED))
        try:
            key = await self.tracker.create_issue(unpacked(item.subject), item.subject["mark"])
        except JiraError as error:
            return await self._refused(item, error)
        return await self._created(item, key)

    async def _created(self, item: Delivery, key: str) -> Verdict:
        await self.transactions.write(issues.created, item, key, self.clock())
        return outcome.sent(self.clock(), "", "")

    async def _refused(self, item: Delivery, error: JiraError) -> Verdict:
        verdict = outcome.after_error(item, error, self.clock(), self.lease)
        if verdict.state is DeliveryState.FAILED:
            await self._tell(item, str(error))
        return verdict

    async def _tell(self, item: Delivery, reason: str) -> None:
        await self.transactions.write(issues.refused, item, reason, self.clock())
