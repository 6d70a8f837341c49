"""Polling Jira into the mirror: calls first, then one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.issues.polling import Reading
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.ports.transactions import Transactions
from bot.services.issues import mirror as issues
from bot.services.issues.mirror import Found


async def poll(
    workspace: str, tracker: IssueTracker, transactions: Transactions, now: datetime
) -> int:
    """Bring the mirror up to date; how many changes were new.

    Asks nothing where no digest and no stand-up names a project. Where Jira fails, what came
    before is kept, the rest is read again next time, and the failure is kept as a sentence. All
    that one poll brings is committed at once: digests rely on `now` being either wholly in the
    mirror or not at all.
    """
    plan = await transactions.read(issues.plan, workspace, now)
    if not plan:
        return 0
    found, failure = await _read_all(tracker, plan)
    return await transactions.write(issues.store, workspace, found, failure, now)


async def _read_all(tracker: IssueTracker, plan: Sequence[Reading]) -> tuple[list[Found], str]:
    found: list[Found] = []
    for reading in plan:
        try:
            found.extend(await _read(tracker, reading))
        except JiraError as error:
            return found, str(error)
    return found, ""


async def _read(tracker: IssueTracker, reading: Reading) -> list[Found]:
    """Jira refuses a search that names a project which is gone, so such a one is left out."""
    try:
        return [(reading, await tracker.updated_issues(reading.projects, reading.since))]
    except JiraError as error:
        if error.retryable:
            raise
        gone = set(await tracker.unknown_projects(reading.projects))
        if not gone:
            raise
    visible = tuple(key for key in reading.projects if key not in gone)
    if not visible:
        return []
    narrower = replace(reading, projects=visible)
    return [(narrower, await tracker.updated_issues(visible, reading.since))]
