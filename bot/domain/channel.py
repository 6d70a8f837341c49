"""A channel as Slack described it when it was looked at last."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class KnownChannel:
    """What is known of one channel; instants are aware UTC.

    `shared` says that people of another company are in it, None where nobody asked Slack yet;
    `shared_since` is when we noticed. `members` are kept of private channels only, for everybody
    of the workspace but guests may read public ones.
    """

    channel: str
    public: bool
    seen_at: datetime
    shared: bool | None = None
    shared_since: datetime | None = None
    members: frozenset[str] = frozenset()

    def lets_read(self, user_id: str) -> bool:
        """Whether a colleague who is no guest may read it."""
        return self.public or user_id in self.members
