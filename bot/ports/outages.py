"""What the alert services ask of the storage about notices of unreachable sources."""

from datetime import datetime
from typing import Protocol

from bot.domain.alerts.outages import Outage


class Outages(Protocol):
    """One row per channel that was told of an outage."""

    def begin(self, outage: Outage) -> bool:
        """Keep that a channel is told; False if it was told of this outage before."""
        ...

    def get(self, workspace: str, source: str, channel: str, since: datetime) -> Outage | None:
        """One, over or not, or None."""
        ...

    def lasting(self, workspace: str) -> list[Outage]:
        """Those whose source isn't back, as far as their channels were told."""
        ...

    def end(self, outage: Outage, back_at: datetime) -> bool:
        """Keep when its source was back; False if that is known."""
        ...
