"""Boards, running sprints and their issues over HTTP, and the list of statuses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.jira.agile import POINTS, POINTS_NAME, Board, Sprint
from tests.standins.jira.model import WORKFLOW, Ticket
from tests.standins.jira.wire import error, listed

if TYPE_CHECKING:
    from tests.standins.jira.server import JiraStandIn

ROOT = "/rest/agile/1.0"


def agile_routes(jira: "JiraStandIn") -> list[web.RouteDef]:
    """The routes of Jira Software, and `status` of the platform."""
    api = _AgileApi(jira)
    versions = ("2", "3", "latest") if jira.cloud else ("2", "latest")
    return [
        web.get(f"{ROOT}/board", api.boards),
        web.get(f"{ROOT}/board/{{board}}/configuration", api.configuration),
        web.get(f"{ROOT}/board/{{board}}/sprint", api.sprints),
        web.get(f"{ROOT}/sprint/{{sprint}}/issue", api.issues),
        *(web.get(f"/rest/api/{version}/status", api.statuses) for version in versions),
    ]


class _AgileApi:
    def __init__(self, jira: "JiraStandIn") -> None:
        self._jira = jira

    async def boards(self, request: web.Request) -> web.Response:
        project = request.query.get("projectKeyOrId")
        if project is not None and project not in self._jira.seen_projects:
            return error(400, f"No project could be found with key or id '{project}'.")
        shown = [
            self._board(board)
            for board in self._jira.agile.boards.values()
            if project in (None, board.project)
        ]
        return web.json_response(_page(request, shown, "values"))

    async def configuration(self, request: web.Request) -> web.Response:
        board = self._jira.agile.boards.get(int(request.match_info["board"]))
        if board is None:
            return error(404, "Requested board cannot be viewed.")
        estimation: dict[str, Any] = {"type": "none"}
        if board.estimates:
            named = {"fieldId": POINTS, "displayName": POINTS_NAME}
            estimation = {"type": "field", "field": named}
        return web.json_response(
            {
                "id": board.board_id,
                "name": board.name,
                "type": board.kind,
                "self": self._address(board.board_id) + "/configuration",
                "columnConfig": {"columns": [], "constraintType": "none"},
                "estimation": estimation,
            }
        )

    async def sprints(self, request: web.Request) -> web.Response:
        board = self._jira.agile.boards.get(int(request.match_info["board"]))
        if board is None:
            return error(404, "Requested board cannot be viewed.")
        if board.kind == "kanban":
            return error(400, "The board does not support sprints")
        states = listed(request, "state")
        shown = [
            self._sprint(sprint)
            for sprint in self._jira.agile.sprints.values()
            if sprint.board_id == board.board_id and (not states or sprint.state in states)
        ]
        return web.json_response(_page(request, shown, "values", total=False))

    async def issues(self, request: web.Request) -> web.Response:
        sprint = self._jira.agile.sprints.get(int(request.match_info["sprint"]))
        if sprint is None:
            return error(404, "Sprint does not exist or you do not have permission to view it.")
        wanted = listed(request, "fields") or ["*all"]
        shown = [
            self._issue(ticket, wanted)
            for ticket in self._jira.tickets.values()
            if ticket.issue_id in sprint.ticket_ids and self._jira.may_see(ticket)
        ]
        return web.json_response({"expand": "schema,names", **_page(request, shown, "issues")})

    async def statuses(self, _request: web.Request) -> web.Response:
        return web.json_response([self._jira.renderer.status(status) for status in WORKFLOW])

    def _issue(self, ticket: Ticket, fields: Sequence[str]) -> dict[str, Any]:
        shown = self._jira.renderer.issue(ticket, fields)
        if POINTS in fields:
            shown["fields"][POINTS] = self._jira.agile.points.get(ticket.issue_id)
        return shown

    def _board(self, board: Board) -> dict[str, Any]:
        return {
            "id": board.board_id,
            "self": self._address(board.board_id),
            "name": board.name,
            "type": board.kind,
            "location": {"projectKey": board.project, "projectName": board.project},
        }

    def _sprint(self, sprint: Sprint) -> dict[str, Any]:
        time = self._jira.renderer.time
        return {
            "id": sprint.sprint_id,
            "self": f"{self._jira.url}{ROOT}/sprint/{sprint.sprint_id}",
            "state": sprint.state,
            "name": sprint.name,
            "startDate": time(sprint.starts_at),
            "endDate": time(sprint.ends_at),
            "originBoardId": sprint.board_id,
            "goal": sprint.goal,
        }

    def _address(self, board_id: int) -> str:
        return f"{self._jira.url}{ROOT}/board/{board_id}"


def _page(
    request: web.Request, shown: Sequence[object], named: str, *, total: bool = True
) -> dict[str, Any]:
    """One page of a list; Jira leaves the total of sprints out, and `isLast` of issues."""
    start = int(request.query.get("startAt", "0"))
    size = min(int(request.query.get("maxResults", "50")), 50)
    page: dict[str, Any] = {"startAt": start, "maxResults": size}
    if total:
        page["total"] = len(shown)
    if named == "values":
        page["isLast"] = start + size >= len(shown)
    return {**page, named: list(shown[start : start + size])}
