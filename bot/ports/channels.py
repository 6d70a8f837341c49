"""What is known of the workspace's channels."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class Channels(Protocol):
    """Which channels everybody in the workspace may read; nothing is known of most."""

    def keep(self, workspace: str, channel: str, *, public: bool, now: datetime) -> None:
        """Remember whether a channel is public, as Slack says at `now`."""
        ...

    def public(self, workspace: str, since: datetime) -> frozenset[str]:
        """The ids of the channels that were public when they were looked at after `since`."""
        ...

    def unseen(self, workspace: str, channels: Collection[str], since: datetime) -> list[str]:
        """Those of `channels` that nobody looked at after `since`: first those never looked at,
        then those looked at longest ago."""
        ...

    def deciding(self, workspace: str) -> list[str]:
        """The channels in which decisions were logged, sorted."""
        ...

    def alerting(self, workspace: str) -> list[str]:
        """The channels to which alerts come, or came, sorted."""
        ...
