"""The poll of Jira."""

from datetime import datetime

from bot.workflows.issues.poll import poll
from jobs.deps import JobDeps


async def step(deps: JobDeps, now: datetime) -> None:
    """Bring every workspace's mirror of Jira up to date; does nothing where Jira isn't set."""
    if deps.issue_tracker is None:
        return
    for workspace in deps.tracked:
        await poll(workspace, deps.issue_tracker, deps.transactions, now)
