"""When a decision is looked at again: at a date, or when the alert engine finds its rule broken."""

from datetime import datetime

from bot.domain.decisions.record import DecisionBody, DecisionRecord
from bot.domain.decisions.review import Observed
from bot.ports.repositories import UnitOfWork


def check(uow: UnitOfWork, workspace: str, body: DecisionBody) -> None:
    """Raises InvalidForm for a condition on what MLflow doesn't have."""


def arm(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Watch for what makes an accepted decision due for review."""


def disarm(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision no longer holds: nobody is asked to look at it again."""


def observed(uow: UnitOfWork, record: DecisionRecord) -> Observed | None:
    """What the predicted effect of a decision came to; None where nothing was predicted."""
    return None
