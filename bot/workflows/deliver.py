"""Delivery: claim, perform, settle; what a kind of delivery does stands behind `Act`."""

import asyncio
from collections import Counter, deque
from collections.abc import Coroutine, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from bot.ports.transactions import Clock, Transactions
from bot.services import deliveries
from bot.workflows.settling import Settler

Lane = tuple[str, str]
"""A workspace and one of its channels: at most one call at a time."""

# The longest window in which calls are counted (bot/workflows/pacing.py).
_REMEMBERED = timedelta(minutes=1)

# By so much the clocks of nodes may differ.
_CLOCK_DIFFERENCE = timedelta(seconds=10)

# How often a drain that only waits for the pace looks for something else to do.
_NAP = 0.25


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

    def free_at(self, item: Delivery, now: datetime) -> datetime:
        """The earliest moment at which an attempt might be allowed."""
        ...

    def recall(self, workspace: str, began: Sequence[tuple[str, datetime]]) -> None:
        """What was begun lately by whatever process: a channel and a moment each."""
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

    `parallel` is how many attempts a drain runs at once, `poll` how many seconds one with some
    under way waits before it looks for more to begin, and `longest` after what time it looks no
    more, so that a steady load doesn't hide from its caller that it works; while an attempt from
    before goes on then, those of acts without a limit of their own are begun. Once `closing`,
    nothing new is. Where it isn't `alone`, each drain of a workspace first looks what others
    posted there.
    """

    transactions: Transactions
    clock: Clock
    acts: Mapping[DeliveryKind, Act]
    parallel: int = 8
    poll: float = 1.0
    longest: timedelta = timedelta(seconds=30)
    closing: bool = False
    alone: bool = True
    _known: set[str] = field(default_factory=set)

    async def drain(self, workspace: str | None = None, *, linger: timedelta = timedelta(0)) -> int:
        """Do all that may be done now, in one workspace or in all; how many were begun.

        What is held up by the pace alone is waited for if that takes no longer than `linger`. A
        channel whose delivery breaks (a bug, a full disk) is left alone until the next drain and
        stops no other; what broke is raised at the end as an ExceptionGroup.
        """
        if workspace is not None:
            await self._recall(workspace)
        drain = _Drain(self, workspace, linger)
        try:
            await drain.run()
        finally:
            await drain.cancel()
        for act in self.acts.values():
            act.forget(self.clock())
        if drain.broken:
            raise BaseExceptionGroup("deliveries broke", list(drain.broken.values()))
        return drain.begun

    async def _recall(self, workspace: str) -> None:
        """Alone, only what was posted before this process began isn't known."""
        if self.alone and workspace in self._known:
            return
        now = self.clock()
        since = now - _REMEMBERED
        noted = await self.transactions.read(deliveries.began_since, workspace, since)
        # A clock that was ahead and has been set right would hold the pace up.
        began = [(channel, at) for channel, at in noted if at <= now + _CLOCK_DIFFERENCE]
        for act in {id(act): act for act in self.acts.values()}.values():
            act.recall(workspace, began)
        self._known.add(workspace)


