"""Moving, commenting on and assigning issues in Jira, for people who asked in Slack."""

from dataclasses import dataclass, replace

from bot.domain import delivery as outcome
from bot.domain.delivery import (
    MAY_BE_REPEAT,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Verdict,
)
from bot.domain.issues.acts import IssueAct, act_of, spoken
from bot.domain.issues.records import Issue
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.services.issues import rights, told
from bot.workflows.issues.ordered import NOT_CONNECTED, OrderedAct

_GONE = "Jira has no such issue (any more), or hides it from Meridian's account."


@dataclass(kw_only=True)
class IssueActor(OrderedAct):
    """Does to issues what people asked for.

    A step is taken only from the status it was chosen for: what colleagues did since isn't taken
    back. A comment without an answer is looked up by its mark before it is sent again, and who is
    assigned twice is assigned.
    """

    KINDS = (
        DeliveryKind.TRANSITION_ISSUE,
        DeliveryKind.COMMENT_ISSUE,
        DeliveryKind.ASSIGN_ISSUE,
    )

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Whether a comment without an answer stands there; the others look when they begin.

        A step that was cut off may have been taken, which is all that is known of it.
        """
        if item.kind is DeliveryKind.TRANSITION_ISSUE and item.error != MAY_BE_REPEAT:
            now = self.clock()
            return Verdict(state=DeliveryState.PENDING, ready_at=now, error=MAY_BE_REPEAT)
        if self.tracker is None or item.kind is not DeliveryKind.COMMENT_ISSUE:
            return None
        try:
            found = await self.tracker.comment_marked(_act(item).key, item.subject["mark"])
        except JiraError as error:
            return await self.not_found_out(item, error, "it is there")
        return await self._done(item) if found else None

    async def perform(self, item: Delivery) -> Verdict:
        """One attempt; nothing is done to an issue that not everybody may see, nor to one that
        moved to where who asked may not see it."""
        try:
            if self.tracker is None:
                raise JiraError(NOT_CONNECTED)
            await self._do(self.tracker, item, _act(item))
        except JiraError as error:
            verdict = await self.failed(item, error)
            return _as_repeat(verdict) if _may_be_taken(item, error) else verdict
        return await self._done(item)

    async def _do(self, tracker: IssueTracker, item: Delivery, act: IssueAct) -> None:
        now = await tracker.issue(act.key)
        if now is None or not await self._is_theirs(item, now):
            raise JiraError(_GONE, code="404")
        match act.kind:
            case DeliveryKind.COMMENT_ISSUE:
                text = spoken(act.text, await self.name(item) or "Somebody")
                await tracker.comment(act.key, text, item.subject["mark"])
            case DeliveryKind.ASSIGN_ISSUE:
                await tracker.assign(act.key, act.account)
            case DeliveryKind.TRANSITION_ISSUE:
                if _is_wanted(act, now.status, item):
                    await tracker.transition(act.key, act.transition_id)

    async def _is_theirs(self, item: Delivery, issue: Issue) -> bool:
        return await self.transactions.read(rights.sees, item.workspace, item.owner, issue)

    async def _done(self, item: Delivery) -> Verdict:
        await self.transactions.write(told.acted, item, self.clock())
        return outcome.sent(self.clock(), "", "")


def _is_wanted(act: IssueAct, status: str, item: Delivery) -> bool:
    """Whether the step is still to be taken; raises JiraError where somebody took another.

    One that leads back to its own status is taken once: nothing shows whether it was.
    """
    is_repeat = item.error == MAY_BE_REPEAT
    since = act.since or ("" if is_repeat else status)
    if status == act.to and (is_repeat or since != act.to):
        return False
    if status != since:
        raise JiraError(f"it is in {status} now, so I did nothing.", code="moved")
    return True


def _may_be_taken(item: Delivery, error: JiraError) -> bool:
    is_step = item.kind is DeliveryKind.TRANSITION_ISSUE
    return is_step and (error.ambiguous or item.error == MAY_BE_REPEAT)


def _as_repeat(verdict: Verdict) -> Verdict:
    """Goes on knowing that the step may have been taken."""
    waits = verdict.state is DeliveryState.PENDING
    return replace(verdict, error=MAY_BE_REPEAT) if waits else verdict


def _act(item: Delivery) -> IssueAct:
    return act_of(item.subject["act"])
