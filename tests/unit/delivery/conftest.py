"""An outbox on SQLite, a chat that fails on demand and a clock that tests move."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Priority
from bot.domain.links import Links
from bot.ports.chat import Chat, Message
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.workflows.cards import Card
from bot.workflows.deliver import Act, Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from storage.base import Base
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions
from tests.unit.delivery.faulty_chat import FaultyChat

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
QUIET = timedelta(seconds=60)


@dataclass(kw_only=True)
class Clock:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class PostOffice:
    """What a delivery test works with."""

    engines: Engines
    transactions: SqlTransactions
    clock: Clock
    chat: FaultyChat
    said: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    rendered: list[str] = field(default_factory=list)
    acts: dict[DeliveryKind, Act] = field(default_factory=dict)

    def deliverer(self, pace: Pace | None = None) -> Deliverer:
        """A new deliverer on this outbox; without a pace it doesn't wait between posts."""
        posting = Posting(
            transactions=self.transactions,
            chat=cast(Chat, self.chat),
            cards=self.cards(),
            links=lambda _workspace: Links(),
            clock=self.clock,
            quiet=QUIET,
            pace=pace or Pace(per_channel=timedelta(0)),
        )
        acts = {**posting.acts(), **self.acts}
        return Deliverer(transactions=self.transactions, clock=self.clock, acts=acts, poll=0.01)

    def cards(self) -> Mapping[str, Card]:
        """`say` shows the newest text of its id, `undeliverable` what the owner is told."""
        return {"say": self._say, "undeliverable": _undeliverable}

    async def post(self, delivery_id: str, channel: str, **more: Any) -> None:
        """Wish for a message that says its own id, unless `said` has other words for it."""
        delivery = Delivery(
            id=delivery_id,
            workspace="T1",
            channel=channel,
            card=more.pop("card", "say"),
            subject={"id": delivery_id},
            ready_at=self.clock(),
            **more,
        )
        assert await self.transactions.write(deliveries.post, delivery)

    async def edit(self, delivery_id: str) -> None:
        """Wish to bring a message up to date."""
        await self.transactions.write(deliveries.edit, delivery_id, self.clock())

    async def stored(self, delivery_id: str) -> Delivery:
        """A delivery as it is kept."""
        found = await self.transactions.read(lambda uow: uow.deliveries.get(delivery_id))
        assert found is not None
        return found

    async def state(self, delivery_id: str) -> DeliveryState:
        """Where a delivery stands."""
        return (await self.stored(delivery_id)).state

    def _say(
        self,
        _uow: UnitOfWork,
        _workspace: str,
        subject: Mapping[str, Any],
        _now: datetime,
        _links: Links,
    ) -> Message | None:
        wanted = subject["id"]
        self.rendered.append(wanted)
        if wanted in self.broken:
            raise LookupError(f"a bug in the card of {wanted}")
        text = self.said.get(wanted, wanted)
        return Message(text=text, blocks=[{"type": "divider"}]) if text else None


def _undeliverable(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message:
    return Message(text=f"{subject['channel']}: {subject['code']}")


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for a condition; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition didn't come true in time"
        await asyncio.sleep(0.005)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    """An empty outbox."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    clock = Clock()
    transactions = SqlTransactions(engines, clock, lambda: None)
    yield PostOffice(
        engines=engines,
        transactions=transactions,
        clock=clock,
        chat=FaultyChat(clock=clock),
    )
    transactions.close()


__all__ = ["Clock", "PostOffice", "Priority", "until"]
