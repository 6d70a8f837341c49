"""Delivery: claim, perform, settle; what a kind of delivery does stands behind `Act`."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.ports.transactions import Clock, Transactions
from bot.services import deliveries

Lane = tuple[str, str]
"""A workspace and one of its channels: at most one call at a time."""


class Act(Protocol):
    """What deliveries of some kinds do outside.

    `lease` is longer than an attempt takes: only then does anybody else take it up; `limit` is how
    many attempts run at once.
    """

    @property
    def lease(self) -> timedelta: ...
    @property
    def limit(self) -> int: ...

    def allow(self, item: Delivery, now: datetime) -> bool:
        """Whether an attempt may begin now; counted if so."""
        ...

    async def perform(self, item: Delivery) -> Verdict:
        """One attempt at what was claimed; raises Broken where a bug stopped it."""
        ...

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """What became of an attempt of which nobody knows; None where repeating it does no harm."""
        ...

    def forget(self, now: datetime) -> None:
        """Drop what is remembered of attempts that hold up no other any more."""
        ...


class Broken(Exception):
    """A bug, its cause, stopped an attempt; `verdict` is what to store."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.error)
        self.verdict = verdict


@dataclass(kw_only=True)
class Deliverer:
    """Drains the outbox; what no act here is for waits for another process.

    `parallel` is how many attempts run at once, `poll` how many seconds a drain with some under way
    waits before it looks for more to begin, and `longest` after what time it looks no more, so that
    a steady load doesn't hide from its caller that it works; while an attempt from before goes on
    then, those of acts without a limit of their own are begun. Once `closing`, nothing new is.
    """

    transactions: Transactions
    clock: Clock
    acts: Mapping[DeliveryKind, Act]
    parallel: int = 8
    poll: float = 1.0
    longest: timedelta = timedelta(seconds=30)
    closing: bool = False

    async def drain(self) -> int:
        """Do all that may be done now; how many deliveries were begun.

        A channel whose delivery breaks (a bug, a full disk) is left alone until the next drain and
        stops no other; what broke is raised at the end as an ExceptionGroup.
        """
        waiting: deque[Delivery] = deque()
        running: dict[asyncio.Task[None], Delivery] = {}
        broken: dict[Lane, BaseException] = {}
        early: set[asyncio.Task[None]] | None = None
        begun = 0
        end = self.clock() + self.longest
        try:
            while True:
                if early is None and self.clock() > end:
                    early = set(running)
                if not waiting and (early is None or early & running.keys()):
                    busy = {*map(_lane, running.values()), *broken}
                    waiting.extend(await self._ready(busy))
                begun += self._begin(waiting, running, late=early is not None)
                if not running:
                    break
                if not await self._end_some(running, broken):
                    waiting.clear()
        finally:
            await _cancel(running)
        for act in self.acts.values():
            act.forget(self.clock())
        if broken:
            raise BaseExceptionGroup("deliveries broke", list(broken.values()))
        return begun

    async def _ready(self, busy: Set[Lane]) -> list[Delivery]:
        heads = await self.transactions.read(deliveries.ready, self.clock())
        return [d for d in heads if _lane(d) not in busy]

    def _begin(
        self,
        waiting: deque[Delivery],
        running: dict[asyncio.Task[None], Delivery],
        *,
        late: bool,
    ) -> int:
        """Who is over the limit of its act is left to a later look: it holds up nobody else."""
        before = len(running)
        acting = Counter(id(self.acts[item.kind]) for item in running.values())
        while waiting and not self.closing and len(running) < self.parallel:
            item = waiting.popleft()
            act = self.acts.get(item.kind)
            if act is None or (late and act.limit < self.parallel):
                continue
            if acting[id(act)] < act.limit and act.allow(item, self.clock()):
                acting[id(act)] += 1
                running[asyncio.create_task(self._step(act, item))] = item
        return len(running) - before

    async def _end_some(
        self, running: dict[asyncio.Task[None], Delivery], broken: dict[Lane, BaseException]
    ) -> bool:
        """Wait until a step ends; False if none did for so long that the outbox may have news."""
        done, _ = await asyncio.wait(
            running, timeout=self.poll, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            item = running.pop(task)
            if error := task.exception():
                broken[_lane(item)] = error
        return bool(done)

    async def _step(self, act: Act, item: Delivery) -> None:
        if item.state is DeliveryState.SENDING:
            verdict = await act.reconcile(item)
            if verdict is not None:
                await self._settle(item, verdict)
                return
        claimed = await self.transactions.write(deliveries.claim, item, self.clock(), act.lease)
        if claimed is not None:
            await self._attempt(act, claimed)

    async def _attempt(self, act: Act, item: Delivery) -> None:
        try:
            verdict = await act.perform(item)
        except Broken as broken:
            await self._settle(item, broken.verdict)
            raise (broken.__cause__ or broken) from None
        await self._settle(item, verdict)

    async def _settle(self, item: Delivery, verdict: Verdict) -> None:
        await self.transactions.write(deliveries.settle, item, verdict, self.clock())


def _lane(item: Delivery) -> Lane:
    return item.workspace, item.channel


async def _cancel(running: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(running)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
