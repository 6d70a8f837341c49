"""Moving, commenting on and assigning issues in Jira, for people who asked in Slack."""

from dataclasses import dataclass

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, Verdict
from bot.domain.issues.acts import IssueAct, act_of, spoken
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.services.issues import told
from bot.workflows.issues.ordered import NOT_CONNECTED, OrderedAct

_GONE = "Jira has no such issue (any more), or hides it from Meridian's account."


@dataclass(kw_only=True)
class IssueActor(OrderedAct):
    """Does to issues what people asked for.

    A step is taken only where the issue isn't there yet, a comment without an answer is looked up
    by its mark before it is sent again, and who is assigned twice is assigned.
    """

    KINDS = (
        DeliveryKind.TRANSITION_ISSUE,
        DeliveryKind.COMMENT_ISSUE,
        DeliveryKind.ASSIGN_ISSUE,
    )

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Whether a comment without an answer stands there; the others look when they begin."""
        if self.tracker is None or item.kind is not DeliveryKind.COMMENT_ISSUE:
            return None
        try:
            found = await self.tracker.comment_marked(_act(item).key, item.subject["mark"])
        except JiraError as error:
            return await self.not_found_out(item, error, "it is there")
        return await self._done(item) if found else None

    async def perform(self, item: Delivery) -> Verdict:
        """One attempt; nothing is done to an issue that not everybody may see."""
        try:
            if self.tracker is None:
                raise JiraError(NOT_CONNECTED)
            await self._do(self.tracker, item, _act(item))
        except JiraError as error:
            return await self.failed(item, error)
        return await self._done(item)

    async def _do(self, tracker: IssueTracker, item: Delivery, act: IssueAct) -> None:
        now = await tracker.issue(act.key)
        if now is None:
            raise JiraError(_GONE, code="404")
        match act.kind:
            case DeliveryKind.COMMENT_ISSUE:
                text = spoken(act.text, await self.name(item) or "Somebody")
                await tracker.comment(act.key, text, item.subject["mark"])
            case DeliveryKind.ASSIGN_ISSUE:
                await tracker.assign(act.key, act.account)
            case DeliveryKind.TRANSITION_ISSUE if now.status != act.to:
                await tracker.transition(act.key, act.transition_id)

    async def _done(self, item: Delivery) -> Verdict:
        await self.transactions.write(told.acted, item, self.clock())
        return outcome.sent(self.clock(), "", "")


def _act(item: Delivery) -> IssueAct:
    return act_of(item.subject["act"])
