"""Where timers are kept."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from bot.domain.timer import Timer


class Timers(Protocol):
    """Durable one-shot timers."""

    def set(self, timer: Timer) -> None:
        """Set it, or move the one of that id."""
        ...

    def set_no_later(self, timer: Timer) -> None:
        """Set it, or move the one of that id where it would go off later; never lost to another
        transaction that takes it in this moment."""
        ...

    def set_all(self, timers: Iterable[Timer]) -> None:
        """`set` for many, in the order of their ids."""
        ...

    def set_all_no_later(self, timers: Iterable[Timer]) -> None:
        """`set_no_later` for many, in the order of their ids; of the same one the earliest."""
        ...

    def cancel(self, timer_id: str) -> None:
        """Let it not go off; nothing happens if it isn't set."""
        ...

    def get(self, timer_id: str) -> Timer | None:
        """One timer, or None."""
        ...

    def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> list[str]:
        """The ids of those that are due, earliest first, `but` left out."""
        ...

    def take(self, timer_id: str, now: datetime) -> Timer | None:
        """Remove and return one that is due; None if it isn't, or another node has it."""
        ...

    def next_due(self) -> datetime | None:
        """When the earliest goes off, or None."""
        ...
