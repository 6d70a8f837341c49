"""Delivery: claim, render, call, settle; reconcile what has no known outcome."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain import delivery as outcome
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.chat import Chat, Message, Posted
from bot.ports.transactions import Clock, Transactions
from bot.services import deliveries
from bot.views.blocks import context, fit
from bot.workflows.cards import Card, render
from bot.workflows.pacing import Pace

# Longer than a call's timeout and Slack's slowest acceptance: only then does an absent message
# prove that it was not accepted.
QUIET_PERIOD = timedelta(seconds=60)

# Clocks differ, and Slack stamps a message when it accepts it.
_CLOCK_DIFFERENCE = timedelta(seconds=5)

Lane = tuple[str, str]
"""A workspace and one of its channels: at most one call at a time."""


@dataclass(kw_only=True)
class Deliverer:
    """Drains the outbox.

    `quiet` is the time after which a call without an answer is judged, `parallel` how many calls
    run at once, `poll` how many seconds a drain with calls under way waits before it looks for
    more to send, and `longest` after what time it looks no more, so that a steady load doesn't hide
    from its caller that it works. Once `closing`, nothing new is begun.
    """

    transactions: Transactions
    chat: Chat
    cards: Mapping[str, Card]
    links: Links
    clock: Clock
    quiet: timedelta = QUIET_PERIOD
    pace: Pace = field(default_factory=Pace)
    parallel: int = 8
    poll: float = 1.0
    longest: timedelta = timedelta(seconds=30)
    closing: bool = False

    async def drain(self) -> int:
        """Send all that may be sent now; how many deliveries were begun.

        A channel whose delivery breaks (a bug, a full disk) is left alone until the next drain and
        stops no other; what broke is raised at the end as an ExceptionGroup.
        """
        waiting: deque[Delivery] = deque()
        running: dict[asyncio.Task[None], Lane] = {}
        broken: dict[Lane, BaseException] = {}
        begun = 0
        end = self.clock() + self.longest
        try:
            while True:
                if not waiting and self.clock() <= end:
                    waiting.extend(await self._ready({*running.values(), *broken}))
                begun += self._begin(waiting, running)
                if not running:
                    break
                if not await self._end_some(running, broken):
                    waiting.clear()
        finally:
            await _cancel(running)
        self.pace.forget(self.clock())
        if broken:
            raise BaseExceptionGroup("deliveries broke", list(broken.values()))
        return begun

    async def _ready(self, busy: Set[Lane]) -> list[Delivery]:
        heads = await self.transactions.read(deliveries.ready, self.clock())
        return [d for d in heads if _lane(d) not in busy]

    def _begin(self, waiting: deque[Delivery], running: dict[asyncio.Task[None], Lane]) -> int:
        before = len(running)
        while waiting and not self.closing and len(running) < self.parallel:
            item = waiting.popleft()
            if self.pace.allow(item.workspace, item.channel, self.clock()):
                running[asyncio.create_task(self._step(item))] = _lane(item)
        return len(running) - before

    async def _end_some(
        self, running: dict[asyncio.Task[None], Lane], broken: dict[Lane, BaseException]
    ) -> bool:
        """Wait until a step ends; False if none did for so long that the outbox may have news."""
        done, _ = await asyncio.wait(
            running, timeout=self.poll, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            lane = running.pop(task)
            if error := task.exception():
                broken[lane] = error
        return bool(done)

    async def _step(self, item: Delivery) -> None:
        if item.state is DeliveryState.SENDING and item.kind is DeliveryKind.POST:
            await self._reconcile(item)
        else:
            await self._send(item)

    async def _send(self, item: Delivery) -> None:
        claimed = await self.transactions.write(deliveries.claim, item, self.clock(), self.quiet)
        if claimed is not None:
            await self._settle(claimed, await self._attempt(claimed))

    async def _attempt(self, item: Delivery) -> Verdict:
        message = await self._render(item)
        if message is None:
            return outcome.skipped(self.clock(), "makes no sense any more")
        other = await self.transactions.read(deliveries.target, item)
        if (item.edit_of or item.thread_of) and (other is None or not other.ts):
            return outcome.without_target(item, other, self.clock())
        try:
            return await self._call(item, message, other)
        except SlackError as error:
            if error.retry_after is not None:
                pause = timedelta(seconds=error.retry_after)
                self.pace.pause(item.workspace, self.clock() + pause)
            return outcome.after_error(item, error, self.clock(), self.quiet)

    async def _render(self, item: Delivery) -> Message | None:
        try:
            message = await self.transactions.read(
                render, self.cards, item, self.clock(), self.links
            )
        except Exception as error:
            await self._settle(item, outcome.not_rendered(item, error, self.clock()))
            raise
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

    async def _reconcile(self, item: Delivery) -> None:
        try:
            found = await self._find(item)
        except SlackError as error:
            verdict = outcome.after_lookup_failed(item, error, self.clock(), self.quiet)
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


def _lane(item: Delivery) -> Lane:
    return item.workspace, item.channel


def _marked(message: Message) -> Message:
    mark = outcome.MAY_BE_REPEAT
    blocks = fit([context(f"_{mark.capitalize()}._"), *message.blocks]) if message.blocks else ()
    return replace(message, text=f"{message.text} ({mark})", blocks=blocks)


async def _cancel(running: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(running)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
