"""What the services ask of the decision log; every key carries its workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.decision import DecisionChange, DecisionRecord, DecisionStatus


class Decisions(Protocol):
    """Decision records and their audit trail, which is only ever appended to."""

    def add(self, record: DecisionRecord) -> None:
        """Store a new one."""
        ...

    def get(self, workspace: str, number: int) -> DecisionRecord | None:
        """One decision, or None."""
        ...

    def highest(self, workspace: str) -> int:
        """The newest number, 0 if nothing was logged yet."""
        ...

    def replace(self, record: DecisionRecord) -> bool:
        """Store what `record.version - 1` became; False if that isn't the newest any more."""
        ...

    def newest(
        self, workspace: str, status: DecisionStatus | None, limit: int
    ) -> list[DecisionRecord]:
        """The newest ones, of one status or of all."""
        ...

    def search(self, workspace: str, words: Sequence[str], limit: int) -> list[DecisionRecord]:
        """Those that hold every (folded) word, most words in the title first, then the newest."""
        ...

    def append(self, workspace: str, change: DecisionChange) -> None:
        """Add to the audit trail."""
        ...

    def changes(self, workspace: str, number: int) -> list[DecisionChange]:
        """The audit trail of one decision, oldest first."""
        ...

    def changed_between(
        self, workspace: str, since: datetime, until: datetime
    ) -> list[DecisionRecord]:
        """Those that got a status in (since, until], being logged included, in their newest state.

        Ordered by number.
        """
        ...
