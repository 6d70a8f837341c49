"""Evidence: freezing what was typed, and comparing it with what is now."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.decisions.evidence import Compared, Evidence
from bot.ports.repositories import UnitOfWork

FIELD = "evidence"
"""The form's field for it."""


def frozen(
    uow: UnitOfWork, workspace: str, typed: str, kept: Sequence[Evidence], now: datetime
) -> tuple[Evidence, ...]:
    """What was typed, with the values that it has now; what is in `kept` keeps its own.

    Raises InvalidForm for what nobody knows.
    """
    return ()


def compared(uow: UnitOfWork, workspace: str, evidence: Sequence[Evidence]) -> list[Compared]:
    """Each piece as it was and as the mirrors have it now, in the same order."""
    return []
