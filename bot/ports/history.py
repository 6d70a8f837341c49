"""What was: deleted stand-ups and closed blockers, too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.blocker import Blocker
from bot.domain.standup import Standup


class History(Protocol):
    """Reads that look back; nothing is changed by way of them."""

    def standups(self, workspace: str) -> list[Standup]:
        """Every stand-up that there ever was, by name, the living ones first."""
        ...

    def blockers(self, standup_ids: Sequence[str], since: datetime) -> list[Blocker]:
        """The blockers that were open at some time since then, oldest first."""
        ...
