"""Asking Jira daily for each mirrored issue: searches never tell what is gone."""

from datetime import datetime

from bot.domain.issues.polling import catching_up, missed
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.ports.transactions import Transactions
from bot.services.issues import mirror, reconciling
from bot.services.issues.mirror import Found


async def reconcile(
    workspace: str, tracker: IssueTracker, transactions: Transactions, now: datetime
) -> int:
    """Ask for those that weren't asked for within a day, a part of them; how many there were.

    Where Jira fails nothing is kept: the poll says so, and they stay due.
    """
    due = await transactions.read(reconciling.to_check, workspace, now)
    if not due:
        return 0
    try:
        seen = await tracker.issues_by_id(due)
        known = await transactions.read(mirror.sightings, workspace, [seen])
        late = missed(seen, known)
        caught_up: list[Found] = []
        if late:
            reading = catching_up(late, known)
            caught_up = [(reading, await tracker.issues_by_id(late, reading.since))]
    except JiraError:
        return 0
    await transactions.write(reconciling.store, workspace, due, seen, caught_up, now)
    return len(due)
