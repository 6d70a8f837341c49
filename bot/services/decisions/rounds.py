"""Consent rounds: who is asked when, and how a round stands."""

from datetime import datetime

from bot.domain.decisions.consent import Round
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.ports.repositories import UnitOfWork


def begin(uow: UnitOfWork, record: DecisionRecord, by: str, now: datetime) -> None:
    """Ask the makers of a proposed decision for their consent, each in their working hours.

    `by` agrees with what they wrote. Nothing happens where nobody's consent is asked for.
    """


def end(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision isn't proposed any more: nobody is asked or reminded."""


def require_word(
    uow: UnitOfWork, record: DecisionRecord, to: DecisionStatus, by: str, now: datetime
) -> str:
    """How one person's word overrules the round, for the audit trail; empty where it needn't.

    Raises Conflict where the round, not one person, decides.
    """
    return ""


def current(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> Round | None:
    """The decision's round as of now, or None where nobody was asked."""
    return None
