"""The schedules by which a stand-up asks its people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain import calendar
from bot.domain import standup as rules
from bot.domain.person import Person
from bot.domain.rescheduling import rescheduled
from bot.domain.schedule import ScheduleKind
from bot.domain.standup import Standup
from bot.ports.repositories import UnitOfWork
from bot.services.schedules import not_again


def save_all(
    uow: UnitOfWork, standup: Standup, people: Mapping[str, Person], now: datetime
) -> None:
    """Let every participant's schedule follow the stand-up; those of others rest.

    `people` holds at least the participants where somebody is asked.
    """
    known = uow.schedules.of(standup.workspace, ScheduleKind.STANDUP_PROMPT, standup.id)
    before = {schedule.user_id: schedule for schedule in known}
    running = standup.active and not standup.paused
    asked = set(standup.plan.participants) if running else set()
    fresh = [not_again(uow, rescheduled(standup, people[u], before.get(u), now)) for u in asked]
    gone = [replace(s, active=False) for u, s in before.items() if s.active and u not in asked]
    uow.schedules.save_all(sorted([*fresh, *gone], key=lambda schedule: schedule.id))


def save(uow: UnitOfWork, standup: Standup, person: Person, now: datetime) -> None:
    """Let one person's schedule follow their zone, their hours and their state; it rests where the
    stand-up doesn't ask them.

    A date that had its turn doesn't come again, though it may begin anew where they are now; one
    whose hour is long gone there isn't asked for in the evening.
    """
    known = uow.schedules.locked(rules.schedule_id(standup.id, person.user_id))
    if not standup.active or person.user_id not in standup.plan.participants:
        if known is not None:
            uow.schedules.save(replace(known, active=False))
        return
    schedule = rescheduled(standup, person, known, now)
    zone = calendar.zone_or_utc(person.zone)
    hour = calendar.resolve(schedule.next_date, schedule.wall_time, zone)
    if hour and schedule.reason_to_skip(hour, schedule.next_run_at):
        schedule = schedule.advanced(now)
    uow.schedules.save(not_again(uow, schedule))
