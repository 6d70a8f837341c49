"""Finding what is gone from Jira."""

from datetime import datetime

from bot.workflows.issues.reconcile import reconcile
from jobs.deps import JobDeps


async def step(deps: JobDeps, now: datetime) -> None:
    """Ask for a part of every workspace's mirrored issues; each comes round once a day."""
    if deps.issue_tracker is None:
        return
    for workspace in deps.tracked:
        await reconcile(workspace, deps.issue_tracker, deps.transactions, now)
