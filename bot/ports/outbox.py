"""What the deliverers of one or many processes ask of the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.delivery import Delivery, Verdict


class Outbox(Protocol):
    """Heads of queues, claims, and what everybody who posts for a workspace has to mind."""

    def due(self, now: datetime) -> list[str]:
        """The workspaces in which something may be done now."""
        ...

    def ready(self, now: datetime, limit: int, workspace: str | None = None) -> list[Delivery]:
        """The head of each channel's queue whose time has come, by priority, then commit order.

        Posts and edits of a paused workspace are left out; without `workspace` all are asked.
        """
        ...

    def claim(self, items: Sequence[tuple[Delivery, timedelta]], now: datetime) -> list[Delivery]:
        """Mark these as `sending` for so long, each from the state it was read in.

        Those that another process was faster with, or has in its hands, are left out.
        """
        ...

    def settle(self, settled: Sequence[tuple[Delivery, Verdict]], now: datetime) -> None:
        """Store the outcomes of attempts, but of those that another has taken over since."""
        ...

    def began_since(self, workspace: str, since: datetime) -> list[tuple[str, datetime]]:
        """Channel and moment of the posts and edits that were called for since then.

        The moment is never earlier than the call: for what is settled, the end of it.
        """
        ...

    def pause(self, workspace: str, until: datetime) -> None:
        """Hold the workspace's posts and edits until then; a longer pause stays."""
        ...

    def paused_until(self, workspace: str, now: datetime) -> datetime | None:
        """The end of a pause that goes on now, or None."""
        ...

    def forget_pauses(self, now: datetime) -> int:
        """Drop pauses that are over; how many."""
        ...

    def shorten_waits(self, longest: datetime, now: datetime) -> int:
        """End pauses, and waits for a next step, that would last beyond `longest`: what is to be
        sent goes now, an attempt under way is judged at `longest`. How many messages."""
        ...
