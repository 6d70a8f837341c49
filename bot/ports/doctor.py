"""Looking at the installation itself, for those who look after it."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.finding import Finding


class Doctor(Protocol):
    """Checks settings, database, Slack and the outside systems against the real things."""

    async def examine(self, workspace: str) -> Sequence[Finding]:
        """What the admins of a workspace may know, in the order in which to mend it; within some
        seconds, whatever hangs."""
        ...
