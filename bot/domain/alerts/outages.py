"""An outside system that feeds alert rules and doesn't answer: one notice, and no alert changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.source import SourceHealth

# One failed poll is the weather; three in a row that span some minutes are worth a word.
FAILED_POLLS = 3
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A channel was told that a source doesn't answer; times are aware UTC.

    `since` is the last good read, else the first failure; `back_at` None while it lasts.
    """

    workspace: str
    source: str
    channel: str
    since: datetime
    reason: str
    back_at: datetime | None = None

    @property
    def delivery_id(self) -> str:
        """The delivery that posts its one message."""
        return f"source:{self.workspace}:{self.source}:{self.channel}:{self.since:%Y%m%dT%H%M%S}"


def silent_since(health: SourceHealth) -> datetime | None:
    """Since when a source that fails now wasn't read well; None where it answers."""
    if health.failed_at is None:
        return None
    return health.read_at or health.failed_at


def is_unreachable(health: SourceHealth, now: datetime) -> bool:
    """Whether it failed often and long enough to say so."""
    since = silent_since(health)
    if since is None:
        return False
    return health.failures >= FAILED_POLLS and now - since >= PATIENCE
