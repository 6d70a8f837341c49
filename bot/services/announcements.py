"""What a channel is told of a stand-up that runs in it."""

from datetime import datetime

from bot.domain.delivery import Delivery
from bot.domain.standup import Standup
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries


def spokesperson(uow: UnitOfWork, standup: Standup) -> str:
    """Who is told where a stand-up's messages can't be posted: its first manager who is here."""
    people = uow.people.several(standup.workspace, standup.managers)
    here = (user for user in standup.managers if user in people and people[user].can_take_part)
    return next(here, standup.managers[0])


def announce(uow: UnitOfWork, standup: Standup, now: datetime) -> None:
    """Tell its channel that a stand-up exists."""
    deliveries.post(
        uow,
        Delivery(
            id=_announcement(standup),
            workspace=standup.workspace,
            channel=standup.channel,
            card="standup.started",
            subject={"standup": standup.id, "channel": standup.channel},
            ready_at=now,
            owner=spokesperson(uow, standup),
        ),
    )


def show_again(uow: UnitOfWork, standup: Standup, now: datetime) -> None:
    """Bring up to date what its channel was told."""
    deliveries.edit(uow, _announcement(standup), now)


def _announcement(standup: Standup) -> str:
    return f"standup:{standup.id}:started:{standup.channel}"
