"""How the work goes on, as numbers for operators: of all workspaces together."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """What waits, how much of it is overdue, and since when the oldest of that (aware UTC)."""

    overdue: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """Active schedules, and when the earliest of those that are due should have run (aware UTC)."""

    active: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Workers:
    """Worker processes by their last sign of life (aware UTC), the latest first; `used` is False
    where the database has none, as SQLite."""

    used: bool
    seen_at: tuple[datetime, ...] = field(default=())


class Readings(Protocol):
    """Readings of one moment."""

    def outbox(self, now: datetime) -> Outbox:
        """What should have been sent by now."""
        ...

    def clockwork(self, now: datetime) -> Clockwork:
        """What should have been started by now."""
        ...

    def workers(self) -> Workers:
        """Who drains the outbox beside us."""
        ...
