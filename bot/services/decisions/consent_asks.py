"""Asking makers for their consent: each by direct message, within their own working hours.

A timer of each maker comes back to see what is due: to ask, to remind, or to note the silence. Its
id names the text that was asked about, and no click sets or cancels it: that would wait for a timer
that goes off in this moment, which waits for the click's decision.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.decisions.consent import Approver, Seat
from bot.domain.decisions.record import DecisionRecord
from bot.domain.delivery import Delivery, DeliveryState, Priority
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import attempts
from bot.services.decisions.consent_roll import Roll, hours, question_id, round_id

CARD = "decision.consent"

_REMINDED_AFTER = 0.75
_SHORTEST_REMINDED = timedelta(hours=4)
# Somebody may be back earlier, or move to another zone: what was planned is looked at this often,
# and whether the question has reached them, this soon.
_LOOK_EVERY = timedelta(hours=4)
_ARRIVED_WITHIN = timedelta(minutes=15)


def follow(
    uow: UnitOfWork, roll: Roll, record: DecisionRecord, approver: Approver, now: datetime
) -> Seat | None:
    """Ask or remind somebody who hasn't answered, where that is due, and come back.

    Their seat then, or None where they have answered.
    """
    if approver.stance is not None:
        return None
    if not roll.people[approver.user_id].can_take_part:
        return _rest(uow, roll, record, approver, now)
    person, asked = roll.people[approver.user_id], roll.asked(record, approver.user_id)
    present = roll.presence.next(person, now)
    begun = present <= now and _is_due(asked, now)
    if begun:
        _ask(uow, record, approver, len(asked) + 1, now)
    on_its_way = begun or (bool(asked) and asked[-1].state in attempts.ON_ITS_WAY)
    if on_its_way:
        approver = _asked_now(uow, record, approver, now)
    seat = roll.seat(record, approver, now)
    if not seat.is_waited_for(now):
        return seat
    upcoming = present if present > now else _remind(uow, roll, record, approver, now)
    every = _ARRIVED_WITHIN if on_its_way else _LOOK_EVERY
    at = min(seat.due_at, upcoming or seat.due_at, now + every)
    uow.timers.set(_timer(record, approver.user_id, at, shown_of(seat, now)))
    return seat


def look_now(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Let the round be looked at as soon as this is committed, though nobody is waited for."""
    uow.timers.set(_timer(record, "", now, ""))


def resume(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Let those be asked who haven't answered, of a round that came from a file.

    Where all have, it ended before, and nothing comes of it by itself.
    """
    known = uow.consents.approvers(record.workspace, record.number)
    for user_id in sorted(each.user_id for each in known if each.stance is None):
        uow.timers.set(_timer(record, user_id, now, ""))


def absence_changed(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> None:
    """Somebody is away now, or back: who is back is asked, and messages show their new time."""
    for number in uow.consents.asked(workspace, user_id):
        record = uow.decisions.get(workspace, number)
        known = uow.consents.approvers(workspace, number)
        if record and any(each.user_id == user_id and each.stance is None for each in known):
            uow.timers.set_no_later(_timer(record, user_id, now, ""))


def shown_of(seat: Seat, now: datetime) -> str:
    """What messages say of somebody who hasn't answered: they are edited when it changes."""
    if seat.left:
        return "left"
    if seat.is_silent(now):
        return "silent"
    until = seat.absence.until if seat.absence else None
    due = "unreachable" if seat.unreachable else seat.due_at.isoformat()
    return f"{due} {until or ''}"


def refresh(
    uow: UnitOfWork,
    record: DecisionRecord,
    version: int,
    approvers: Iterable[Approver],
    now: datetime,
) -> None:
    """Bring the messages up to date that asked these about the text of `version`."""
    about = record.workspace, record.number, version
    users = sorted(approver.user_id for approver in approvers)
    asked = attempts.made(uow, users, lambda user, nth: question_id(*about, user, nth))
    reminders = uow.deliveries.several([_reminder_id(record, version, user) for user in users])
    for user in users:
        for message in asked[user]:
            if message.state not in attempts.CAME_TO_NOTHING:
                deliveries.edit(uow, message.id, now)
        if (reminder := _reminder_id(record, version, user)) in reminders:
            deliveries.edit(uow, reminder, now)


def _rest(
    uow: UnitOfWork, roll: Roll, record: DecisionRecord, approver: Approver, now: datetime
) -> Seat:
    """Nobody waits for who can't take part; their time begins again if they come back."""
    seat = roll.seat(record, _asked_now(uow, record, approver, now), now)
    at = now + _LOOK_EVERY
    uow.timers.set(_timer(record, approver.user_id, at, shown_of(seat, now)))
    return seat


def _asked_now(
    uow: UnitOfWork, record: DecisionRecord, approver: Approver, now: datetime
) -> Approver:
    """Their time doesn't pass up to now."""
    if approver.asked_at == now:
        return approver
    later = replace(approver, asked_at=now)
    uow.consents.answer(record.workspace, record.number, later)
    return later


def _is_due(asked: Sequence[Delivery], now: datetime) -> bool:
    """Whether to write to somebody at work.

    What made no sense any more when it was to be sent is as if never written; what Slack refused
    is tried again now and then, since it may let us some day.
    """
    if not asked or asked[-1].state is DeliveryState.SKIPPED:
        return True
    last = asked[-1]
    return last.state is DeliveryState.FAILED and last.ready_at + _LOOK_EVERY <= now


def _ask(
    uow: UnitOfWork, record: DecisionRecord, approver: Approver, nth: int, now: datetime
) -> None:
    about = record.workspace, record.number, record.version
    question = question_id(*about, approver.user_id, nth)
    deliveries.post(uow, _delivery(record, approver, question, now))


def _remind(
    uow: UnitOfWork, roll: Roll, record: DecisionRecord, approver: Approver, now: datetime
) -> datetime | None:
    """Remind somebody who is at work where a quarter of their time is left; when to, if that is
    still to come."""
    time = hours(record)
    if time < _SHORTEST_REMINDED or not roll.was_reached(record, approver.user_id):
        return None
    person = roll.people[approver.user_id]
    at = roll.presence.after(person, approver.asked_at, time * _REMINDED_AFTER)
    if at > now:
        return at
    reminder = _reminder_id(record, record.version, approver.user_id)
    deliveries.post(uow, _delivery(record, approver, reminder, now, again=True))
    return None


def _delivery(
    record: DecisionRecord,
    approver: Approver,
    delivery_id: str,
    now: datetime,
    *,
    again: bool = False,
) -> Delivery:
    return Delivery(
        id=delivery_id,
        workspace=record.workspace,
        channel=approver.user_id,
        card=CARD,
        subject={
            "number": record.number,
            "version": record.version,
            "user": approver.user_id,
            "again": again,
            "id": delivery_id,
        },
        priority=Priority.PROMPT,
        ready_at=now,
    )


def _reminder_id(record: DecisionRecord, version: int, user_id: str) -> str:
    return f"{round_id(record.workspace, record.number, version)}:{user_id}:again"


def _timer(record: DecisionRecord, user_id: str, at: datetime, shown: str) -> Timer:
    return Timer(
        id=f"{round_id(record.workspace, record.number, record.version)}:{user_id}",
        workspace=record.workspace,
        kind=TimerKind.CONSENT,
        subject={
            "number": record.number,
            "version": record.version,
            "user": user_id,
            "shown": shown,
        },
        due_at=at,
    )
