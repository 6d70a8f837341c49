"""The tick: everything that is due at an instant, each local date at most once."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime

from bot.domain.calendar import Occurrence
from bot.domain.schedule import Outcome, Ran, Schedule, ScheduleKind
from bot.domain.source import RESTORED
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import aways, blocker_notices, memberships, turns, zone_changes
from bot.services.decisions import consents, reviews, weekly
from bot.services.digests import daily
from bot.services.digests import weekly as weeks
from bot.services.digests.handover import schedules as handovers
from bot.services.experiments import hypothesis_asks, telling
from bot.services.installations import REMOVED
from bot.services.issues import shared

# One commit for so many: a command that waits for the writer meanwhile waits some hundredths of
# a second.
BATCH = 400

_HAD_ITS_TURN = "this local date had its turn before"

Start = Callable[[UnitOfWork, Sequence[tuple[Schedule, Occurrence]], datetime], None]
"""Starts what is due, all of one kind; where one breaks, `tick_one` tries each alone."""


def _each(start: Callable[[UnitOfWork, Schedule, Occurrence, datetime], None]) -> Start:
    """For a kind of which few are due at a time: one after the other."""

    def start_all(
        uow: UnitOfWork, due: Sequence[tuple[Schedule, Occurrence]], now: datetime
    ) -> None:
        for schedule, occurrence in due:
            start(uow, schedule, occurrence, now)

    return start_all


_START: dict[ScheduleKind, Start] = {
    ScheduleKind.STANDUP_PROMPT: turns.ask_all,
    ScheduleKind.DIGEST: _each(daily.run),
    ScheduleKind.DECISIONS_WEEKLY: _each(weekly.run),
    ScheduleKind.HANDOVER: _each(handovers.run),
    ScheduleKind.DIGEST_WEEKLY: _each(weeks.run),
}

Fire = Callable[[UnitOfWork, Timer, datetime], None]

_FIRE: dict[TimerKind, Fire] = {
    TimerKind.STANDUP_REMINDER: turns.remind,
    TimerKind.STANDUP_WRAP_UP: turns.look,
    TimerKind.STANDUP_DEPARTURE: memberships.tell_departure,
    TimerKind.BLOCKER_NUDGE: blocker_notices.fire,
    TimerKind.ZONE_CHANGE: zone_changes.confirm,
    TimerKind.AWAY_SET: aways.tell,
    TimerKind.DECISION_REVIEW: reviews.fire,
    TimerKind.CONSENT: consents.look,
    TimerKind.CONSENT_OVER: consents.tell_over,
    TimerKind.HYPOTHESIS: hypothesis_asks.fire,
    TimerKind.WATCH_NEWS: telling.morning,
    TimerKind.CHANNEL_SHARED: shared.tell,
}


def tick(uow: UnitOfWork, now: datetime) -> list[Ran]:
    """Run one batch of what is due at `now`; empty when nothing is left.

    After an outage only the latest occurrence of a schedule runs, if it still makes sense; the
    others are recorded as skipped.
    """
    return _run(uow, uow.schedules.due(now, BATCH), now)


def tick_one(uow: UnitOfWork, schedule_id: str, now: datetime) -> list[Ran]:
    """The same for one schedule, where another one of its batch breaks."""
    schedule = uow.schedules.locked(schedule_id)
    if schedule is None or not schedule.active or schedule.next_run_at > now:
        return []
    return _run(uow, [schedule], now)


def due_ids(uow: UnitOfWork, now: datetime) -> list[str]:
    """The ids of the schedules that are due, earliest first; those that can't be read too."""
    return uow.schedules.overdue_ids(now)


def due_timers(uow: UnitOfWork, now: datetime, but: Collection[str] = ()) -> list[str]:
    """The ids of the timers that are due, earliest first, at most a batch, `but` left out."""
    return uow.timers.due(now, BATCH, but)


def fire(uow: UnitOfWork, timer_id: str, now: datetime) -> Timer | None:
    """Let one timer go off; None where it isn't due any more or another node has it."""
    timer = uow.timers.take(timer_id, now)
    if timer is not None and timer.workspace not in uow.workspaces.gone():
        with _perhaps_posted(uow, [timer.due_at]):
            _FIRE[timer.kind](uow, timer, now)
    return timer


def next_due(uow: UnitOfWork) -> datetime | None:
    """When there is something to do next (aware UTC), or None."""
    return min(filter(None, [uow.schedules.next_run(), uow.timers.next_due()]), default=None)


def due(uow: UnitOfWork, now: datetime) -> list[Ran]:
    """What `tick` would do at `now`, without doing it."""
    return [ran for schedule in uow.schedules.overdue(now) for ran in _judged(schedule, now)]


def upcoming(uow: UnitOfWork, start: datetime, end: datetime) -> list[Ran]:
    """Every occurrence in (start, end] of every active schedule, in order of time."""
    found = [
        Ran(schedule=schedule, occurrence=occurrence, outcome=Outcome.RAN)
        for schedule in uow.schedules.active()
        for occurrence in _between(schedule, start, end)
    ]
    return sorted(found, key=lambda r: (r.occurrence.run_at, r.schedule.id))


def _run(uow: UnitOfWork, schedules: Sequence[Schedule], now: datetime) -> list[Ran]:
    gone = uow.workspaces.gone() if schedules else frozenset()
    judged = [
        _left(ran) if ran.schedule.workspace in gone else ran
        for schedule in schedules
        for ran in _judged(schedule, now)
    ]
    fresh = uow.schedules.record(judged)
    results = [ran if ran.key in fresh else _had_its_turn(ran) for ran in judged]
    for kind, start in _START.items():
        due = [
            (ran.schedule, ran.occurrence)
            for ran in results
            if ran.outcome is Outcome.RAN and ran.schedule.kind is kind
        ]
        if due:
            with _perhaps_posted(uow, [occurrence.run_at for _, occurrence in due]):
                start(uow, due, now)
    uow.schedules.advance_all({schedule.id: schedule.following(now) for schedule in schedules})
    return results


def _perhaps_posted(uow: UnitOfWork, due_at: Sequence[datetime]) -> AbstractContextManager[None]:
    """Between a backup and its restore nobody kept what ran: what one of a batch posts that was due
    then is looked for first. Ids of what is due are made of dates, so none means another thing."""
    restored_at = uow.sources.watermark(RESTORED)
    if restored_at is None or min(due_at) > restored_at:
        return nullcontext()
    return uow.deliveries.perhaps_posted(min(due_at))


def _left(ran: Ran) -> Ran:
    return replace(ran, outcome=Outcome.SKIPPED, reason=REMOVED)


def _had_its_turn(ran: Ran) -> Ran:
    return replace(ran, outcome=Outcome.SKIPPED, reason=_HAD_ITS_TURN)


def _judged(schedule: Schedule, now: datetime) -> Iterator[Ran]:
    *missed, latest = schedule.due(now)
    for occurrence in missed:
        yield _skipped(schedule, occurrence, "missed while Meridian was not running")
    reason = schedule.reason_to_skip(latest.run_at, now)
    if reason:
        yield _skipped(schedule, latest, reason)
    else:
        yield Ran(schedule=schedule, occurrence=latest, outcome=Outcome.RAN)


def _skipped(schedule: Schedule, occurrence: Occurrence, reason: str) -> Ran:
    return Ran(schedule=schedule, occurrence=occurrence, outcome=Outcome.SKIPPED, reason=reason)


def _between(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Occurrence]:
    for occurrence in schedule.occurrences(start):
        if occurrence.run_at > end:
            return
        yield occurrence
