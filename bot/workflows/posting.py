"""Posting: a delivery's message is rendered, and posted or edited; without an answer, looked up."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.chat import Chat, Message, Posted
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Clock, Transactions
from bot.services import deliveries
from bot.views.blocks import context, fit
from bot.workflows import channels
from bot.workflows.cards import Card, render
from bot.workflows.deliver import Act, Broken
from bot.workflows.pacing import Pace

# Longer than a call's timeout and Slack's slowest acceptance: only then does an absent message
# prove that it was not accepted.
QUIET_PERIOD = timedelta(seconds=60)

# A process that slept between claim and call may not call: others have taken over what it had. What
# is left of the quiet period then is longer than a call's timeout and Slack's slowest acceptance.
BEGINS_WITHIN = timedelta(seconds=25)

# Clocks differ, and Slack stamps a message when it accepts it.
_CLOCK_DIFFERENCE = timedelta(seconds=5)

# More than the deliverer begins at once: only the pace holds posts back.
_LIMIT = 1000

# So many calls in a row without an answer, more than begin at once, are an outage.
_BAD_LUCK = 10
_LONGEST_PAUSE = timedelta(seconds=30)


@dataclass(kw_only=True)
class Posting:
    """Posts and edits messages; `quiet` is the time after which one without an answer is judged.

    `links` gives those of a workspace. A call that couldn't begin `begins_within` its claim isn't
    begun.
    """

    transactions: Transactions
    chat: Chat
    cards: Mapping[str, Card]
    links: Callable[[str], Links]
    clock: Clock
    quiet: timedelta = QUIET_PERIOD
    pace: Pace = field(default_factory=Pace)
    limit: int = _LIMIT
    begins_within: timedelta = BEGINS_WITHIN
    _failures: Counter[str] = field(default_factory=Counter)

    @property
    def lease(self) -> timedelta:
        """The quiet period."""
        return self.quiet

    def acts(self) -> dict[DeliveryKind, Act]:
        """The kinds of deliveries that this is for."""
        return {DeliveryKind.POST: self, DeliveryKind.EDIT: self}

    def allow(self, item: Delivery, now: datetime) -> bool:
        """Whether the pace of the channel and of the workspace allows a call."""
        return self.pace.allow(item.workspace, item.channel, now)

    def free_at(self, item: Delivery, now: datetime) -> datetime:
        """When the pace of the channel and of the workspace may allow a call."""
        return self.pace.free_at(item.workspace, item.channel, now)

    def recall(self, workspace: str, began: Sequence[tuple[str, datetime]]) -> None:
        """Count what was called lately, by whatever process."""
        self.pace.recall(workspace, began)

    def forget(self, now: datetime) -> None:
        """Drop channels that are free again."""
        self.pace.forget(now)

    async def perform(self, item: Delivery) -> Verdict:
        """Render, once it is known who reads it, and post or edit.

        What a channel that takes nothing was meant to get fails at once.
        """
        other, closed = await self.transactions.read(_before_call, item, self.clock())
        if closed:
            return outcome.uncalled(closed, self.clock())
        try:
            await self._look(item)
            message = await self._render(item)
            if message is None:
                return outcome.skipped(self.clock(), "makes no sense any more")
            if (item.edit_of or item.thread_of) and (other is None or not other.ts):
                return outcome.without_target(item, other, self.clock())
            # Others may have been told to wait while this one was rendered.
            until = self.pace.paused_until(item.workspace, self.clock())
            if until is not None:
                return outcome.held_back(item, until)
            if self._too_late(item):
                return outcome.held_back(item, self.clock())
            verdict = await self._call(item, message, other)
        except SlackError as error:
            await self._pause_after(item.workspace, error)
            return outcome.after_error(item, error, self.clock(), self.quiet)
        self._failures.pop(item.workspace, None)
        return verdict

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Look a post up by its id; only an absent one is posted again, edits just go again."""
        if item.kind is not DeliveryKind.POST:
            return None
        try:
            found = await self._find(item)
        except SlackError as error:
            await self._pause_after(item.workspace, error)
            return outcome.after_lookup_failed(item, error, self.clock(), self.quiet)
        self._failures.pop(item.workspace, None)
        if found is None:
            return Verdict(state=DeliveryState.PENDING, ready_at=self.clock())
        return outcome.sent(self.clock(), found.channel, found.ts)

    def _too_late(self, item: Delivery) -> bool:
        claimed = item.ready_at - self.quiet
        return self.clock() - claimed > self.begins_within

    async def _pause_after(self, workspace: str, error: SlackError) -> None:
        """Leave Slack alone as long as it asks for; where nothing gets an answer, ever longer, so
        that an outage costs little and what matters most goes first when it is over."""
        if error.retry_after is not None:
            await self._pause(workspace, self.clock() + timedelta(seconds=error.retry_after))
        elif error.code in outcome.WORKSPACE_DEAD:
            await self._pause(workspace, self.clock() + outcome.WORKSPACE_PAUSE)
        elif error.retryable or error.ambiguous:
            self._failures[workspace] += 1
            strikes = self._failures[workspace] - _BAD_LUCK
            if strikes > 0:  # ours alone: another node may reach Slack
                pause = min(timedelta(seconds=2 ** min(strikes, 10)), _LONGEST_PAUSE)
                self.pace.pause(workspace, self.clock() + pause)

    async def _pause(self, workspace: str, until: datetime) -> None:
        """Here at once, before anything else runs; then for all nodes and after a restart."""
        self.pace.pause(workspace, until)
        await self.transactions.write(deliveries.pause, workspace, until)

    async def _look(self, item: Delivery) -> None:
        """A channel may have been shared with another company since the message was wished for."""
        await channels.look_before_sending(
            item.workspace, item.channel, self.chat, self.transactions, self.clock()
        )

    async def _render(self, item: Delivery) -> Message | None:
        try:
            message = await self.transactions.read(
                render, self.cards, item, self.clock(), self.links(item.workspace)
            )
        except Exception as error:
            raise Broken(outcome.not_rendered(item, error, self.clock())) from error
        return _marked(message) if message and item.error == outcome.MAY_BE_REPEAT else message

    async def _call(self, item: Delivery, message: Message, other: Delivery | None) -> Verdict:
        if item.kind is DeliveryKind.EDIT and other is not None:
            await self.chat.edit(item.workspace, other.posted_channel, other.ts, message)
            return outcome.sent(self.clock(), other.posted_channel, other.ts)
        posted = await self.chat.post(
            item.workspace,
            other.posted_channel if other else item.channel,
            message,
            delivery_id=item.id,
            thread_ts=other.ts if other else None,
        )
        return outcome.sent(self.clock(), posted.channel, posted.ts)

    async def _find(self, item: Delivery) -> Posted | None:
        other = await self.transactions.read(deliveries.target, item)
        return await self.chat.find_post(
            item.workspace,
            other.posted_channel if other else item.channel,
            delivery_id=item.id,
            since=(item.first_sent_at or self.clock()) - _CLOCK_DIFFERENCE,
            thread_ts=other.ts if other else None,
        )


def _before_call(uow: UnitOfWork, item: Delivery, now: datetime) -> tuple[Delivery | None, str]:
    """The message that it edits or answers, and why its channel takes nothing, if it doesn't."""
    return (
        deliveries.target(uow, item),
        deliveries.closed(uow, item.workspace, item.channel, now),
    )


def _marked(message: Message) -> Message:
    mark = outcome.MAY_BE_REPEAT
    blocks = fit([context(f"_{mark.capitalize()}._"), *message.blocks]) if message.blocks else ()
    return replace(message, text=f"{message.text} ({mark})", blocks=blocks)
