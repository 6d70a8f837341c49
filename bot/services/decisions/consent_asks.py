"""Asking makers for their consent: each by direct message, within their own working hours.

A timer of each maker comes back to see what is due: to ask, to remind, or to note the silence. Its
id names the text that was asked about, and no click sets or cancels it: that would wait for a timer
that goes off in this moment, which waits for the click's decision.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from bot.domain import calendar
from bot.domain.decisions.consent import Approver, Seat
from bot.domain.decisions.record import DecisionRecord
from bot.domain.delivery import Delivery, DeliveryState, Priority
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.decisions.records import card_id

CARD = "decision.consent"

_REMINDED_AFTER = 0.75
_SHORTEST_REMINDED = timedelta(hours=4)
# Somebody may be back earlier, or move to another zone: what was planned is looked at this often,
# and whether the question has reached them, this soon.
_LOOK_EVERY = timedelta(hours=4)
_ARRIVED_WITHIN = timedelta(minutes=15)

_ON_ITS_WAY = (DeliveryState.PENDING, DeliveryState.SENDING)


def follow(
    uow: UnitOfWork, record: DecisionRecord, approver: Approver, now: datetime
) -> Seat | None:
    """Ask or remind somebody who hasn't answered, where that is due, and come back.

    Their seat then, or None where they aren't waited for any more.
    """
    person = person_of(uow, record.workspace, approver.user_id)
    if approver.stance is not None or person.deleted:
        return None
    present = availability.next_present(uow, person, now)
    question = _question(uow, record, approver)
    if present <= now and question is None:
        question = _ask(uow, record, approver, now)
    if question is not None and question.state in _ON_ITS_WAY:
        approver = replace(approver, asked_at=now)
        uow.consents.answer(record.workspace, record.number, approver)
    found = seat(uow, record, person, approver, now)
    if not found.is_waited_for(now):
        return None
    upcoming = present if present > now else _remind(uow, record, person, approver, now)
    every = _ARRIVED_WITHIN if question and question.state in _ON_ITS_WAY else _LOOK_EVERY
    at = min(found.due_at, upcoming or found.due_at, now + every)
    uow.timers.set(_timer(record, approver.user_id, at, shown_of(found)))
    return found


def look_now(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """Let the round be looked at as soon as this is committed, though nobody is waited for."""
    uow.timers.set(_timer(record, "", now, ""))


def absence_changed(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> None:
    """Somebody is away now, or back: who is back is asked, and messages show their new time."""
    for number in uow.consents.asked(workspace, user_id):
        record = uow.decisions.get(workspace, number)
        known = uow.consents.approvers(workspace, number)
        if record and any(each.user_id == user_id and each.stance is None for each in known):
            uow.timers.set_no_later(_timer(record, user_id, now, ""))


def seat(
    uow: UnitOfWork, record: DecisionRecord, person: Person, approver: Approver, now: datetime
) -> Seat:
    """An approver of a proposed decision as of now."""
    if approver.stance is not None or person.deleted:
        due_at = approver.answered_at or approver.asked_at
        return Seat(approver=approver, due_at=due_at, left=person.deleted)
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone))
    return Seat(
        approver=approver,
        due_at=_due_at(uow, record, person, approver, now),
        absence=availability.absence(uow, person, today),
    )


def shown_of(waited_for: Seat) -> str:
    """What messages say of somebody who is waited for: they are edited when it changes."""
    until = waited_for.absence.until if waited_for.absence else None
    return f"{waited_for.due_at.isoformat()} {until or ''}"


def refresh(
    uow: UnitOfWork,
    record: DecisionRecord,
    version: int,
    approvers: Iterable[Approver],
    now: datetime,
) -> None:
    """Bring the messages up to date that asked these about the text of `version`."""
    for user_id in sorted(approver.user_id for approver in approvers):
        for question in _questions(uow, record, version, user_id):
            deliveries.edit(uow, question.id, now)
        deliveries.edit(uow, _reminder_id(record, version, user_id), now)


def person_of(uow: UnitOfWork, workspace: str, user_id: str) -> Person:
    """Somebody; who isn't known yet lives by UTC until they are."""
    known = uow.people.get(workspace, user_id)
    return known or Person(workspace=workspace, user_id=user_id, name=user_id)


def _questions(
    uow: UnitOfWork, record: DecisionRecord, version: int, user_id: str
) -> Iterator[Delivery]:
    """The messages that were to ask somebody about a text; only the last can have been sent."""
    for nth in count(1):
        question = uow.deliveries.get(_question_id(record, version, user_id, nth))
        if question is None:
            return
        yield question


def _question(uow: UnitOfWork, record: DecisionRecord, approver: Approver) -> Delivery | None:
    """The message that asks somebody; one that could not be sent while they were at work is as if
    never written."""
    asked = [*_questions(uow, record, record.version, approver.user_id)]
    return asked[-1] if asked and asked[-1].state is not DeliveryState.SKIPPED else None


def _ask(uow: UnitOfWork, record: DecisionRecord, approver: Approver, now: datetime) -> Delivery:
    before = sum(1 for _ in _questions(uow, record, record.version, approver.user_id))
    question = _question_id(record, record.version, approver.user_id, before + 1)
    delivery = _delivery(record, approver, question, now)
    deliveries.post(uow, delivery)
    return delivery


def _remind(
    uow: UnitOfWork, record: DecisionRecord, person: Person, approver: Approver, now: datetime
) -> datetime | None:
    """Remind somebody who is at work where a quarter of their time is left; when to, if that is
    still to come."""
    hours = _hours(record)
    if hours < _SHORTEST_REMINDED:
        return None
    at = availability.present_after(uow, person, approver.asked_at, hours * _REMINDED_AFTER)
    if at > now:
        return at
    reminder = _reminder_id(record, record.version, approver.user_id)
    deliveries.post(uow, _delivery(record, approver, reminder, now, again=True))
    return None


def _due_at(
    uow: UnitOfWork, record: DecisionRecord, person: Person, approver: Approver, now: datetime
) -> datetime:
    """Nobody's time passes before the question has reached them."""
    question = _question(uow, record, approver)
    waits = question is None or question.state in _ON_ITS_WAY
    since = max(approver.asked_at, now) if waits else approver.asked_at
    return availability.present_after(uow, person, since, _hours(record))


def _hours(record: DecisionRecord) -> timedelta:
    terms = record.body.consent
    assert terms is not None, "only where consent is asked for"
    return timedelta(hours=terms.hours)


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


def _question_id(record: DecisionRecord, version: int, user_id: str, nth: int) -> str:
    return f"{_round_id(record, version)}:{user_id}:{nth}"


def _reminder_id(record: DecisionRecord, version: int, user_id: str) -> str:
    return f"{_round_id(record, version)}:{user_id}:again"


def _round_id(record: DecisionRecord, version: int) -> str:
    return f"{card_id(record.workspace, record.number)}:consent:{version}"


def _timer(record: DecisionRecord, user_id: str, at: datetime, shown: str) -> Timer:
    return Timer(
        id=f"{_round_id(record, record.version)}:{user_id}",
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
