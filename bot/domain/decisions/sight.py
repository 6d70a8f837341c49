"""Whose decisions somebody may see."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.decisions.record import DecisionRecord


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Somebody who looks at `now` (aware UTC) from a conversation that they are in; `channel` is
    empty where that isn't known."""

    workspace: str
    user_id: str
    now: datetime
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """The decisions of these channels, and those that name `user_id`, if that is given."""

    channels: frozenset[str]
    user_id: str = ""

    def sees(self, record: DecisionRecord) -> bool:
        """Whether that decision is one of them."""
        return record.channel in self.channels or self.user_id in record.named


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """A decision of which its reader is told the number only."""

    number: int
