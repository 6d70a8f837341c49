"""After each poll: tell those who watch what has ended, changed or fallen silent."""

from datetime import datetime

import structlog

from bot.services.experiments import registry_news, run_notices, stalls
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Look at the mirror once per workspace; each look is one transaction, and one that fails stops
    no other. What was told isn't told again, whichever node looks."""
    for workspace in deps.workspaces:
        for look in (run_notices.notice, registry_news.look, stalls.look):
            try:
                await deps.transactions.write(look, workspace, now)
            except Exception:
                log.exception("watching_failed", workspace=workspace, look=look.__module__)
