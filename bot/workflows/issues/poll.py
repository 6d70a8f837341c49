"""Polling Jira into the mirror: calls first, then one transaction."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.issues.polling import FIRST_LOOK_BACK, Reading, catching_up, returning
from bot.domain.issues.records import IssuePage
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.ports.transactions import Transactions
from bot.services.issues import mirror as issues
from bot.services.issues.mirror import Found

# An open issue is a row; so many are written at once, so that nobody waits for the database.
_BACKLOG_CHUNK = 500


async def poll(
    workspace: str, tracker: IssueTracker, transactions: Transactions, now: datetime
) -> int:
    """Bring the mirror up to date; how many changes were new.

    Asks nothing where no digest and no stand-up names a project. Where Jira fails, what came
    before is kept, the rest is read again next time, and the failure is kept as a sentence. All
    that one poll brings is committed at once: digests rely on `now` being either wholly in the
    mirror or not at all. Only a project's old open issues follow in parts: they are no news.
    """
    plan = await transactions.read(issues.plan, workspace, now)
    if not plan:
        return 0
    found, failure = await _read_all(workspace, tracker, transactions, plan.readings, now)
    try:
        found += await _came_back(tracker, transactions, workspace, found)
    except JiraError as error:
        # What came back must not be shown without what became of it: next time, together.
        found, failure = [], failure or str(error)
    saved = await transactions.write(issues.store, workspace, found, failure, now)
    if not failure:
        await transactions.write(issues.token_worked, tracker.token_facts, now)
        visible = {key for reading, _ in found for key in reading.projects}
        backlog = [key for key in plan.backlog if key in visible]
        await _read_backlog(tracker, transactions, workspace, backlog, now)
    return saved


async def _read_all(
    workspace: str,
    tracker: IssueTracker,
    transactions: Transactions,
    plan: Sequence[Reading],
    now: datetime,
) -> tuple[list[Found], str]:
    """Jira refuses a search that names a project which is gone, so such a one is left out."""
    found: list[Found] = []
    for reading in plan:
        try:
            try:
                found.append(await _read(tracker, reading))
            except JiraError as error:
                gone = await _refused(tracker, reading, error)
                narrower = await transactions.read(
                    issues.plan_without, workspace, reading, gone, now
                )
                found += [await _read(tracker, each) for each in narrower]
        except JiraError as error:
            return found, str(error)
    return found, ""


async def _read(tracker: IssueTracker, reading: Reading) -> Found:
    return reading, await tracker.updated_issues(reading.projects, reading.since)


async def _refused(tracker: IssueTracker, reading: Reading, error: JiraError) -> list[str]:
    """The projects for which Jira refused a reading; raises `error` where it was for another
    reason."""
    gone = [] if error.retryable else await tracker.unknown_projects(reading.projects)
    if not gone:
        raise error
    return gone


async def _came_back(
    tracker: IssueTracker, transactions: Transactions, workspace: str, found: Sequence[Found]
) -> list[Found]:
    """What happened to issues while they were out of sight; a poll reads only the last minutes."""
    known = await transactions.read(issues.sightings, workspace, [page for _, page in found])
    back = [each for _, page in found for each in returning(page, known)]
    if not back:
        return []
    reading = catching_up(back, known)
    return [(reading, await tracker.issues_by_id(back, reading.since))]


async def _read_backlog(
    tracker: IssueTracker,
    transactions: Transactions,
    workspace: str,
    projects: Sequence[str],
    now: datetime,
) -> None:
    """Open issues older than the first look back, once for each project."""
    for project in projects:
        try:
            page = await tracker.open_issues(project, now - FIRST_LOOK_BACK)
        except JiraError as error:
            await transactions.write(issues.store, workspace, [], str(error), now)
            return
        for start in range(0, max(len(page.issues), 1), _BACKLOG_CHUNK):
            some = IssuePage(issues=page.issues[start : start + _BACKLOG_CHUNK])
            last = project if start + _BACKLOG_CHUNK >= len(page.issues) else ""
            await transactions.write(issues.store_backlog, workspace, some, now, last)