class _Drain:
    """One run through the outbox."""

    def __init__(self, deliverer: Deliverer, workspace: str | None, linger: timedelta) -> None:
        self._own = deliverer
        self._workspace = workspace
        self._linger = linger
        self._waiting: deque[Delivery] = deque()
        self._running: dict[asyncio.Task[None], Delivery] = {}
        self._settler = Settler(deliverer.transactions, deliverer.clock)
        self._free_at: datetime | None = None
        self.broken: dict[Lane, BaseException] = {}
        self.begun = 0

    async def run(self) -> None:
        """Until nothing may be begun and nothing is under way."""
        early: set[asyncio.Task[None]] | None = None
        end = self._own.clock() + self._own.longest
        while True:
            if early is None and self._own.clock() > end:
                early = set(self._running)
            if not self._waiting and (early is None or early & self._running.keys()):
                self._waiting.extend(await self._ready())
            await self._begin(late=early is not None)
            if self._running:
                if not await self._end_some():
                    self._waiting.clear()
            elif early is not None or not (self._waiting or await self._nap()):
                return

    async def cancel(self) -> None:
        """Cut off what is under way."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._settler.close()

    async def _ready(self) -> list[Delivery]:
        heads = await self._own.transactions.read(
            deliveries.ready, self._own.clock(), self._workspace
        )
        busy: Set[Lane] = {*map(_lane, self._running.values()), *self.broken}
        return [d for d in heads if _lane(d) not in busy]

    async def _begin(self, *, late: bool) -> None:
        chosen = self._choose(late=late)
        lost = [item for item in chosen if item.state is DeliveryState.SENDING]
        fresh = [item for item in chosen if item.state is not DeliveryState.SENDING]
        for item in lost:
            self._run(self._find_out(item), item)
        for item in await self._claim(fresh):
            self._run(self._attempt(item), item)
        self.begun += len(chosen)

    def _choose(self, *, late: bool) -> list[Delivery]:
        """Who is over the limit of its act is left to a later look: it holds up nobody else."""
        own, chosen = self._own, list[Delivery]()
        acting = Counter(id(own.acts[item.kind]) for item in self._running.values())
        self._free_at = None
        if own.closing:
            self._waiting.clear()
        while self._waiting:
            if len(self._running) + len(chosen) >= own.parallel:
                break
            item = self._waiting.popleft()
            act = own.acts.get(item.kind)
            if act is None or (late and act.limit < own.parallel):
                continue
            if acting[id(act)] >= act.limit:
                continue
            now = own.clock()
            if act.allow(item, now):
                acting[id(act)] += 1
                chosen.append(item)
            else:
                free_at = act.free_at(item, now)
                self._free_at = min(free_at, self._free_at or free_at)
        return chosen

    async def _claim(self, items: Sequence[Delivery]) -> list[Delivery]:
        """Together; if that fails each by itself, so that one that breaks stops no other."""
        leased = [(item, self._own.acts[item.kind].lease) for item in items]
        if not leased:
            return []
        try:
            return await self._claim_all(leased)
        except Exception as error:  # noqa: BLE001 - raised at the end of the drain
            if len(leased) == 1:
                self.broken[_lane(items[0])] = error
                return []
        claimed = []
        for item, lease in leased:
            try:
                claimed += await self._claim_all([(item, lease)])
            except Exception as error:  # noqa: BLE001 - raised at the end of the drain
                self.broken[_lane(item)] = error
        return claimed

    async def _claim_all(self, leased: Sequence[tuple[Delivery, timedelta]]) -> list[Delivery]:
        own = self._own
        return await own.transactions.write(deliveries.claim_all, leased, own.clock())

    def _run(self, step: Coroutine[Any, Any, None], item: Delivery) -> None:
        self._running[asyncio.create_task(step)] = item

    async def _end_some(self) -> bool:
        """Wait until a step ends; False if none did for so long that the outbox may have news."""
        done, _ = await asyncio.wait(
            self._running, timeout=self._own.poll, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            item = self._running.pop(task)
            if error := task.exception():
                self.broken[_lane(item)] = error
        return bool(done)

    async def _nap(self) -> bool:
        """Wait for the pace, if it frees something soon; False if there is nothing to wait for."""
        if self._free_at is None or self._own.closing:
            return False
        if not self._linger:
            return False
        wait = self._free_at - self._own.clock()
        if wait > self._linger:
            await self._leave_until(self._free_at)
            return False
        await asyncio.sleep(min(max(wait.total_seconds(), 0), _NAP))
        self._waiting.clear()
        return True

    async def _leave_until(self, free_at: datetime) -> None:
        """The budget is spent: until then nobody needs to look."""
        if self._workspace is not None:
            await self._own.transactions.write(deliveries.pause, self._workspace, free_at)

    async def _find_out(self, item: Delivery) -> None:
        act = self._own.acts[item.kind]
        verdict = await act.reconcile(item)
        if verdict is not None:
            await self._settler.settle(item, verdict)
            return
        for claimed in await self._claim_all([(item, act.lease)]):
            await self._attempt(claimed)

    async def _attempt(self, item: Delivery) -> None:
        try:
            verdict = await self._own.acts[item.kind].perform(item)
        except Broken as broken:
            await self._settler.settle(item, broken.verdict)
            raise (broken.__cause__ or broken) from None
        await self._settler.settle(item, verdict)


def _lane(item: Delivery) -> Lane:
    return item.workspace, item.channel
