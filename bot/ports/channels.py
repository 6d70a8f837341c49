"""What is known of the workspace's channels."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.channel import KnownChannel


class Channels(Protocol):
    """Which channels everybody in the workspace may read; nothing is known of most."""

    def keep(
        self,
        workspace: str,
        channel: str,
        *,
        public: bool,
        now: datetime,
        shared: bool | None = None,
        members: Collection[str] | None = None,
    ) -> None:
        """Remember whether a channel is public, and shared with another company, as Slack says at
        `now`; for `shared` and `members` None leaves what was known."""
        ...

    def known(self, workspace: str, channels: Collection[str]) -> dict[str, KnownChannel]:
        """Those of `channels` that were ever looked at, by id."""
        ...

    def forget_member(self, workspace: str, channel: str, user_id: str) -> None:
        """Somebody left a channel."""
        ...

    def public(self, workspace: str, since: datetime) -> frozenset[str]:
        """The ids of the channels that were public when they were looked at after `since`."""
        ...

    def unseen(self, workspace: str, channels: Collection[str], since: datetime) -> list[str]:
        """Those of `channels` that nobody looked at after `since`, or of which it isn't known
        whether they are shared: first those never looked at, then those looked at longest ago."""
        ...

    def deciding(self, workspace: str) -> list[str]:
        """The channels in which decisions were logged, sorted."""
        ...

    def alerting(self, workspace: str) -> list[str]:
        """The channels to which alerts come, or came, sorted."""
        ...
