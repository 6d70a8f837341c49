"""Alert evaluation: what the mirror holds by now, rule by rule."""

from datetime import datetime

import structlog

from bot.errors import BotError
from bot.services import alerts
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Evaluate every rule in its own transaction; one that fails doesn't stop the others.

    Only new samples in the mirror change anything, so an outside system that is down does not.
    """
    for workspace in deps.workspaces:
        for number in await deps.transactions.read(alerts.numbers, workspace):
            try:
                await _evaluate(deps, workspace, number, now)
            except BotError as error:
                log.info("evaluation_put_off", workspace=workspace, rule=number, reason=str(error))
            except Exception:
                log.exception("evaluation_failed", workspace=workspace, rule=number)


async def _evaluate(deps: JobDeps, workspace: str, number: int, now: datetime) -> None:
    if await deps.transactions.read(alerts.has_news, workspace, number, now):
        await deps.transactions.write(alerts.evaluate_rule, workspace, number, now)
