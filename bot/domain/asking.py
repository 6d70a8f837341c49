"""What asking somebody comes to: their turn, when their day closes, when they are reminded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.absence import Absence
from bot.domain.person import Person
from bot.domain.standup import Standup, due_at
from bot.domain.timer import Timer, TimerKind
from bot.domain.turn import Turn

AbsentOn = Callable[[date], Absence | None]
"""Why somebody isn't there on a local date of theirs, or None."""

# After which part of their hours somebody is reminded, for each number of reminders.
_REMINDED_AFTER = {0: (), 1: (0.75,), 2: (0.5, 0.75)}


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A turn that has begun: with an absence nobody was asked, else `reminder` may come first.

    The cohort is looked at again at `look_at` (aware UTC).
    """

    turn: Turn
    look_at: datetime
    reminder: Timer | None = None


def begun(standup: Standup, person: Person, turn: Turn, absent: AbsentOn, now: datetime) -> Begun:
    """Begin a turn at `now`: ask, or note the absence."""
    absence = absent(turn.local_date)
    if absence:
        return Begun(turn=replace(turn, absence=absence), look_at=now)
    closes, whole = _closes(standup, person, absent, now)
    asked = replace(turn, asked_at=now, due_at=closes, required=turn.required and whole)
    reminder = next_reminder(standup, person, asked, 0, now)
    return Begun(turn=asked, look_at=closes, reminder=reminder)


def for_another(known: Begun, user_id: str) -> Begun:
    """The same for somebody whose hours, zone and presence are the same."""
    turn = replace(known.turn, user_id=user_id)
    reminder = known.reminder
    if reminder is not None:
        reminder = _reminder(turn, reminder.subject["nth"], reminder.due_at)
    return Begun(turn=turn, look_at=known.look_at, reminder=reminder)


def next_reminder(
    standup: Standup, person: Person, turn: Turn, nth: int, now: datetime
) -> Timer | None:
    """The `nth` reminder (from 0) that the stand-up gives, or the next one that is still to come;
    optional people get none."""
    if not turn.required or turn.asked_at is None:
        return None
    hours = person.working_time(standup.plan.weekdays)
    for number, share in enumerate(_REMINDED_AFTER[standup.plan.reminders]):
        passed = timedelta(hours=standup.plan.close_after) * share
        at = hours.after(turn.asked_at, passed, person.zone)
        if number >= nth and now < at < turn.due_at:
            return _reminder(turn, number, at)
    return None


def look(turn: Turn, at: datetime) -> Timer:
    """The timer at which the turn's cohort is looked at; all its people share it."""
    return Timer(
        id=f"look:{turn.standup_id}:{turn.local_date}:{turn.cohort.name}",
        workspace=turn.workspace,
        kind=TimerKind.STANDUP_WRAP_UP,
        subject={
            "standup": turn.standup_id,
            "date": turn.local_date.isoformat(),
            "cohort": turn.cohort.value,
        },
        due_at=at,
    )


def _closes(
    standup: Standup, person: Person, absent: AbsentOn, now: datetime
) -> tuple[datetime, bool]:
    """When the day closes for somebody who is asked now, and whether they have all their hours.

    Who is away on the day on which those end has until the end of this working day, and isn't
    missed.
    """
    closes = due_at(standup, person, now)
    if not absent(calendar.local_date(closes, calendar.zone_or_utc(person.zone))):
        return closes, True
    closing_time = next(person.working_time(standup.plan.weekdays).windows(now, person.zone))[1]
    return min(closes, closing_time), closing_time >= closes


def _reminder(turn: Turn, nth: int, at: datetime) -> Timer:
    return Timer(
        id=f"remind:{turn.standup_id}:{turn.local_date}:{turn.user_id}",
        workspace=turn.workspace,
        kind=TimerKind.STANDUP_REMINDER,
        subject={
            "standup": turn.standup_id,
            "date": turn.local_date.isoformat(),
            "user": turn.user_id,
            "nth": nth,
        },
        due_at=at,
    )
