"""Whether a direct message that nobody asked for comes while the person is at work."""

from datetime import datetime

from bot.domain.delivery import DeliveryState
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services import availability


def may_show(uow: UnitOfWork, person: Person | None, message: str, now: datetime) -> bool:
    """Whether a message to a person may be sent now; one that stands may be edited at any time."""
    posted = uow.deliveries.get(message)
    stands = posted is not None and bool(posted.ts)
    return stands or (person is not None and availability.is_at_work(uow, person, now))


def was_late(uow: UnitOfWork, person: Person, message: str) -> bool:
    """Whether a message was not sent because they had gone home when it could be."""
    tried = uow.deliveries.get(message)
    if tried is None or tried.state is not DeliveryState.SKIPPED:
        return False
    return not availability.is_at_work(uow, person, tried.ready_at)


def is_open(uow: UnitOfWork, message: str) -> bool:
    """Whether nobody knows yet what becomes of a message."""
    wish = uow.deliveries.get(message)
    return wish is not None and wish.state in (DeliveryState.PENDING, DeliveryState.SENDING)
