"""Start what is due."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.domain.schedule import Outcome, Ran
from bot.services import ticks, zone_data
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Run everything that is due at `now`, batch by batch; one that breaks stops no other."""
    await _follow_zone_data(deps, now)
    try:
        await _run_schedules(deps, now)
    finally:  # whatever became of the schedules
        await _fire_timers(deps, now)


async def _run_schedules(deps: JobDeps, now: datetime) -> None:
    try:
        while ran := await deps.transactions.write(ticks.tick, now):
            _log(ran)
    except Exception:
        log.exception("tick_batch_failed", action="tick")
        await _one_by_one(deps, now)


async def _one_by_one(deps: JobDeps, now: datetime) -> None:
    """What breaks stays due, and is tried again until it makes no sense any more."""
    for schedule_id in await deps.transactions.read(ticks.due_ids, now):
        try:
            _log(await deps.transactions.write(ticks.tick_one, schedule_id, now))
        except Exception:
            log.exception("schedule_failed", action="tick", schedule=schedule_id)


async def _follow_zone_data(deps: JobDeps, now: datetime) -> None:
    """Before anything is due: an older edition may have put it at a wrong hour. A failure keeps
    nothing from running: an hour that was right until now is better than none."""
    moved: Counter[tuple[str, float]] = Counter()
    try:
        if await deps.transactions.read(zone_data.is_outdated):
            await _follow_batches(deps, now, moved)
    except Exception:
        log.exception("zone_data_failed", action="tick")
    for (zone, minutes), count in sorted(moved.items()):
        log.warning("zone_changed", action="tick", zone=zone, minutes=minutes, schedules=count)


async def _follow_batches(deps: JobDeps, now: datetime, moved: Counter[tuple[str, float]]) -> None:
    try:
        looked_at, corrections = await deps.transactions.write(zone_data.follow, now)
        while looked_at:
            moved.update(map(_move, corrections))
            looked_at, corrections = await deps.transactions.write(zone_data.follow, now)
    except Exception:
        log.exception("zone_data_batch_failed", action="tick")
        for schedule_id in await deps.transactions.read(zone_data.outdated):
            try:
                one = await deps.transactions.write(zone_data.follow_one, schedule_id, now)
                moved.update(map(_move, one))
            except Exception:
                log.exception("schedule_failed", action="tick", schedule=schedule_id)


def _move(correction: zone_data.Correction) -> tuple[str, float]:
    return correction.schedule.zone, correction.by.total_seconds() / 60


async def _fire_timers(deps: JobDeps, now: datetime) -> None:
    """Each in its own transaction: a timer may set others, and one that breaks stays for later."""
    passed_over: set[str] = set()
    while due := await deps.transactions.read(ticks.due_timers, now, passed_over):
        for timer_id in due:
            if not await _fire(deps, timer_id, now):
                passed_over.add(timer_id)


async def _fire(deps: JobDeps, timer_id: str, now: datetime) -> bool:
    try:
        return await deps.transactions.write(ticks.fire, timer_id, now) is not None
    except Exception:
        log.exception("timer_failed", action="tick", timer=timer_id)
        return False


def _log(ran: Sequence[Ran]) -> None:
    """A line for each batch, and one for each date that didn't run: ten thousand lines in a minute
    would hold the event loop."""
    skipped = [one for one in ran if one.outcome is not Outcome.RAN]
    for one in skipped:
        log.info(
            "occurrence_skipped",
            action="tick",
            schedule=one.schedule.id,
            date=str(one.occurrence.local_date),
            reason=one.reason,
        )
    if ran:
        log.info("occurrences", action="tick", ran=len(ran) - len(skipped), skipped=len(skipped))
