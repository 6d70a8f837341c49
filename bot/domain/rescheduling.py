"""When somebody is asked next after their stand-up, their zone or their hours have changed."""

from dataclasses import replace
from datetime import datetime

from bot.domain import calendar
from bot.domain.person import Person
from bot.domain.schedule import Schedule
from bot.domain.standup import Standup, participant_schedule


def rescheduled(
    standup: Standup, person: Person, known: Schedule | None, now: datetime
) -> Schedule:
    """The person's schedule from now on, given the one that holds so far.

    No date that was still to come is lost where it can be kept: what is due stays due, and where
    the new hour of today has passed already, today keeps the old one, or is asked at once, within
    the person's working hours.
    """
    fresh = participant_schedule(standup, person, now)
    if known is None or not known.active or not fresh.active or known.next_date >= fresh.next_date:
        return fresh
    run_at = _kept(standup, person, known, fresh, now)
    return replace(fresh, next_run_at=run_at, next_date=known.next_date) if run_at else fresh


def _kept(
    standup: Standup, person: Person, known: Schedule, fresh: Schedule, now: datetime
) -> datetime | None:
    """When to ask for the date that the old schedule had next; None where that makes no sense."""
    announced, day = known.next_run_at, known.next_date
    if announced <= now:
        return announced
    zone = calendar.zone_or_utc(person.zone)
    if day != calendar.local_date(now, zone) or day.isoweekday() not in fresh.weekdays:
        return None
    hours = person.working_time(standup.plan.weekdays)
    if day == calendar.local_date(announced, zone) and hours.contains(announced, zone):
        return announced
    return now if hours.contains(now, zone) else None
