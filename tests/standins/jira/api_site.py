"""Server information, the account, fields and projects."""

from typing import TYPE_CHECKING

from aiohttp import web

from tests.standins.jira.render import FLAG_FIELD
from tests.standins.jira.wire import error, listed

if TYPE_CHECKING:
    from tests.standins.jira.server import JiraStandIn

_FIELDS = (
    *("summary", "status", "assignee", "project", "labels", "created", "updated", "security"),
    *("issuetype", "priority", "duedate", "parent", "issuelinks"),
)
_FLAGGED = {
    "id": FLAG_FIELD,
    "key": FLAG_FIELD,
    "name": "Flagged",
    "custom": True,
    "navigable": True,
    "orderable": True,
    "searchable": True,
    "clauseNames": ["cf[10021]", "Flagged"],
}


def site_routes(jira: "JiraStandIn", prefix: str) -> list[web.RouteDef]:
    """The routes below `prefix`."""

    async def server_info(request: web.Request) -> web.Response:
        render = jira.renderer
        return web.json_response(
            {
                "baseUrl": jira.url,
                "version": "1001.0.0-SNAPSHOT" if jira.cloud else "10.3.2",
                "versionNumbers": [1001, 0, 0] if jira.cloud else [10, 3, 2],
                "deploymentType": "Cloud" if jira.cloud else "Server",
                "buildNumber": 100287,
                "serverTime": render.time(jira.clock()),
                "serverTitle": "Jira",
            }
        )

    async def myself(request: web.Request) -> web.Response:
        return web.json_response(jira.renderer.user(jira.account))

    async def fields(request: web.Request) -> web.Response:
        return web.json_response(
            [
                {
                    "id": name,
                    "key": name,
                    "name": name.title(),
                    "custom": False,
                    "navigable": True,
                    "orderable": True,
                    "searchable": True,
                    "clauseNames": ["level" if name == "security" else name],
                }
                for name in _FIELDS
            ]
            + [_FLAGGED]
        )

    async def projects(request: web.Request) -> web.Response:
        return web.json_response([jira.renderer.project(key) for key in jira.seen_projects])

    async def project(request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if key not in jira.seen_projects:
            return error(404, f"No project could be found with key '{key}'.")
        return web.json_response(jira.renderer.project(key))

    async def search(request: web.Request) -> web.Response:
        wanted = listed(request, "keys")
        start = int(request.query.get("startAt", "0"))
        size = min(int(request.query.get("maxResults", "50")), 50)
        found = [key for key in sorted(jira.seen_projects) if not wanted or key in wanted]
        shown = found[start : start + size]
        return web.json_response(
            {
                "startAt": start,
                "maxResults": size,
                "total": len(found),
                "isLast": start + size >= len(found),
                "values": [jira.renderer.project(key) for key in shown],
            }
        )

    async def people(request: web.Request) -> web.Response:
        text = request.query.get("query" if jira.cloud else "username", "")
        if not text:
            return error(400, "The query or username parameter is required.")
        most = int(request.query.get("maxResults", "50"))
        # Both deployments find the active only.
        found = [user for user in jira.people_like(text) if user.active][:most]
        return web.json_response([jira.renderer.user(user) for user in found])

    async def permissions(request: web.Request) -> web.Response:
        names = listed(request, "permissions")
        return web.json_response(
            {"permissions": {name: {"key": name, "havePermission": True} for name in names}}
        )

    return [
        web.get(f"{prefix}/serverInfo", server_info),
        web.get(f"{prefix}/myself", myself),
        web.get(f"{prefix}/mypermissions", permissions),
        web.get(f"{prefix}/field", fields),
        web.get(f"{prefix}/user/search", people),
        web.get(f"{prefix}/project", projects),
        *([web.get(f"{prefix}/project/search", search)] if jira.cloud else []),
        web.get(f"{prefix}/project/{{key}}", project),
    ]
