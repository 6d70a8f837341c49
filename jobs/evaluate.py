"""What the mirror holds by now: for alert rules, one by one, and for blockers that wait for it."""

from datetime import datetime

import structlog

from bot.errors import BotError
from bot.services import blockers
from bot.services.alerts import attending, evaluation
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Follow what blockers wait for, evaluate every rule that has news in its own transaction, then
    tell people what is due of all incidents together; what fails doesn't stop the rest.

    Only new samples in the mirror change an alert, and time as far as the source was read, so an
    outside system that is down does not.
    """
    for workspace in deps.workspaces:
        await deps.transactions.write(blockers.follow_links, workspace, now)
        for number in await _with_news(deps, workspace, now):
            await _evaluate(deps, workspace, number, now)
        await _attend(deps, workspace, now)


async def _with_news(deps: JobDeps, workspace: str, now: datetime) -> list[int]:
    """Where one rule spoils the look at all of them, each is evaluated, news or not."""
    try:
        return await deps.transactions.read(evaluation.with_news, workspace, now)
    except Exception:
        log.exception("looking_for_news_failed", workspace=workspace)
        return await deps.transactions.read(evaluation.numbers, workspace)


async def _evaluate(deps: JobDeps, workspace: str, number: int, now: datetime) -> None:
    try:
        await deps.transactions.write(evaluation.evaluate_rule, workspace, number, now)
    except BotError as error:
        log.info("evaluation_put_off", workspace=workspace, rule=number, reason=str(error))
    except Exception:
        log.exception("evaluation_failed", workspace=workspace, rule=number)


async def _attend(deps: JobDeps, workspace: str, now: datetime) -> None:
    """A broad catch, so that one workspace's trouble isn't another's."""
    try:
        if await deps.transactions.read(attending.has_news, workspace, now):
            await deps.transactions.write(attending.attend, workspace, now)
    except Exception:
        log.exception("attending_failed", workspace=workspace)
