"""Once an hour: people and their zones, and what nobody needs any more."""

from datetime import datetime, timedelta

from bot.ports.repositories import UnitOfWork
from bot.workflows import people
from jobs.deps import JobDeps

# Slack repeats an event for at most an hour or so; a form can stay open for a day.
_REMEMBER_INTERACTIONS = timedelta(days=3)


async def step(deps: JobDeps, now: datetime) -> None:
    """Mirror the members (Slack sends no event for some changes) and forget old interactions."""
    for workspace in deps.workspaces:
        await people.mirror(workspace, deps.chat, deps.transactions, now)
    await deps.transactions.write(_forget, now - _REMEMBER_INTERACTIONS)


def _forget(uow: UnitOfWork, before: datetime) -> int:
    return uow.interactions.forget(before)
