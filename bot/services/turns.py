"""Turns: asking people at their hour, reminding them, and closing a cohort's day.

A cohort's day is over when all its people have answered or their hours have passed. Every change
sets the same timer; when it goes off, the day is looked at anew. So nothing is posted twice,
however many people report at once.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.domain import asking, calendar
from bot.domain import standup as rules
from bot.domain.absence import Absence
from bot.domain.asking import Begun
from bot.domain.calendar import Occurrence
from bot.domain.day import Day
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import PostMode, Standup
from bot.domain.timer import Timer
from bot.domain.turn import Cohort, Entry, Turn
from bot.ports.repositories import UnitOfWork
from bot.services import availability, standup_posts

Due = Sequence[tuple[Schedule, Occurrence]]


def ask_all(uow: UnitOfWork, due: Due, now: datetime) -> None:
    """The hour of these people has come: ask them, or note why not, in a handful of statements.

    Nobody is asked who has reported or skipped already, or, after an outage, outside their hours.
    """
    for workspace in sorted({schedule.workspace for schedule, _ in due}):
        _ask_in(uow, workspace, [one for one in due if one[0].workspace == workspace], now)


def begin(uow: UnitOfWork, standup: Standup, person: Person, turn: Turn, now: datetime) -> None:
    """Begin one turn now: ask, or note the absence."""

    def absent(day: date) -> Absence | None:
        return availability.absence(uow, person, day, standup.plan.days_off)

    begun = asking.begun(standup, person, turn, absent, now)
    uow.turns.save(begun.turn)
    if not begun.turn.absence:
        standup_posts.prompt(uow, begun.turn, now)
    if begun.reminder:
        uow.timers.set(begun.reminder)
    look_again(uow, begun.turn, begun.look_at)


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
    if again := asking.next_reminder(standup, person, turn, nth + 1, now):
        uow.timers.set(again)


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
    uow.timers.set_no_later(asking.look(turn, at))


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


def _ask_in(uow: UnitOfWork, workspace: str, due: Due, now: datetime) -> None:
    """Each kind of row is written in one order for all, so that two nodes never wait in a ring."""
    begun = _begun(uow, workspace, due, now)
    uow.turns.add_all([one.turn for one in begun])
    standup_posts.prompts(uow, [one.turn for one in begun if not one.turn.absence], now)
    uow.timers.set_all([one.reminder for one in begun if one.reminder])
    looks = {(one.turn.standup_id, one.turn.local_date, one.turn.cohort, one.look_at): one
             for one in begun}  # fmt: skip
    uow.timers.set_all_no_later([asking.look(one.turn, one.look_at) for one in looks.values()])


def _begun(uow: UnitOfWork, workspace: str, due: Due, now: datetime) -> list[Begun]:
    running = uow.standups.several(workspace, {schedule.subject for schedule, _ in due})
    people = uow.people.several(workspace, {schedule.user_id for schedule, _ in due})
    keys = {(s.subject, occurrence.local_date, s.user_id) for s, occurrence in due}
    fresh = uow.turns.missing(keys)
    together = _Together(availability.Presence(uow, people.values(), now), now)
    found = []
    for schedule, occurrence in due:
        day, user = occurrence.local_date, schedule.user_id
        standup, person = running.get(schedule.subject), people.get(user)
        if standup is None or person is None or (standup.id, day, user) not in fresh:
            continue
        if standup.active and not standup.paused:
            found.append(together.begun(standup, person, day))
    return [one for one in found if one is not None]


class _Together:
    """Begins the turns of many people at `now`; what is the same for two is computed once."""

    def __init__(self, presence: availability.Presence, now: datetime) -> None:
        self._presence = presence
        self._now = now
        self._known: dict[Hashable, Begun | None] = {}

    def begun(self, standup: Standup, person: Person, day: date) -> Begun | None:
        """None outside their hours."""
        if not self._presence.always(person):
            return self._of(standup, person, day)
        optional = person.user_id in standup.plan.optional
        own = person.choices
        alike = standup.id, day, person.zone, own.hours, own.weekdays, optional
        if alike not in self._known:
            self._known[alike] = self._of(standup, person, day)
        found = self._known[alike]
        return asking.for_another(found, person.user_id) if found else None

    def _of(self, standup: Standup, person: Person, day: date) -> Begun | None:
        if not person.working_time(standup.plan.weekdays).contains(self._now, person.zone):
            return None
        turn = rules.turn_of(standup, person, day)
        absent = partial(self._presence.on, person, days_off=standup.plan.days_off)
        return asking.begun(standup, person, turn, absent, self._now)


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
