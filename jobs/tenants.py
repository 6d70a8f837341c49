"""Every few seconds: who is installed, as other processes may know better, and fresh tokens."""

from datetime import datetime

from jobs.deps import JobDeps


async def step(deps: JobDeps, now: datetime) -> None:
    """Learn who came and who left; exchange the tokens that soon expire."""
    await deps.tenants.look(now)
    await deps.tenants.refresh(now)
