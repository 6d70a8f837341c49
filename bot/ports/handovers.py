"""Where the last hand-over of each person is kept."""

from typing import Protocol

from bot.domain.digests.handover_span import HandoverMark


class Handovers(Protocol):
    """One mark for each person who gets theirs as a message."""

    def get(self, workspace: str, user_id: str) -> HandoverMark | None:
        """The person's last one, or None."""
        ...

    def mark(self, workspace: str, user_id: str, mark: HandoverMark) -> None:
        """Keep what was decided last."""
        ...

    def forget(self, workspace: str, user_id: str) -> None:
        """Drop the person's mark: they get no message any more."""
        ...
