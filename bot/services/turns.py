"""Turns: asking people at their hour, reminding them, and closing a cohort's day.

A cohort's day is over when all its people have answered or their hours have passed. Every change
sets the same timer; when it goes off, the day is looked at anew. So nothing is posted twice,
however many people report at once.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain import standup as rules
from bot.domain.absence import Absence
from bot.domain.calendar import Occurrence
from bot.domain.day import Day
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import PostMode, Standup
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
        begin(uow, standup, person, rules.turn_of(standup, person, local_date), now)


def begin(uow: UnitOfWork, standup: Standup, person: Person, turn: Turn, now: datetime) -> None:
    """Begin a turn now: ask, or note the absence."""
    absence = availability.absence(uow, person, turn.local_date, standup.plan.days_off)
    if absence:
        uow.turns.save(replace(turn, absence=absence))
        look_again(uow, turn, now)
        return
    due_at, whole = _due_at(uow, standup, person, now)
    asked = replace(turn, asked_at=now, due_at=due_at, required=turn.required and whole)
    uow.turns.save(asked)
    standup_posts.prompt(uow, asked, now)
    _set_reminder(uow, standup, person, asked, 0, now)
    look_again(uow, asked, asked.due_at)


def remind(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """Remind somebody whose report is missing, in their hours and before their day closes."""
    subject = timer.subject
    local_date, nth = date.fromisoformat(subject["date"]), int(subject["nth"])
    standup = uow.standups.get(timer.workspace, subject["standup"])
    person = uow.people.get(timer.workspace, subject["user"])
    if standup is None or person is None:
        return
    one_at_a_time(uow, standup, person.user_id)
    turn = uow.turns.get(standup.id, local_date, person.user_id)
    if turn is None or now >= turn.due_at or turn.absence or is_reported(uow, turn):
        return
    if may_be_asked(uow, standup, person, now):
        standup_posts.reminder(uow, turn, nth, now)
    _set_reminder(uow, standup, person, turn, nth + 1, now)


def look(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """Look at a cohort's day: wrap it up if it is over, else look again when it may be."""
    local_date, cohort = date.fromisoformat(timer.subject["date"]), Cohort(timer.subject["cohort"])
    standup = uow.standups.get(timer.workspace, timer.subject["standup"])
    if standup is None or not standup.active:
        return
    part = _excused(uow, day(uow, standup, local_date).of(cohort), now)
    later = [turn.due_at for turn in part.waiting if turn.due_at > now]
    later += _still_to_come(uow, standup, local_date, cohort, now)
    if later:
        uow.timers.set(replace(timer, due_at=max(later)))
    # The one card of a stand-up that shows reports at once names those who are missing, too.
    at_once = standup.plan.post_mode is PostMode.AT_ONCE
    over = not later or standup_posts.card_of(uow, standup.id, local_date, cohort)
    if at_once or (part.reports and over):
        standup_posts.wrap_up(uow, part, cohort, now)
    elif over:
        standup_posts.ended_in_silence(uow, part, now)


def look_again(uow: UnitOfWork, turn: Turn, at: datetime) -> None:
    """Look at the turn's cohort at `at`, or earlier where that was planned."""
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
    uow.timers.set_no_later(timer)


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


def may_be_asked(uow: UnitOfWork, standup: Standup, person: Person, now: datetime) -> bool:
    """Whether a message that asks this person makes sense now: the stand-up goes on and asks them,
    and they are at work."""
    if not standup.active or standup.paused or not person.can_take_part:
        return False
    hours = person.working_time(standup.plan.weekdays)
    return (
        person.user_id in standup.plan.participants
        and hours.contains(now, person.zone)
        and not availability.is_away_now(uow, person, now)
    )


def one_at_a_time(uow: UnitOfWork, standup: Standup, user_id: str) -> None:
    """A person's two windows, and the timers that ask them, come one after the other."""
    uow.schedules.locked(rules.schedule_id(standup.id, user_id))


def _due_at(
    uow: UnitOfWork, standup: Standup, person: Person, now: datetime
) -> tuple[datetime, bool]:
    """When the day closes for somebody who is asked now, and whether they have all their hours.

    Who is away on the day on which those end has until the end of this working day, and isn't
    missed.
    """
    due_at = rules.due_at(standup, person, now)
    closes = calendar.local_date(due_at, calendar.zone_or_utc(person.zone))
    if not availability.absence(uow, person, closes, standup.plan.days_off):
        return due_at, True
    closing_time = next(person.working_time(standup.plan.weekdays).windows(now, person.zone))[1]
    return min(due_at, closing_time), closing_time >= due_at


def _excused(uow: UnitOfWork, part: Day, now: datetime) -> Day:
    """The day with those excused who didn't answer in time and are away by now."""
    entries = []
    for entry in part.entries:
        late = not entry.answered and entry.turn.due_at <= now
        absence = _absence_now(uow, part.standup, entry.turn, now) if late else None
        if absence:
            entry = replace(entry, turn=replace(entry.turn, absence=absence))
            uow.turns.save(entry.turn)
        entries.append(entry)
    return replace(part, entries=tuple(entries))


def _absence_now(uow: UnitOfWork, standup: Standup, turn: Turn, now: datetime) -> Absence | None:
    person = uow.people.get(turn.workspace, turn.user_id)
    if person is None:
        return None
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone))
    return availability.absence(uow, person, today, standup.plan.days_off)


def _set_reminder(
    uow: UnitOfWork, standup: Standup, person: Person, turn: Turn, nth: int, now: datetime
) -> None:
    """Set the `nth` reminder (from 0) that the stand-up gives, or the next one that is still to
    come; optional people get none."""
    if not turn.required or turn.asked_at is None:
        return
    hours = person.working_time(standup.plan.weekdays)
    for number, share in enumerate(_REMINDED_AFTER[standup.plan.reminders]):
        passed = timedelta(hours=standup.plan.close_after) * share
        due_at = hours.after(turn.asked_at, passed, person.zone)
        if number >= nth and now < due_at < turn.due_at:
            uow.timers.set(_reminder(turn, number, due_at))
            return


def _reminder(turn: Turn, nth: int, due_at: datetime) -> Timer:
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
        due_at=due_at,
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
