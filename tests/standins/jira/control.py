"""Hands and eyes for the demo: POST /_control/<what>, and a page per issue."""

from html import escape
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.jira.model import History
from tests.standins.jira.wire import body_of, error

if TYPE_CHECKING:
    from tests.standins.jira.server import JiraStandIn

_PAGE = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:44rem;margin:3rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}td{{padding:.2rem .8rem .2rem 0;vertical-align:top}}
.chip{{background:#dfe1e6;border-radius:3px;padding:.1rem .5rem}}</style>
{body}"""


def control_routes(jira: "JiraStandIn") -> list[web.RouteDef]:
    """POST create, move, assign, comment with the arguments of the method as JSON; GET state;
    GET / and /browse/<key> as HTML."""

    async def act(request: web.Request) -> web.Response:
        arguments = await body_of(request)
        actions = {
            "create": jira.create,
            "move": jira.move,
            "assign": jira.assign,
            "comment": jira.comment,
        }
        action: Any = actions.get(request.match_info["action"])
        if action is None:
            return error(404, f"Actions are {', '.join(actions)}.")
        try:
            made = action(**arguments)
        except (LookupError, TypeError) as problem:
            return error(400, f"{type(problem).__name__}: {problem}")
        return web.json_response({"key": made if isinstance(made, str) else arguments["key"]})

    async def state(request: web.Request) -> web.Response:
        shown = [jira.renderer.issue(ticket, ["*all"]) for ticket in jira.tickets.values()]
        return web.json_response({"projects": jira.projects, "issues": shown})

    async def index(request: web.Request) -> web.Response:
        rows = "".join(
            f'<tr><td><a href="/browse/{escape(t.key)}">{escape(t.key)}</a><td>{escape(t.summary)}'
            f'<td><span class="chip">{escape(t.status.name)}</span>'
            for t in jira.tickets.values()
        )
        return _page("Jira stand-in", f"<h1>Jira stand-in</h1><table>{rows}</table>")

    async def browse(request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if key not in jira.tickets:
            return web.Response(status=404, text=f"no issue {key}")
        return _page(key, _issue_page(jira, key))

    return [
        web.post("/_control/{action}", act),
        web.get("/_control/state", state),
        web.get("/", index),
        web.get("/browse/{key}", browse),
    ]


def _issue_page(jira: "JiraStandIn", key: str) -> str:
    ticket = jira.ticket(key)
    person = ticket.assignee.name if ticket.assignee else "Unassigned"
    moves = "".join(_history_rows(history) for history in reversed(ticket.histories))
    said = "".join(
        f"<p><b>{escape(comment.author.name)}</b>: {escape(str(comment.body))}"
        for comment in ticket.comments
    )
    return (
        f"<p>{escape(jira.projects[ticket.project])} / {escape(key)}"
        f"<h1>{escape(ticket.summary)}</h1>"
        f'<p><span class="chip">{escape(ticket.status.name)}</span> {escape(person)}'
        f"<h2>History</h2><table>{moves}</table><h2>Comments</h2>{said or '<p>None.'}"
    )


def _history_rows(history: History) -> str:
    start = f"<tr><td>{history.at:%Y-%m-%d %H:%M} UTC<td>{escape(history.author.name)}<td>"
    changes = (f"{c.field}: {c.before or '–'} → {c.after or '–'}" for c in history.changes)
    return "".join(start + escape(change) for change in changes)


def _page(title: str, body: str) -> web.Response:
    text = _PAGE.format(title=escape(title), body=body)
    return web.Response(text=text, content_type="text/html")
