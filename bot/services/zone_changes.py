"""Zone changes: whose Slack profile shows another zone is told what follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.delivery import Delivery, DeliveryKind, Priority
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries, standups

CARD = "availability.zone"

# A laptop that is between two networks says this and that; who is back by then hears nothing.
_SETTLED = timedelta(minutes=10)

_MONTH = timedelta(days=30)


def tell_later(uow: UnitOfWork, person: Person, before: str, now: datetime) -> None:
    """Tell somebody who lived by the zone `before` until now, when they are at work there.

    Who moves on before they were told hears of both moves at once; who is back hears nothing.
    """
    waiting = uow.timers.get(_timer_id(person))
    before = str(waiting.subject["before"]) if waiting else before
    if not _is_news(uow, person, before, now):
        uow.timers.cancel(_timer_id(person))
        return
    uow.timers.set(
        Timer(
            id=_timer_id(person),
            workspace=person.workspace,
            kind=TimerKind.ZONE_CHANGE,
            subject={"user": person.user_id, "before": before},
            due_at=availability.next_present(uow, person, now + _SETTLED),
        )
    )


def confirm(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """The timer has gone off: tell them now if it is still news and they are at work, else later
    or not at all."""
    before = str(timer.subject["before"])
    person = uow.people.get(timer.workspace, str(timer.subject["user"]))
    if person is None or not _is_news(uow, person, before, now):
        return
    moment = availability.next_present(uow, person, now)
    if moment > now:
        uow.timers.set(replace(timer, due_at=moment))
        return
    message_id = f"{timer.id}:{uow.numbers.next(person.workspace, timer.id)}"
    subject = {"id": message_id, "user": person.user_id, "before": before, "zone": person.zone}
    deliveries.post(
        uow,
        Delivery(
            id=message_id,
            workspace=person.workspace,
            channel=person.user_id,
            card=CARD,
            subject=subject,
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def question(uow: UnitOfWork, workspace: str, user_id: str, delivery_id: str) -> Delivery:
    """The message that asked this person; raises NotFound, for what a button names is a hint."""
    asked = uow.deliveries.get(delivery_id)
    if (
        asked is None
        or asked.card != CARD
        or (asked.workspace, asked.subject["user"]) != (workspace, user_id)
    ):
        raise NotFound("That question isn't open any more. `/standup timezone` shows what counts.")
    return asked


def settle(uow: UnitOfWork, asked: Delivery, *, kept: bool, now: datetime) -> None:
    """Let the message say what was answered; its first answer counts."""
    deliveries.post(
        uow,
        Delivery(
            id=f"{asked.id}:answer",
            workspace=asked.workspace,
            channel=asked.channel,
            card=CARD,
            subject={**asked.subject, "kept": kept},
            kind=DeliveryKind.EDIT,
            priority=asked.priority,
            ready_at=now,
            edit_of=asked.id,
        ),
    )


def _is_news(uow: UnitOfWork, person: Person, before: str, now: datetime) -> bool:
    if person.choices.zone or not person.can_take_part or _same_clock(before, person.zone, now):
        return False
    return bool(standups.mine(uow, person.workspace, person.user_id))


def _same_clock(one: str, other: str, now: datetime) -> bool:
    """Whether clocks show the same in both zones all year: Paris is no news to Berlin."""
    months = [now + month * _MONTH for month in range(13)]
    return _offsets(one, months) == _offsets(other, months)


def _offsets(zone: str, instants: Sequence[datetime]) -> list[timedelta | None]:
    info = calendar.zone_or_utc(zone)
    return [instant.astimezone(info).utcoffset() for instant in instants]


def _timer_id(person: Person) -> str:
    return f"zone:{person.workspace}:{person.user_id}"
