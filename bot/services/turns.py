"""Turns: asking people at their hour, reminding them, and closing a cohort's day.

A cohort's day is over when all its people have answered or their hours have passed. Every change
sets the same timer; when it goes off, the day is looked at anew. So nothing is posted twice,
however many people report at once.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain import standup as rules
from bot.domain.calendar import Occurrence
from bot.domain.day import Day
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import Standup
from bot.domain.timer import Timer, TimerKind
from bot.domain.turn import Cohort, Entry, Turn
from bot.ports.repositories import UnitOfWork
from bot.services import availability, standup_posts

# After which part of their hours somebody is reminded, for each number of reminders.
_REMINDED_AFTER = {0: (), 1: (0.75,), 2: (0.5, 0.75)}


def ask(uow: UnitOfWork, schedule: Schedule, occurrence: Occurrence, now: datetime) -> None:
    """Somebody's hour has come: ask them, or note why not.

    Nobody is asked who has reported or skipped already, or, after an outage, outside their hours.
    """
    standup = uow.standups.get(schedule.workspace, schedule.subject)
    person = uow.people.get(schedule.workspace, schedule.user_id)
    if standup is None or not standup.active or standup.paused or person is None:
        return
    local_date = occurrence.local_date
    if uow.turns.get(standup.id, local_date, person.user_id):
        return
    if person.working_time(standup.plan.weekdays).contains(now, person.zone):
        turn = rules.turn_of(standup, person, local_date)
        begin(uow, standup, person, turn, now)


def begin(uow: UnitOfWork, standup: Standup, person: Person, turn: Turn, now: datetime) -> None:
    """Begin a turn now: ask, or note the absence."""
    absence = availability.absence(uow, person, turn.local_date, standup.plan.days_off)
    if absence:
        uow.turns.save(replace(turn, absence=absence))
        look_again(uow, turn, now)
        return
    asked = replace(turn, asked_at=now, due_at=rules.due_at(standup, person, now))
    uow.turns.save(asked)
    standup_posts.prompt(uow, asked, now)
    _set_reminder(uow, standup, person, asked, 0)
    look_again(uow, asked, asked.due_at)


def remind(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """Remind somebody whose report is missing, in their hours and before their day closes."""
    subject = timer.subject
    local_date, nth = date.fromisoformat(subject["date"]), int(subject["nth"])
    standup = uow.standups.get(timer.workspace, subject["standup"])
    person = uow.people.get(timer.workspace, subject["user"])
    turn = uow.turns.get(subject["standup"], local_date, subject["user"])
    if standup is None or not standup.active or standup.paused or person is None or turn is None:
        return
    if now >= turn.due_at or turn.absence or is_reported(uow, turn):
        return
    taking_part = person.can_take_part and person.user_id in standup.plan.participants
    if taking_part and person.working_time(standup.plan.weekdays).contains(now, person.zone):
        standup_posts.reminder(uow, turn, nth, now)
    _set_reminder(uow, standup, person, turn, nth + 1)


def look(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """Look at a cohort's day: wrap it up if it is over, else look again when it may be."""
    local_date, cohort = date.fromisoformat(timer.subject["date"]), Cohort(timer.subject["cohort"])
    standup = uow.standups.get(timer.workspace, timer.subject["standup"])
    if standup is None or not standup.active:
        return
    part = day(uow, standup, local_date).of(cohort)
    later = [turn.due_at for turn in part.waiting if turn.due_at > now]
    later += _still_to_come(uow, standup, local_date, cohort, now)
    if later:
        uow.timers.set(replace(timer, due_at=max(later)))
    if part.reports and (not later or standup_posts.card_of(uow, standup.id, local_date, cohort)):
        standup_posts.wrap_up(uow, part, cohort, now)


def look_again(uow: UnitOfWork, turn: Turn, at: datetime) -> None:
    """Look at the turn's cohort at `at`, or when somebody else of it needs it later."""
    timer = Timer(
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
    known = uow.timers.get(timer.id)
    if known is None or at < known.due_at:
        uow.timers.set(timer)


def day(uow: UnitOfWork, standup: Standup, local_date: date) -> Day:
    """Everybody's turn of a date with what came of it; no report is without a turn.

    Of those who are not asked any more only what they said is left.
    """
    reports = {r.user_id: r for r in uow.standups.reports(standup.id, local_date)}
    turns = uow.turns.of_day(standup.id, local_date)
    entries = [Entry(turn=turn, report=reports.get(turn.user_id)) for turn in turns]
    kept = (e for e in entries if e.answered or e.turn.user_id in standup.plan.participants)
    return Day(standup=standup, local_date=local_date, entries=tuple(kept))


def is_reported(uow: UnitOfWork, turn: Turn) -> bool:
    """Whether the turn's person has reported."""
    return uow.standups.report(turn.standup_id, turn.local_date, turn.user_id) is not None


def _set_reminder(uow: UnitOfWork, standup: Standup, person: Person, turn: Turn, nth: int) -> None:
    """Set the `nth` reminder (from 0) that the stand-up gives; optional people get none."""
    after = _REMINDED_AFTER[standup.plan.reminders]
    if nth >= len(after) or not turn.required or turn.asked_at is None:
        return
    hours = person.working_time(standup.plan.weekdays)
    passed = timedelta(hours=standup.plan.close_after) * after[nth]
    uow.timers.set(
        Timer(
            id=f"remind:{turn.standup_id}:{turn.local_date}:{turn.user_id}",
            workspace=turn.workspace,
            kind=TimerKind.STANDUP_REMINDER,
            subject={
                "standup": turn.standup_id,
                "date": turn.local_date.isoformat(),
                "user": turn.user_id,
                "nth": nth,
            },
            due_at=hours.after(turn.asked_at, passed, person.zone),
        )
    )


def _still_to_come(
    uow: UnitOfWork, standup: Standup, local_date: date, cohort: Cohort, now: datetime
) -> list[datetime]:
    """When those of the cohort are asked whose hour of that date hasn't come yet."""
    return [
        max(schedule.next_run_at, now) + timedelta(seconds=1)
        for schedule in uow.schedules.of(standup.workspace, ScheduleKind.STANDUP_PROMPT, standup.id)
        if schedule.active
        and schedule.next_date <= local_date
        and Cohort.of(schedule.zone, schedule.next_run_at) is cohort
    ]
