"""Delivery: claim, render, call, settle; reconcile what has no known outcome."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.chat import Chat, Message, Posted
from bot.ports.transactions import Clock, Transactions
from bot.services import deliveries
from bot.workflows.cards import Card, render
from bot.workflows.pacing import Pace

# Longer than a call's timeout and Slack's slowest acceptance: only then does an absent message
# prove that it was not accepted.
QUIET_PERIOD = timedelta(seconds=60)

# Clocks differ, and Slack stamps a message when it accepts it.
_CLOCK_DIFFERENCE = timedelta(seconds=5)


@dataclass(kw_only=True)
class Deliverer:
    """Drains the outbox; `quiet` is the time after which a call without an answer is judged."""

    transactions: Transactions
    chat: Chat
    cards: Mapping[str, Card]
    links: Links
    clock: Clock
    quiet: timedelta = QUIET_PERIOD
    pace: Pace = field(default_factory=Pace)
    parallel: int = 8

    async def drain(self) -> int:
        """Send all that may be sent now; how many deliveries were touched."""
        touched = 0
        while batch := await self._ready():
            gate = asyncio.Semaphore(self.parallel)
            await asyncio.gather(*(self._step(gate, item) for item in batch))
            touched += len(batch)
        self.pace.forget(self.clock())
        return touched

    async def _ready(self) -> list[Delivery]:
        now = self.clock()
        heads = await self.transactions.read(deliveries.ready, now)
        return [d for d in heads if self.pace.allow(d.workspace, d.channel, now)]

    async def _step(self, gate: asyncio.Semaphore, item: Delivery) -> None:
        async with gate:
            if item.state is DeliveryState.SENDING and item.kind is DeliveryKind.POST:
                await self._reconcile(item)
            else:
                await self._send(item)

    async def _send(self, item: Delivery) -> None:
        claimed = await self.transactions.write(deliveries.claim, item, self.clock(), self.quiet)
        if claimed is not None:
            await self._settle(claimed, await self._attempt(claimed))

    async def _attempt(self, item: Delivery) -> Verdict:
        message = await self.transactions.read(render, self.cards, item, self.clock(), self.links)
        if message is None:
            return outcome.skipped(self.clock(), "makes no sense any more")
        if item.error == outcome.MAY_BE_REPEAT:
            message = replace(message, text=f"{message.text} (may be a repeat)")
        other = await self.transactions.read(deliveries.target, item)
        if (item.edit_of or item.thread_of) and (other is None or not other.ts):
            return outcome.skipped(self.clock(), "its message was never posted")
        try:
            return await self._call(item, message, other)
        except SlackError as error:
            if error.retry_after is not None:
                pause = timedelta(seconds=error.retry_after)
                self.pace.pause(item.workspace, self.clock() + pause)
            return outcome.after_error(item, error, self.clock(), self.quiet)

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

    async def _reconcile(self, item: Delivery) -> None:
        try:
            found = await self._find(item)
        except SlackError as error:
            if error.retryable:
                verdict = replace(
                    outcome.after_error(item, error, self.clock(), self.quiet),
                    state=DeliveryState.SENDING,
                )
            else:
                verdict = outcome.after_lookup_failed(item, self.clock(), error.code)
        else:
            verdict = (
                outcome.sent(self.clock(), found.channel, found.ts)
                if found
                else Verdict(state=DeliveryState.PENDING, ready_at=self.clock())
            )
        await self._settle(item, verdict)

    async def _find(self, item: Delivery) -> Posted | None:
        other = await self.transactions.read(deliveries.target, item)
        return await self.chat.find_post(
            item.workspace,
            other.posted_channel if other else item.channel,
            delivery_id=item.id,
            since=(item.first_sent_at or self.clock()) - _CLOCK_DIFFERENCE,
            thread_ts=other.ts if other else None,
        )

    async def _settle(self, item: Delivery, verdict: Verdict) -> None:
        await self.transactions.write(deliveries.settle, item, verdict, self.clock())
