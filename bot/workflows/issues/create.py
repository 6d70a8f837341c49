"""Creating issues in Jira: exactly one for a wish, also where its answer got lost."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, Verdict
from bot.domain.issues.drafts import signed, unpacked
from bot.errors import JiraError
from bot.services.issues import ordering
from bot.workflows.issues.ordered import NOT_CONNECTED, OrderedAct

# Jira's index shows a new issue after seconds to minutes; only then does a search tell that an
# attempt without an answer left none.
LEASE = timedelta(minutes=5)


@dataclass(kw_only=True)
class IssueCreator(OrderedAct):
    """Creates what people ordered."""

    KINDS = (DeliveryKind.CREATE_ISSUE,)

    lease: timedelta = LEASE

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Whether an attempt without an answer left an issue: its label tells."""
        if self.tracker is None:
            return await self.not_found_out(item, JiraError(NOT_CONNECTED), "there is one")
        try:
            project = ordering.marked_in(item)
            key = await self.tracker.marked_issue(project, item.subject["mark"])
        except JiraError as error:
            return await self.not_found_out(item, error, "there is one")
        return await self._created(item, key) if key else None

    async def perform(self, item: Delivery) -> Verdict:
        """One attempt."""
        if self.tracker is None:
            return await self.failed(item, JiraError(NOT_CONNECTED))
        draft = signed(unpacked(item.subject), await self.name(item))
        try:
            key = await self.tracker.create_issue(draft, item.subject["mark"])
        except JiraError as error:
            return await self.failed(item, error)
        return await self._created(item, key)

    async def _created(self, item: Delivery, key: str) -> Verdict:
        await self.transactions.write(ordering.created, item, key, self.clock())
        return outcome.sent(self.clock(), "", "")
