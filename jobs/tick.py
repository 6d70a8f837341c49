"""Start what is due."""

from datetime import datetime

import structlog

from bot.services import ticks
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Run everything that is due at `now`, batch by batch."""
    while ran := await deps.transactions.write(ticks.tick, now):
        for item in ran:
            log.info(
                "occurrence",
                action="tick",
                schedule=item.schedule.id,
                date=str(item.occurrence.local_date),
                outcome=item.outcome.value,
                reason=item.reason,
            )
