"""What all acts in other systems have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from bot.domain.delivery import Delivery, DeliveryKind, Verdict
from bot.ports.transactions import Clock, Transactions
from bot.workflows.deliver import Act

# Calls end within half of it: a process that went on longer could overtake a newer wish.
LEASE = timedelta(seconds=60)


@dataclass(kw_only=True)
class OutsideAct:
    """Does deliveries of its `KINDS`, one at a time: a slow system takes one of the deliverer's
    places.

    An attempt that was cut off is repeated, unless a kind of act finds out what became of it.
    """

    KINDS: ClassVar[Sequence[DeliveryKind]] = ()

    transactions: Transactions
    clock: Clock
    lease: timedelta = LEASE
    limit: int = 1

    def acts(self) -> dict[DeliveryKind, Act]:
        """The kinds of deliveries that this is for."""
        return dict.fromkeys(self.KINDS, self)

    def allow(self, item: Delivery, now: datetime) -> bool:
        """Nothing but the limit holds it up."""
        return True

    def free_at(self, item: Delivery, now: datetime) -> datetime:
        """At once."""
        return now

    def recall(self, workspace: str, began: Sequence[tuple[str, datetime]]) -> None:
        """Nothing is minded."""

    def forget(self, now: datetime) -> None:
        """Nothing is remembered."""

    async def perform(self, item: Delivery) -> Verdict:
        """One attempt."""
        raise NotImplementedError

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Nothing needs to be found out: each attempt begins by looking how things stand."""
        return None
