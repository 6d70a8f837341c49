"""Where the digests' settings are kept."""

from datetime import datetime
from typing import Protocol

from bot.domain.digests.settings import DigestSettings, Marks


class Digests(Protocol):
    """One digest per channel."""

    def get(self, workspace: str, channel: str) -> DigestSettings | None:
        """The channel's settings, or None."""
        ...

    def all(self, workspace: str) -> list[DigestSettings]:
        """Every channel's settings, switched off ones included, by channel."""
        ...

    def add(self, settings: DigestSettings) -> bool:
        """Store a channel's first settings; False, and nothing stored, if it has some."""
        ...

    def change(self, settings: DigestSettings, *, from_version: int) -> bool:
        """Replace all but the marks if they still have `from_version`; whether it did."""
        ...

    def mark(self, workspace: str, channel: str, marks: Marks) -> None:
        """Keep up to where the channel's digest reported."""
        ...

    def mark_weekly(self, workspace: str, channel: str, until: datetime | None) -> None:
        """Keep up to where the channel's weekly digest reported."""
        ...
