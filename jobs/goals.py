"""Keep what the numbers of goals came to, as the mirror brings them."""

from datetime import datetime

import structlog

from bot.ports.repositories import UnitOfWork
from bot.services.experiments import goal_values, goals
from jobs.deps import JobDeps

log = structlog.get_logger()


async def step(deps: JobDeps, now: datetime) -> None:
    """Each goal that has news in a transaction of its own; one that breaks stops no other."""
    for workspace in deps.workspaces:
        for number in await deps.transactions.read(_with_news, workspace, now):
            await _sample(deps, workspace, number, now)


def _with_news(uow: UnitOfWork, workspace: str, now: datetime) -> list[int]:
    return [
        goal.number for goal in uow.goals.open(workspace) if goal_values.has_news(uow, goal, now)
    ]


async def _sample(deps: JobDeps, workspace: str, number: int, now: datetime) -> None:
    try:
        await deps.transactions.write(goals.sampled, workspace, number, now)
    except Exception:
        log.exception("goal_sampling_failed", workspace=workspace, goal=number)
