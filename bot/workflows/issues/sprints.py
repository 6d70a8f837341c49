"""Reading sprints: calls first, then one transaction."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.issues.records import Issue
from bot.domain.issues.sprints import Board, Sprint, SprintReading, SprintsFound
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.ports.transactions import Transactions
from bot.services.issues import sprint_readings as readings


async def read(
    workspace: str, tracker: IssueTracker, transactions: Transactions, now: datetime
) -> None:
    """Bring sprints up to date where it is time to; a failure is kept as a sentence, and what was
    known stays.

    Only issues of the projects that some digest or stand-up names are kept, whatever the board
    shows.
    """
    projects = await transactions.read(readings.plan, workspace, now)
    if not projects:
        return
    try:
        found = await _found(tracker, projects)
    except JiraError as error:
        await transactions.write(readings.failed, workspace, str(error), now)
        return
    await transactions.write(readings.store, workspace, found, now)


async def _found(tracker: IssueTracker, projects: Sequence[str]) -> SprintsFound:
    boards: list[Board] = []
    running: dict[int, Sprint] = {}
    for project in projects:
        boards += await tracker.boards(project)
    for board in {board.board_id: board for board in boards}.values():
        for sprint in await tracker.sprints(board):
            # Several boards may show one sprint.
            running.setdefault(sprint.sprint_id, sprint)
    found = [_within(await tracker.sprint_issues(s), projects) for s in running.values()]
    return SprintsFound(
        projects=tuple(projects),
        boards=tuple(boards),
        sprints=tuple(found),
        is_done=await tracker.done_statuses() if found else {},
    )


def _within(reading: SprintReading, projects: Sequence[str]) -> SprintReading:
    allowed: tuple[Issue, ...] = tuple(i for i in reading.issues if i.project in projects)
    return SprintReading(sprint=reading.sprint, issues=allowed, points=reading.points)
