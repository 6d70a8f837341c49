"""When somebody's hand-over comes as a message: as their working hours begin, each local date at
most once."""

from dataclasses import replace
from datetime import datetime

from bot.domain import calendar
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind


def schedule_id(workspace: str, user_id: str) -> str:
    """The id of a person's schedule."""
    return f"handover:{workspace}:{user_id}"


def schedule_of(person: Person, now: datetime) -> Schedule:
    """The person's schedule with its next run after `now`; it rests where they want no message."""
    hours = person.working_time()
    schedule = Schedule(
        id=schedule_id(person.workspace, person.user_id),
        workspace=person.workspace,
        kind=ScheduleKind.HANDOVER,
        subject=person.user_id,
        user_id=person.user_id,
        zone=person.zone,
        wall_time=hours.start,
        weekdays=hours.weekdays,
        next_run_at=now,
        next_date=now.date(),
        active=person.choices.handover and person.can_take_part,
    )
    return schedule.advanced(now)


def rescheduled(person: Person, known: Schedule | None, now: datetime) -> Schedule:
    """The person's schedule from now on, given the one that holds so far.

    What is due stays due. A morning that was still to come, and has passed where or as they work
    now, comes at once while it is a working hour of that same date.
    """
    fresh = schedule_of(person, now)
    if known is None or not known.active or not fresh.active:
        return fresh
    if known.next_date >= fresh.next_date:
        return fresh
    if known.next_run_at <= now:
        return replace(fresh, next_run_at=known.next_run_at, next_date=known.next_date)
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone))
    if known.next_date == today and person.working_time().contains(now, person.zone):
        return replace(fresh, next_run_at=now, next_date=today)
    return fresh
