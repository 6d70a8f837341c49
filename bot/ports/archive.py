"""What Meridian asks of the form in which decisions leave the house."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.decisions.archive import ArchivedDecision, DecisionFile


class DecisionFiles(Protocol):
    """One file a decision; the same decisions always make the same bytes."""

    def write(self, decisions: Sequence[ArchivedDecision]) -> dict[str, bytes]:
        """The files by their names; links lead only to decisions that are among them."""
        ...

    def read(self, name: str, content: bytes, workspace: str) -> DecisionFile:
        """What a file says; raises FileRefused with the line that can't be understood."""
        ...

    def pack(self, files: dict[str, bytes]) -> bytes:
        """One archive of all files."""
        ...
