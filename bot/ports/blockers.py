"""Where blockers are kept."""

from datetime import datetime
from typing import Protocol

from bot.domain.activity import ReferenceKind
from bot.domain.blocker import Blocker


class Blockers(Protocol):
    """What blocks people."""

    def add(self, blocker: Blocker) -> None:
        """Store a new one."""
        ...

    def get(self, workspace: str, number: int) -> Blocker | None:
        """One blocker as it is now, whatever this transaction read before, or None."""
        ...

    def replace(self, blocker: Blocker) -> bool:
        """Store what `blocker.version - 1` became; False if that isn't the newest any more."""
        ...

    def open_of(self, standup_id: str, user_id: str) -> list[Blocker]:
        """The person's open blockers in one stand-up, oldest first."""
        ...

    def closed(self, workspace: str, since: datetime, until: datetime) -> list[Blocker]:
        """The workspace's blockers that were closed in (since, until], in that order."""
        ...

    def open(self, workspace: str, channel: str = "") -> list[Blocker]:
        """The open blockers of a channel, or of the workspace without one, oldest first."""
        ...

    def waiting_for(self, workspace: str, kind: ReferenceKind, key: str) -> list[Blocker]:
        """Those that are linked with just that, open or closed, oldest first."""
        ...

    def open_at(self, workspace: str, channel: str, at: datetime) -> list[Blocker]:
        """The channel's blockers that were open at an instant, oldest first, as they are now."""
        ...
