"""Boards and sprints: what is asked of Jira Software, page by page.

https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/ and api-group-sprint; the
same on Data Center. As in `reads`, answers are taken at their word.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from typing import Any

from bot.clients.jira import parse
from bot.clients.jira.reads import Fetch
from bot.domain.issues.records import DONE
from bot.domain.issues.sprints import KANBAN, Board, Sprint, SprintReading
from bot.errors import JiraError

ROOT = "/rest/agile/1.0"
PAGE_SIZE = 50
_PAGES = 40
_BOARDS = 50
# No Jira Software here, or no such project or board; a board without sprints answers 400.
_NONE = frozenset({"400", "404"})


async def boards(fetch: Fetch, project: str) -> tuple[Board, ...]:
    """The boards that show issues of a project, by id, at most fifty."""
    try:
        raw = _pages(fetch, f"{ROOT}/board", "values", projectKeyOrId=project)
        found = [_board(each, project) async for each in raw]
    except JiraError as error:
        if error.code not in _NONE:
            raise
        return ()
    return tuple(sorted(found, key=lambda board: board.board_id)[:_BOARDS])


async def sprints(fetch: Fetch, board: Board) -> tuple[Sprint, ...]:
    """The running sprints of a board, with the field of its estimates."""
    if board.kind == KANBAN:
        return ()
    try:
        path = f"{ROOT}/board/{board.board_id}/sprint"
        raw = [each async for each in _pages(fetch, path, "values", state="active")]
    except JiraError as error:
        if error.code not in _NONE:
            raise
        return ()
    if not raw:
        return ()
    name, field = await _estimate(fetch, board)
    return tuple(
        replace(_sprint(each, board), estimate=name, estimate_id=field)
        for each in raw
        if each.get("startDate") and each.get("endDate")
    )


async def sprint_issues(
    fetch: Fetch, sprint: Sprint, flag_fields: Collection[str]
) -> SprintReading:
    """A sprint with its issues and their estimates; what has a security level is left out."""
    asked = [*parse.FIELDS, *flag_fields, *([sprint.estimate_id] if sprint.estimate_id else [])]
    path = f"{ROOT}/sprint/{sprint.sprint_id}/issue"
    raw = [each async for each in _pages(fetch, path, "issues", fields=",".join(asked))]
    issues = parse.issues(raw, flag_fields)
    shown = {issue.issue_id for issue in issues}
    points = {
        str(each["id"]): float(value)
        for each in raw
        if str(each["id"]) in shown
        and isinstance(value := each["fields"].get(sprint.estimate_id), int | float)
    }
    return SprintReading(sprint=sprint, issues=issues, points=points)


async def done_statuses(fetch: Fetch) -> dict[str, bool]:
    """Whether a status means done, by its name; a name that means both is left out."""
    meanings: dict[str, set[bool]] = {}
    for each in await fetch("status"):
        meanings.setdefault(each["name"], set()).add(each["statusCategory"]["key"] == DONE)
    return {name: means.pop() for name, means in meanings.items() if len(means) == 1}


async def _estimate(fetch: Fetch, board: Board) -> tuple[str, str]:
    """Name and id of the field in which the board keeps estimates, empty where it counts issues."""
    settings = await fetch(f"{ROOT}/board/{board.board_id}/configuration")
    field = (settings.get("estimation") or {}).get("field") or {}
    return str(field.get("displayName") or ""), str(field.get("fieldId") or "")


async def _pages(
    fetch: Fetch, path: str, named: str, **asked: str
) -> AsyncIterator[Mapping[str, Any]]:
    """All of a list that is read by offset. Jira may lower the page's size on its own."""
    start = 0
    for _ in range(_PAGES):
        page = await fetch(path, params={**asked, "startAt": start, "maxResults": PAGE_SIZE})
        found = page[named]
        for each in found:
            yield each
        start += len(found)
        total = page.get("total")
        if not found or page.get("isLast") or (total is not None and start >= total):
            return
    raise JiraError("Jira has more in one sprint than one reading can hold.", code="too-many")


def _board(raw: Mapping[str, Any], project: str) -> Board:
    return Board(
        board_id=int(raw["id"]), project=project, name=raw.get("name") or "", kind=raw["type"]
    )


def _sprint(raw: Mapping[str, Any], board: Board) -> Sprint:
    return Sprint(
        sprint_id=int(raw["id"]),
        board_id=board.board_id,
        board=board.name,
        project=board.project,
        name=raw["name"],
        goal=raw.get("goal") or "",
        starts_at=parse.instant(raw["startDate"]),
        ends_at=parse.instant(raw["endDate"]),
    )
