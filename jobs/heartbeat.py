"""Once a minute: tell the service that watches over us that the vital jobs do their work."""

from datetime import datetime, timedelta

import structlog

from bot.errors import ExternalServiceError
from jobs.deps import JobDeps

log = structlog.get_logger()

VITAL = ("tick", "deliver")
PATIENCE = timedelta(minutes=5)


async def step(deps: JobDeps, now: datetime) -> None:
    """Beat while we are ready; a reason why not is logged when it changes, not every minute."""
    trouble = _not_ready(deps, now) or await _beat(deps)
    if trouble != deps.vitals.trouble:
        if trouble:
            log.error("heartbeat_missed", action="heartbeat", reason=trouble)
        else:
            log.info("heartbeat_again", action="heartbeat")
        deps.vitals.trouble = trouble


def _not_ready(deps: JobDeps, now: datetime) -> str:
    for name in VITAL:
        ended_at = deps.vitals.ended_at.get(name)
        if ended_at is None or now - ended_at > PATIENCE:
            return f"{name} has not ended well since {ended_at or 'the start'}"
    return deps.problem()


async def _beat(deps: JobDeps) -> str:
    if deps.heartbeat is None:
        return ""
    try:
        await deps.heartbeat.beat()
    except ExternalServiceError as error:
        return str(error)
    return ""
