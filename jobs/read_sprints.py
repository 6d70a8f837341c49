"""The reading of sprints."""

from datetime import datetime

from bot.domain.issues.sprints import read_every
from bot.workflows.issues import sprints
from jobs.deps import JobDeps


async def step(deps: JobDeps, now: datetime) -> None:
    """Bring every workspace's sprints up to date; does nothing where Jira isn't set, and asks it
    at most once in 15 polls, every half hour as it comes."""
    if deps.issue_tracker is None:
        return
    every = read_every(deps.poll_seconds)
    for workspace in deps.tracked:
        await sprints.read(workspace, deps.issue_tracker, deps.transactions, now, every)
