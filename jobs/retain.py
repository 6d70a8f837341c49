"""Once an hour: delete what is past its time, and workspaces that Meridian has left for long."""

from datetime import datetime

import structlog

from bot.domain.privacy.retention import Area
from bot.services.privacy import purging, retention
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """In many small transactions, so that nobody waits long behind one of them.

    The end of each audit chain is logged: who keeps the logs elsewhere can prove the chain by it.
    """
    for workspace in deps.workspaces:
        if await deps.transactions.write(retention.claim, workspace, now):
            await _sweep(deps, workspace, now)
    for workspace in await deps.transactions.read(purging.due, now):
        while await deps.transactions.write(purging.purge, workspace, now):
            pass
        log.info("purged", action="retain", workspace=workspace)


async def _sweep(deps: JobDeps, workspace: str, now: datetime) -> None:
    gone: dict[str, int] = {}
    for area in Area:
        batch = retention.BATCH
        while batch == retention.BATCH:
            batch = await deps.transactions.write(retention.sweep, workspace, area, now)
            gone[area.value] = gone.get(area.value, 0) + batch
    head = await deps.transactions.read(lambda uow: uow.audit.head(workspace))
    log.info("swept", action="retain", workspace=workspace, gone=gone)
    log.info("audit_head", workspace=workspace, number=head.seq, hash=head.hash)
