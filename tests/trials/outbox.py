"""An outbox in this process on a clock that the trial moves: days of delivering in seconds."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bot.clients.slack.chat import SlackChat
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.workflows import undeliverable
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import QUIET_PERIOD, Posting
from storage.deliveries import DeliveryRow, SqlDeliveries
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from storage.unit_of_work import SqlUnitOfWork
from tests.trials.databases import Observer

CARD = "trial"
WORKSPACE = "T0TEAM"
NODES = {"SQLite": 1, "PostgreSQL": 3}
START = datetime(2026, 11, 23, 9, tzinfo=UTC)

_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


@dataclass(kw_only=True)
class Clock:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class Node:
    """One process that delivers."""

    transactions: SqlTransactions
    posting: Posting
    deliverer: Deliverer


@dataclass(kw_only=True)
class Outbox:
    """The nodes on one database, of which one at a time delivers, and what the trial looks at."""

    nodes: Sequence[Node]
    clock: Clock
    database: Observer
    wishes: list[Delivery] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(0))

    @property
    def transactions(self) -> SqlTransactions:
        """Those of the first node."""
        return self.nodes[0].transactions

    def wish(self, wishes: Sequence[Delivery]) -> None:
        """Store wishes in one transaction."""

        def store(uow: SqlUnitOfWork) -> None:
            for wish in wishes:
                assert uow.deliveries.add(wish)

        self.database.write(store)
        self.wishes += wishes

    def next_step(self) -> datetime | None:
        """When the first of what is open may go on; None when all is settled."""
        query = select(func.min(DeliveryRow.ready_at)).where(DeliveryRow.state.in_(_OPEN))
        return self.database.read(lambda session: session.scalar(query))

    def counts(self) -> Mapping[str, int]:
        """How many deliveries are in each state."""
        return self.database.read(lambda session: SqlDeliveries(session).counts())

    async def until_settled(self, between: Callable[[], Any] | None = None) -> None:
        """Drain, let a second or more pass, and again, until nothing is open."""
        while (due := self.next_step()) is not None:
            # Each second of a pause would be looked at in vain.
            pauses = [each.posting.pace.paused_until(WORKSPACE, due) or due for each in self.nodes]
            self.clock.now = max(self.clock.now, *pauses, due)
            if between is not None:
                await between()
            await self.drain()
            self.clock.advance(1)

    async def drain(self) -> None:
        """Let any of the nodes do what may be done now."""
        await self.dice.choice(self.nodes).deliverer.drain()


@asynccontextmanager
async def outbox(
    url: str,
    chat: SlackChat,
    clock: Clock,
    database: Observer,
    *,
    nodes: int = 1,
    pace: Callable[[], Pace] = Pace,
    quiet: timedelta = QUIET_PERIOD,
) -> AsyncIterator[Outbox]:
    """So many deliverers of `trial` cards on this database, each with a pace of its own."""
    made = [_node(url, chat, clock, pace(), quiet) for _ in range(nodes)]
    try:
        yield Outbox(nodes=made, clock=clock, database=database)
    finally:
        for each in made:
            each.transactions.close()


def _node(url: str, chat: SlackChat, clock: Clock, pace: Pace, quiet: timedelta) -> Node:
    transactions = SqlTransactions(open_engines(url), clock, lambda: None)
    posting = Posting(
        transactions=transactions,
        chat=chat,
        cards={CARD: _card, **undeliverable.CARDS},
        links=lambda _workspace: Links(),
        clock=clock,
        pace=pace,
        quiet=quiet,
    )
    deliverer = Deliverer(transactions=transactions, clock=clock, acts=posting.acts(), poll=0.05)
    return Node(transactions=transactions, posting=posting, deliverer=deliverer)


def wish(number: int, channel: str, now: datetime, **more: Any) -> Delivery:
    """The delivery of that number; its text names it."""
    return Delivery(
        id=f"trial:{number}",
        workspace=WORKSPACE,
        channel=channel,
        card=CARD,
        subject={"number": number},
        ready_at=now,
        **more,
    )


def _card(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message:
    return Message(text=f"Delivery {subject['number']}")
