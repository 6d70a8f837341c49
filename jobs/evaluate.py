"""What the mirror holds by now: for alert rules, one by one, and for blockers that wait for it."""

from datetime import datetime

import structlog

from bot.errors import BotError
from bot.services import blockers
from bot.services.alerts import evaluation
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Follow what blockers wait for, then evaluate every rule in its own transaction; one that
    fails doesn't stop the others.

    Only new samples in the mirror change anything, so an outside system that is down does not.
    """
    for workspace in deps.workspaces:
        await deps.transactions.write(blockers.follow_links, workspace, now)
        for number in await deps.transactions.read(evaluation.numbers, workspace):
            try:
                await _evaluate(deps, workspace, number, now)
            except BotError as error:
                log.info("evaluation_put_off", workspace=workspace, rule=number, reason=str(error))
            except Exception:
                log.exception("evaluation_failed", workspace=workspace, rule=number)


async def _evaluate(deps: JobDeps, workspace: str, number: int, now: datetime) -> None:
    if await deps.transactions.read(evaluation.has_news, workspace, number, now):
        await deps.transactions.write(evaluation.evaluate_rule, workspace, number, now)
