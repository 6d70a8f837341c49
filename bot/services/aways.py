"""Ranges out of office: set by oneself or by a manager of one's stand-ups, and ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from bot.domain import calendar
from bot.domain.absence import Away
from bot.domain.delivery import Delivery, Priority
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.errors import InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, reports, standups
from bot.services.decisions import consent_asks

CARD = "availability.away"

NOTE_LIMIT = 200
_LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


def set_away(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    first: date,
    last: date,
    note: str,
    by: str,
    now: datetime,
) -> Away:
    """Keep that somebody is out of office on these local dates of theirs, both included.

    A range that begins on the same day is corrected; others that it overlaps or touches become one
    with it. What lies before today is left out. Somebody who is set away by a manager is told.
    Raises NotPermitted, and InvalidForm with the fields `first` and `last`.
    """
    person = _permitted(uow, workspace, user_id, by)
    today = _today(person, now)
    _check(first, last, today)
    away = Away(
        id=uuid4().hex,
        workspace=workspace,
        user_id=user_id,
        first=max(first, today),
        last=last,
        set_by=by,
        note=note[:NOTE_LIMIT],
    )
    ranges = uow.absences.away_of(workspace, user_id, today - _DAY)
    replaced = [other for other in ranges if _touch(away, other)]
    for other in replaced:
        away = _merged(away, other, today)
        uow.absences.remove(workspace, other.id)
    uow.absences.add(away)
    reports.absence_changed(uow, workspace, user_id, now)
    consent_asks.absence_changed(uow, workspace, user_id, now)
    for other in replaced:
        _show_again(uow, other, now)
    if by != user_id:
        _tell_in_their_hours(uow, person, away, now)
    return away


def enter(
    uow: UnitOfWork,
    workspace: str,
    user_ids: Sequence[str],
    first: date,
    last: date,
    note: str,
    by: str,
    now: datetime,
) -> list[Away]:
    """`set_away` for everybody whom a form names; whoever enters it for themselves is told too."""
    uow.people.locked(workspace, user_ids)
    entered = [
        set_away(uow, workspace, user_id, first, last, note, by, now)
        for user_id in sorted(user_ids)
    ]
    for away in entered:
        if away.user_id == by:
            confirm(uow, away, now)
    return entered


def confirm(uow: UnitOfWork, away: Away, now: datetime) -> None:
    """Tell the person by direct message that they are out of office, with a button to end it."""
    deliveries.post(
        uow,
        Delivery(
            id=_message_id(away),
            workspace=away.workspace,
            channel=away.user_id,
            card=CARD,
            subject={"away": away.id, "user": away.user_id},
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def tell(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """The timer has gone off: tell somebody whom a manager set away, if they still are."""
    away = uow.absences.get(timer.workspace, str(timer.subject["away"]))
    person = uow.people.get(timer.workspace, away.user_id) if away else None
    if away and person and person.can_take_part and away.last >= _today(person, now):
        _tell_in_their_hours(uow, person, away, now)


def back(uow: UnitOfWork, workspace: str, user_id: str, by: str, now: datetime) -> Away | None:
    """End the range that covers today; None where there is none. Raises NotPermitted."""
    person = _permitted(uow, workspace, user_id, by)
    running = uow.absences.away_on(workspace, [user_id], _today(person, now)).get(user_id)
    if running:
        _end(uow, person, running, now)
    return running


def end(uow: UnitOfWork, workspace: str, away_id: str, by: str, now: datetime) -> Away:
    """End one range, running or to come; raises NotFound and NotPermitted."""
    named = uow.absences.get(workspace, away_id)
    person = _permitted(uow, workspace, named.user_id, by) if named else None
    away = uow.absences.get(workspace, away_id)  # it may have changed until we held the lock
    if away is None or person is None or away.last < _today(person, now):
        raise NotFound("That is over already. `/standup away` sets new dates.")
    _end(uow, person, away, now)
    return away


def coming(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> Sequence[Away]:
    """Somebody's ranges, running and to come, earliest first."""
    person = uow.people.get(workspace, user_id)
    return uow.absences.away_of(workspace, user_id, _today(person, now)) if person else ()


def _end(uow: UnitOfWork, person: Person, away: Away, now: datetime) -> None:
    yesterday = _today(person, now) - _DAY
    if away.first <= yesterday:
        uow.absences.replace(replace(away, last=yesterday))
    else:
        uow.absences.remove(away.workspace, away.id)
    reports.absence_changed(uow, away.workspace, away.user_id, now)
    consent_asks.absence_changed(uow, away.workspace, away.user_id, now)
    _show_again(uow, away, now)


def _show_again(uow: UnitOfWork, away: Away, now: datetime) -> None:
    """A message that told of the range shows what holds instead."""
    deliveries.edit(uow, _message_id(away), now)


def _touch(one: Away, other: Away) -> bool:
    return one.first <= other.last + _DAY and other.first <= one.last + _DAY


def _merged(away: Away, other: Away, today: date) -> Away:
    note = away.note or other.note
    first = min(away.first, other.first)
    corrected = max(other.first, today) == away.first
    return replace(
        away, first=first, last=away.last if corrected else max(away.last, other.last), note=note
    )


def _permitted(uow: UnitOfWork, workspace: str, user_id: str, by: str) -> Person:
    """The person, locked, if `by` is them or manages a stand-up that asks them."""
    person = uow.people.locked(workspace, [user_id]).get(user_id)
    managed = (s.managers for s in standups.mine(uow, workspace, user_id)) if person else ()
    if by != user_id and not any(by in managers for managers in managed):
        raise NotPermitted("Only they themselves and the managers of their stand-ups can do that.")
    if person is None:
        raise NotFound("I haven't heard of this person yet; try again in a minute.")
    return person


def _check(first: date, last: date, today: date) -> None:
    if last < first:
        raise InvalidForm({"last": "The last day lies before the first."})
    if last < today:
        raise InvalidForm({"last": f"That is over already: it is {_spoken(today)} there."})
    if last - first > _LONGEST:
        raise InvalidForm({"last": "At most a year at a time; is the year right?"})
    if first - today > _LONGEST:
        raise InvalidForm({"first": "That is more than a year ahead; is the year right?"})


def _tell_in_their_hours(uow: UnitOfWork, person: Person, away: Away, now: datetime) -> None:
    moment = person.working_time().next_moment(now, person.zone)
    if moment <= now:
        confirm(uow, away, now)
        return
    uow.timers.set(
        Timer(
            id=_message_id(away),
            workspace=away.workspace,
            kind=TimerKind.AWAY_SET,
            subject={"away": away.id},
            due_at=moment,
        )
    )


def _message_id(away: Away) -> str:
    return f"away:{away.id}"


def _spoken(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _today(person: Person, now: datetime) -> date:
    return calendar.local_date(now, calendar.zone_or_utc(person.zone))
