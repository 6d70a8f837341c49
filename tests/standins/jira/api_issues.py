"""Issues: read, create, edit, move, assign, comment."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.jira.model import WORKFLOW, Ticket
from tests.standins.jira.render import ISSUE_TYPES, issue_type
from tests.standins.jira.wire import body_of, error, listed, no_issue

if TYPE_CHECKING:
    from tests.standins.jira.server import JiraStandIn


def issue_routes(jira: "JiraStandIn", prefix: str) -> list[web.RouteDef]:
    """The routes below `prefix`."""
    api = _IssueApi(jira, adf=prefix.endswith("/3"))
    one = f"{prefix}/issue/{{issue}}"
    return [
        web.post(f"{prefix}/issue", api.create),
        web.get(f"{prefix}/issue/createmeta/{{project}}/issuetypes", api.types),
        web.get(one, api.read),
        web.put(one, api.edit),
        web.get(f"{one}/transitions", api.transitions),
        web.post(f"{one}/transitions", api.move),
        web.put(f"{one}/assignee", api.assign),
        web.get(f"{one}/comment", api.comments),
        web.post(f"{one}/comment", api.comment),
        *([web.get(f"{one}/changelog", api.changelog)] if jira.cloud else []),
    ]


_OWN = ("project", "issuetype", "summary", "description", "assignee", "labels")


class _IssueApi:
    def __init__(self, jira: "JiraStandIn", *, adf: bool) -> None:
        self._jira = jira
        self._adf = adf

    async def create(self, request: web.Request) -> web.Response:
        fields = (await body_of(request)).get("fields", {})
        project = fields.get("project", {}).get("key")
        if project not in self._jira.projects:
            return error(400, "", project="Specify a valid project ID or key")
        kind = fields.get("issuetype", {}).get("name", "Task")
        if kind not in ISSUE_TYPES:
            return error(400, "", issuetype="Specify a valid issue type")
        if not fields.get("summary"):
            return error(400, "", summary="You must specify a summary of the issue.")
        if self._is_wrong_text(fields.get("description")):
            return error(400, "", description="Operation value must be an Atlassian Document")
        if wrong := self._jira.forms.refusals(project, kind, fields):
            return error(400, "", None, **wrong)
        assignee = self._person(fields.get("assignee"))
        key = self._jira.create(
            project,
            fields["summary"],
            by=self._jira.account.handle,
            assignee=assignee,
            labels=fields.get("labels", []),
            description=fields.get("description"),
            issue_type=kind,
        )
        self._jira.forms.filled[key] = {n: v for n, v in fields.items() if n not in _OWN}
        ticket = self._jira.ticket(key)
        url = f"{self._jira.url}/rest/api/3/issue/{ticket.issue_id}"
        return web.json_response({"id": ticket.issue_id, "key": key, "self": url}, status=201)

    async def types(self, request: web.Request) -> web.Response:
        if request.match_info["project"] not in self._jira.projects:
            return error(404, "No project could be found.")
        shown = [issue_type(name) for name in ISSUE_TYPES]
        page = {"startAt": 0, "maxResults": 50, "total": len(shown)}
        named = "issueTypes" if self._jira.cloud else "values"
        return web.json_response({**page, named: shown})

    async def read(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        render = self._jira.renderer
        answer = render.issue(ticket, listed(request, "fields") or ["*all"])
        if "changelog" in listed(request, "expand"):
            answer["changelog"] = render.changelog(ticket, None)
        return web.json_response(answer)

    async def edit(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        fields = (await body_of(request)).get("fields", {})
        me = self._jira.account.handle
        if "summary" in fields:
            self._jira.rename(ticket.key, fields["summary"], by=me)
        if "labels" in fields:
            self._jira.label(ticket.key, fields["labels"], by=me)
        return web.Response(status=204)

    async def transitions(self, request: web.Request) -> web.Response:
        if self._ticket(request) is None:
            return no_issue()
        shown = [self._jira.renderer.transition(status) for status in WORKFLOW]
        if "transitions.fields" in listed(request, "expand"):
            for each in shown:
                each["fields"] = self._jira.forms.step(each["to"]["name"])
        return web.json_response({"expand": "transitions", "transitions": shown})

    async def move(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        body = await body_of(request)
        transition = body.get("transition", {}).get("id")
        if transition not in {status.transition_id for status in WORKFLOW}:
            return error(400, f"Transition id '{transition}' is not valid for this issue.")
        asked = self._jira.forms.step(self._jira.status(transition).name)
        if missing := set(asked) - set(body.get("fields", {})):
            wrong = {name: f"{asked[name]['name']} is required." for name in missing}
            return error(400, "", None, **wrong)
        self._jira.move(ticket.key, transition, by=self._jira.account.handle)
        return web.Response(status=204)

    async def assign(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        try:
            handle = self._person(await body_of(request))
        except LookupError:
            return error(400, "", assignee="User does not exist.")
        self._jira.assign(ticket.key, handle, by=self._jira.account.handle)
        return web.Response(status=204)

    async def comments(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        shown = [self._jira.renderer.comment(comment) for comment in ticket.comments]
        if request.query.get("orderBy") == "-created":
            shown.reverse()
        if "properties" in listed(request, "expand"):
            for each in shown:
                each["properties"] = self._jira.forms.comment_properties.get(each["id"], [])
        size = min(int(request.query.get("maxResults", "5000")), 5000)
        page = {"startAt": 0, "maxResults": size, "total": len(shown)}
        return web.json_response({**page, "comments": shown[:size]})

    async def comment(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        sent = await body_of(request)
        body = sent.get("body")
        if not self._jira.cloud and sent.keys() - {"body", "visibility"}:
            return error(400, "Unrecognized field")
        if not body or self._is_wrong_text(body):
            return error(400, "", comment="Comment body is not valid!")
        said = self._jira.comment(ticket.key, body, by=self._jira.account.handle)
        self._jira.forms.comment_properties[said.comment_id] = sent.get("properties", [])
        return web.json_response(self._jira.renderer.comment(said), status=201)

    async def changelog(self, request: web.Request) -> web.Response:
        ticket = self._ticket(request)
        if ticket is None:
            return no_issue()
        start = int(request.query.get("startAt", "0"))
        size = min(int(request.query.get("maxResults", "100")), 100)
        total = len(ticket.histories)
        shown = ticket.histories[start : start + size]
        return web.json_response(
            {
                "startAt": start,
                "maxResults": size,
                "total": total,
                "isLast": start + size >= total,
                "values": [self._jira.renderer.history(history) for history in shown],
            }
        )

    def _ticket(self, request: web.Request) -> Ticket | None:
        try:
            return self._jira.seen(request.match_info["issue"])
        except LookupError:
            return None

    def _person(self, given: dict[str, Any] | None) -> str | None:
        """The handle of `{"accountId": …}` (Cloud) or `{"name": …}` (Data Center)."""
        named = (given or {}).get("accountId" if self._jira.cloud else "name")
        return self._jira.person(named).handle if named else None

    def _is_wrong_text(self, value: object) -> bool:
        """v3 takes rich text only as a document (ADF), v2 only as a string."""
        if value is None:
            return False
        return not isinstance(value, dict if self._adf else str)
