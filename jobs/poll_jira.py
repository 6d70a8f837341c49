"""The poll of Jira, at a pace that a slow one can bear."""

from datetime import datetime, timedelta

from bot.workflows.issues.poll import poll
from jobs.deps import JobDeps

REST = 20
"""A Jira that took long for a page of a search rests so many times as long, as MLflow does: it is
busy, and what we ask it for is what its own people wait for too."""


async def step(deps: JobDeps, now: datetime) -> None:
    """Bring every workspace's mirror of Jira up to date; does nothing where Jira isn't set."""
    if deps.issue_tracker is None:
        return
    for workspace in deps.tracked:
        await poll(workspace, deps.issue_tracker, deps.transactions, now)


class Poll:
    """Polls Jira unless it still rests from the last poll."""

    def __init__(self) -> None:
        self._rests: tuple[datetime, datetime] | None = None

    async def __call__(self, deps: JobDeps, now: datetime) -> None:
        """Poll once; a clock that was set back ends the rest."""
        if self._rests is not None and self._rests[0] <= now < self._rests[1]:
            return
        try:
            await step(deps, now)
        finally:
            latency = deps.issue_tracker.latency if deps.issue_tracker else 0.0
            self._rests = now, now + timedelta(seconds=REST * latency)
