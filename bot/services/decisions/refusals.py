"""Refusals: what somebody wanted to do with a decision and may not."""

from datetime import datetime

from bot.domain.decisions.record import ChangeKind
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records


def keep(
    uow: UnitOfWork, workspace: str, number: int, act: str, by: str, key: str, now: datetime
) -> None:
    """Add to the decision's audit trail that `by` was refused `act`; once for each `key`.

    Nothing is kept where there is no such decision: the number may be made up.
    """
    record = uow.decisions.get(workspace, number)
    if record is not None and uow.interactions.claim(f"refused:{key}", now):
        records.note(uow, record, ChangeKind.REFUSED, by, now, act)


def person(uow: UnitOfWork, workspace: str, user_id: str) -> Person | None:
    """A member, or None."""
    return uow.people.get(workspace, user_id)
