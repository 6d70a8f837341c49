"""Have everything sent that waits in the outbox."""

from datetime import datetime, timedelta

from bot.services import deliveries
from jobs.deps import JobDeps

# Longer than the pause between two posts in one channel: a queue is emptied without a break.
LINGER = timedelta(seconds=2)


async def step(deps: JobDeps, now: datetime) -> None:
    """Ask for the workspaces in which something may be done now; what broke since is raised.

    Most drains are asked for with what they send. This one is for what was to wait, for what a
    process that died left behind, and for what was stored just as a drain had looked.
    """
    if deps.engine is None:
        await deps.deliverer.drain()
        return
    await deps.engine.wake(await deps.transactions.read(deliveries.due, now))
    if broken := deps.engine.broken():
        raise ExceptionGroup("drains broke", broken)


async def drain(deps: JobDeps, workspace: str) -> None:
    """Empty a workspace's outbox; every call reads the clock for its own lease."""
    await deps.deliverer.drain(workspace, linger=LINGER)
