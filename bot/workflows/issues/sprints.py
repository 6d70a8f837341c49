"""Reading sprints: calls first, then one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.issues.records import Issue
from bot.domain.issues.sprints import Board, SprintReading, SprintsFound
from bot.errors import JiraError
from bot.ports.trackers import IssueTracker
from bot.ports.transactions import Transactions
from bot.services.issues import sprint_readings as readings

# One board may not be read, is there no more, or holds more than is read. Other failures, as of a
# token that is wrong or a Jira that is down, are of all of them.
_ONE_BOARD = frozenset({"403", "404", "too-many", "size"})


async def read(
    workspace: str,
    tracker: IssueTracker,
    transactions: Transactions,
    now: datetime,
    every: timedelta,
) -> None:
    """Bring sprints up to date where the last try was `every` ago; a failure is kept as a sentence,
    and what was known stays.

    Only issues of the projects that some digest or stand-up names are kept, whatever the board
    shows.
    """
    projects = await transactions.read(readings.plan, workspace, now, every)
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
    for project in projects:
        boards += await tracker.boards(project)
    # Several boards may show one sprint.
    found: dict[int, SprintReading] = {}
    closed: dict[int, JiraError] = {}
    distinct = {board.board_id: board for board in boards}
    for board in distinct.values():
        try:
            brought = [
                _within(await tracker.sprint_issues(sprint), projects)
                for sprint in await tracker.sprints(board)
                if sprint.sprint_id not in found
            ]
        except JiraError as error:
            closed[board.board_id] = error
            if error.code not in _ONE_BOARD or len(closed) == len(distinct):
                raise
            continue
        found |= {reading.sprint.sprint_id: reading for reading in brought}
    return SprintsFound(
        projects=tuple(projects),
        boards=tuple(boards),
        sprints=tuple(found.values()),
        is_done=await tracker.done_statuses() if found else {},
        closed={board_id: str(error) for board_id, error in closed.items()},
    )


def _within(reading: SprintReading, projects: Sequence[str]) -> SprintReading:
    allowed: tuple[Issue, ...] = tuple(i for i in reading.issues if i.project in projects)
    return SprintReading(sprint=reading.sprint, issues=allowed, points=reading.points)
