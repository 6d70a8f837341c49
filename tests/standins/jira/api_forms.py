"""Forms for new issues, and people by their key (Data Center)."""

from typing import TYPE_CHECKING

from aiohttp import web

from tests.standins.jira.render import ISSUE_TYPES
from tests.standins.jira.wire import error

if TYPE_CHECKING:
    from tests.standins.jira.server import JiraStandIn


def form_routes(jira: "JiraStandIn", prefix: str) -> list[web.RouteDef]:
    """The routes below `prefix`."""

    async def fields(request: web.Request) -> web.Response:
        project, type_id = request.match_info["project"], request.match_info["type"]
        names = {number: name for name, number in ISSUE_TYPES.items()}
        if project not in jira.seen_projects or type_id not in names:
            return error(404, "No project or issue type could be found.")
        found = jira.forms.create_screen(project, names[type_id])
        start = int(request.query.get("startAt", "0"))
        size = min(int(request.query.get("maxResults", "50")), 50)
        page = {"startAt": start, "maxResults": size, "total": len(found)}
        named = "fields" if jira.cloud else "values"
        return web.json_response({**page, named: found[start : start + size]})

    async def user(request: web.Request) -> web.Response:
        for each in jira.users.values():
            if f"JIRAUSER-{each.handle}" == request.query.get("key"):
                return web.json_response(jira.renderer.user(each))
        return error(404, "The user does not exist.")

    return [
        web.get(f"{prefix}/issue/createmeta/{{project}}/issuetypes/{{type}}", fields),
        *([] if jira.cloud else [web.get(f"{prefix}/user", user)]),
    ]
