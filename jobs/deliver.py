"""Send what waits in the outbox."""

from datetime import datetime

from jobs.deps import JobDeps


async def step(deps: JobDeps, _now: datetime) -> None:
    """Drain the outbox; every call reads the clock for its own lease."""
    await deps.deliverer.drain()
