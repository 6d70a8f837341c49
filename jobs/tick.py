"""Start what is due."""

from collections.abc import Iterable
from datetime import datetime

import structlog

from bot.services import ticks
from bot.services.ticks import Ran
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Run everything that is due at `now`, batch by batch; one that breaks stops no other."""
    try:
        while ran := await deps.transactions.write(ticks.tick, now):
            _log(ran)
    except Exception:
        log.exception("tick_batch_failed", action="tick")
        await _one_by_one(deps, now)
    await _fire_timers(deps, now)


async def _one_by_one(deps: JobDeps, now: datetime) -> None:
    """What breaks stays due, and is tried again until it makes no sense any more."""
    due = await deps.transactions.read(ticks.due, now)
    for schedule_id in dict.fromkeys(ran.schedule.id for ran in due):
        try:
            _log(await deps.transactions.write(ticks.tick_one, schedule_id, now))
        except Exception:
            log.exception("schedule_failed", action="tick", schedule=schedule_id)


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


def _log(ran: Iterable[Ran]) -> None:
    for item in ran:
        log.info(
            "occurrence",
            action="tick",
            schedule=item.schedule.id,
            date=str(item.occurrence.local_date),
            outcome=item.outcome.value,
            reason=item.reason,
        )
