"""Trial 8: a node whose system clock is set by an hour or a day, or that sleeps for a while.

True time goes on in steps of a tick; the node sees it through its own, wrong clock. Whether the
jobs run at all after a step is read from the scheduler itself, with and without its watch.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_clock
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.schedule import Outcome, Schedule, ScheduleKind
from bot.services import ticks
from bot.workflows.tenants import OneTenant
from jobs.clock_watch import ClockWatch
from jobs.deps import JobDeps
from jobs.scheduler import Scheduler
from storage.schedules import OccurrenceRow
from storage.unit_of_work import SqlUnitOfWork
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.tables import Table

_START = datetime(2026, 3, 2, tzinfo=UTC)
_TICK = timedelta(minutes=10)
_ZONES = ("Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "America/Sao_Paulo")
_DAYS = 6
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ASLEEP = timedelta(seconds=30)

# What happens on the third day at noon, and for how long the clock is wrong.
STEPS = {
    "right all the time": (timedelta(0), timedelta(0)),
    "+1 h for 3 h": (_HOUR, 3 * _HOUR),
    "-1 h for 3 h": (-_HOUR, 3 * _HOUR),
    "+1 day for 3 h": (_DAY, 3 * _HOUR),
    "-1 day for 3 h": (-_DAY, 3 * _HOUR),
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """Dates of the schedules: those that ran, and those that came to nothing."""

    case: str
    database: str
    due: int
    ran: int
    doubled: int
    skipped: int
    missing: int


async def run(kinds: Sequence[str], *, server: str = "") -> Table:
    """Every step on each kind of database; a wrong clock may bring a date early or skip it with a
    reason, never twice, and never without a trace."""
    found = []
    for kind in kinds:
        for case in STEPS:
            with empty_database(kind, server) as url, observed(url) as database:
                found.append(_live(kind, database, case))
    rows = [
        {
            "clock": f.case,
            "database": f.database,
            "dates due": f.due,
            "ran": f.ran,
            "doubled": f.doubled,
            "skipped with the reason": f.skipped,
            "missed without a trace": f.missing,
        }
        for f in found
    ]
    return Table(
        title="Trial 8: the system clock is set while a node ticks",
        rows=rows,
        wrong=sum(f.doubled + f.missing for f in found),
    )


async def waits() -> Table:
    """How long every job of a running scheduler rests after a step, with its watch and without;
    the control is the scheduler that doesn't watch."""
    rows, wrong = [], 0
    for name, step in (("-1 h", -_HOUR), ("-1 day", -_DAY), ("asleep for 30 s", _ASLEEP)):
        without, with_watch = await _rest(step, watched=False), await _rest(step, watched=True)
        longest = max(with_watch.values(), default=timedelta(0))
        wrong += longest > timedelta(0)
        # Some of it has gone by when it is looked at.
        wrong += step < timedelta(0) and without["tick"] < -step / 2
        rows.append(
            {
                "clock": name,
                "tick rests without the watch": str(without["tick"]),
                "any job rests with it": str(longest),
            }
        )
    return Table(title="The jobs after a step, and the control", rows=rows, wrong=wrong)


def _live(kind: str, database: Observer, case: str) -> Found:
    offset, lasts = STEPS[case]
    wrong_from = _START + timedelta(days=2, hours=12)
    database.write(_plant)
    now, end = _START, _START + timedelta(days=_DAYS)
    while now <= end:
        shown = now + offset if wrong_from <= now < wrong_from + lasts else now
        while database.write(lambda uow, at=shown: ticks.tick(uow, at)):  # type: ignore[misc]
            pass
        now += _TICK
    return database.read(lambda session: _judged(session, kind, case, end))


def _plant(uow: SqlUnitOfWork) -> None:
    for zone in _ZONES:
        schedule = Schedule(
            id=f"trial:{zone}", workspace="T0TEAM", kind=ScheduleKind.STANDUP_PROMPT,
            subject="trial", user_id=zone, zone=zone, wall_time=wall_clock(9, 0),
            weekdays=EVERY_DAY, next_run_at=_START, next_date=_START.date(),
        )  # fmt: skip
        uow.schedules.save(schedule.advanced(_START))


def _judged(session: Session, kind: str, case: str, end: datetime) -> Found:
    query = select(OccurrenceRow.schedule_id, OccurrenceRow.local_date, OccurrenceRow.outcome)
    seen: Counter[tuple[str, date]] = Counter()
    ran = skipped = 0
    for schedule_id, day, outcome in session.execute(query):
        seen[schedule_id, day] += 1
        ran += outcome == Outcome.RAN.value
        skipped += outcome == Outcome.SKIPPED.value
    due = {(f"trial:{zone}", day) for zone in _ZONES for day in _dates(zone, end)}
    return Found(
        case=case,
        database=kind,
        due=len(due),
        ran=ran,
        doubled=sum(count - 1 for count in seen.values()),
        skipped=skipped,
        missing=len(due - set(seen)),
    )


def _dates(zone: str, end: datetime) -> list[date]:
    planted = Schedule(
        id="x", workspace="x", kind=ScheduleKind.STANDUP_PROMPT, subject="x", zone=zone,
        wall_time=wall_clock(9, 0), weekdays=EVERY_DAY, next_run_at=_START,
        next_date=_START.date(),
    ).advanced(_START)  # fmt: skip
    return [found.local_date for found in planted.due(end)]


async def _rest(step: timedelta, *, watched: bool) -> dict[str, timedelta]:
    """How long each job waits by the stepped clock, read right after the step."""
    offset = timedelta(0)

    def clock() -> datetime:
        return datetime.now(UTC) + offset

    nothing = cast(Any, None)
    deps = JobDeps(
        tenants=OneTenant(workspace="T0TEAM"), transactions=nothing, chat=nothing,
        deliverer=nothing, holidays=nothing,
    )  # fmt: skip
    scheduler = Scheduler(deps, clock, poll_seconds=120)
    inner = scheduler._scheduler
    inner.start(paused=True)
    try:
        watch = ClockWatch(clock, scheduler._on_step)
        loop = asyncio.get_running_loop()
        watch.look(loop.time())
        offset = step
        if watched:
            watch.look(loop.time())
        return {job.id: job.next_run_time - clock() for job in inner.get_jobs()}
    finally:
        inner.shutdown(wait=False)
