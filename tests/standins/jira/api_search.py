"""Searches and bulk changelogs; Cloud by page token, Data Center by offset."""

import contextlib
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.jira import jql
from tests.standins.jira.model import Ticket
from tests.standins.jira.wire import body_of, error, listed

if TYPE_CHECKING:
    from tests.standins.jira.server import JiraStandIn

_MOST_WITH_FIELDS = 100
_MOST_IDS = 5000
_MOST_BULK_ISSUES = 1000
_MOST_BULK_READ = 100
_MOST_BULK_FIELDS = 10
_GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."


class SearchApi:
    """The search routes of one API version."""

    def __init__(self, jira: "JiraStandIn") -> None:
        self._jira = jira
        self._numbers = itertools.count(1)
        self._offsets: dict[str, tuple[str, int]] = {}

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """The routes below `prefix`; what the other deployment has is absent or 410."""
        if not self._jira.cloud:
            return [web.get(f"{prefix}/search", self._by_offset)]
        return [
            web.get(f"{prefix}/search", self._gone),
            web.post(f"{prefix}/search", self._gone),
            web.get(f"{prefix}/search/jql", self._by_token_get),
            web.post(f"{prefix}/search/jql", self._by_token_post),
            web.post(f"{prefix}/search/approximate-count", self._count),
            web.post(f"{prefix}/changelog/bulkfetch", self._bulk_changelog),
            web.post(f"{prefix}/issue/bulkfetch", self._bulk_issues),
        ]

    async def _gone(self, request: web.Request) -> web.Response:
        return error(410, _GONE)

    async def _by_token_get(self, request: web.Request) -> web.Response:
        return self._by_token(
            text=request.query.get("jql", ""),
            fields=listed(request, "fields"),
            size=int(request.query.get("maxResults", "50")),
            token=request.query.get("nextPageToken"),
            changelog="changelog" in request.query.get("expand", ""),
        )

    async def _by_token_post(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        return self._by_token(
            text=body.get("jql", ""),
            fields=body.get("fields", []),
            size=body.get("maxResults", 50),
            token=body.get("nextPageToken"),
            changelog="changelog" in body.get("expand", ""),
        )

    def _by_token(
        self, *, text: str, fields: Sequence[str], size: int, token: str | None, changelog: bool
    ) -> web.Response:
        self._jira.before_page()
        known, start = self._offsets.get(token, ("", 0)) if token else (text, 0)
        if known != text:
            return error(400, "The provided next page token is invalid for this search.")
        found = self._found(text, bounded=True)
        if isinstance(found, web.Response):
            return found
        only_ids = set(fields) <= {"id", "key"}
        size = min(size, _MOST_IDS if only_ids else _MOST_WITH_FIELDS)
        shown = found[start : start + size]
        answer: dict[str, Any] = {
            "issues": [self._issue(t, fields or ["id"], changelog) for t in shown],
            "isLast": start + size >= len(found),
        }
        if not answer["isLast"]:
            answer["nextPageToken"] = self._token(text, start + size)
        return web.json_response(answer)

    async def _by_offset(self, request: web.Request) -> web.Response:
        self._jira.before_page()
        validate = request.query.get("validateQuery", "true") == "true"
        found = self._found(request.query.get("jql", ""), bounded=False, validate=validate)
        if isinstance(found, web.Response):
            return found
        start = int(request.query.get("startAt", "0"))
        size = min(int(request.query.get("maxResults", "50")), _MOST_WITH_FIELDS)
        fields = listed(request, "fields") or ["*all"]
        changelog = "changelog" in request.query.get("expand", "")
        return web.json_response(
            {
                "startAt": start,
                "maxResults": size,
                "total": len(found),
                "issues": [self._issue(t, fields, changelog) for t in found[start : start + size]],
            }
        )

    async def _count(self, request: web.Request) -> web.Response:
        found = self._found((await body_of(request)).get("jql", ""), bounded=True)
        return (
            found if isinstance(found, web.Response) else web.json_response({"count": len(found)})
        )

    async def _bulk_changelog(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        wanted, fields = set(body.get("issueIdsOrKeys", [])), set(body.get("fieldIds", []))
        if not 1 <= len(wanted) <= _MOST_BULK_ISSUES or len(fields) > _MOST_BULK_FIELDS:
            return error(400, "issueIdsOrKeys must have 1 to 1000 items, fieldIds at most 10.")
        token = body.get("nextPageToken", "")
        _, start = self._offsets.get(token, ("", 0))
        size = body.get("maxResults", 1000)
        entries = [
            (ticket, self._entry(history))
            for ticket in self._jira.tickets.values()
            if (ticket.issue_id in wanted or ticket.key in wanted) and self._jira.may_see(ticket)
            for history in ticket.histories
            if not fields or any(change.field in fields for change in history.changes)
        ]
        answer: dict[str, Any] = {"issueChangeLogs": _grouped(entries[start : start + size])}
        if start + size < len(entries):
            answer["nextPageToken"] = self._token("bulk", start + size)
        return web.json_response(answer)

    async def _bulk_issues(self, request: web.Request) -> web.Response:
        """What the account may not see is in neither list; errors are what Jira failed to read."""
        body = await body_of(request)
        wanted = body.get("issueIdsOrKeys", [])
        if not 1 <= len(wanted) <= _MOST_BULK_READ:
            return error(400, "issueIdsOrKeys must have 1 to 100 items.")
        found = []
        for each in wanted:
            with contextlib.suppress(LookupError):
                found.append(self._jira.seen(each))
        unread = [t for t in found if t.issue_id in self._jira.unreadable_ids]
        shown = sorted((t for t in found if t not in unread), key=lambda t: int(t.issue_id))
        fields = body.get("fields", ["*navigable"])
        failed = [{"id": t.issue_id, "errorMessage": "Try again later."} for t in unread]
        return web.json_response(
            {"issues": [self._issue(t, fields, False) for t in shown], "issueErrors": failed}
        )

    def _entry(self, history: Any) -> dict[str, Any]:
        entry = self._jira.renderer.history(history)
        if self._jira.epoch_changelog:
            entry["created"] = int(history.at.timestamp() * 1000)
        return entry

    def _found(
        self, text: str, *, bounded: bool, validate: bool = True
    ) -> list[Ticket] | web.Response:
        if bounded and not text.partition("ORDER BY")[0].strip():
            return error(400, "Unbounded JQL queries are not allowed here.")
        reader = jql.Reader(
            now=self._jira.clock(),
            zone=self._jira.account.zone,
            projects=self._jira.seen_projects,
            ids={t.issue_id for t in self._jira.tickets.values() if self._jira.may_see(t)}
            if "id in" in text
            else (),
            validate=validate,
        )
        try:
            return jql.parse(text, reader).find(self._jira.indexed())
        except jql.JqlError as problem:
            return error(400, str(problem))

    def _issue(self, ticket: Ticket, fields: Sequence[str], changelog: bool) -> dict[str, Any]:
        render = self._jira.renderer
        issue = render.issue(ticket, fields)
        if changelog:
            issue["changelog"] = render.changelog(ticket, self._jira.search_histories)
        return issue

    def _token(self, text: str, start: int) -> str:
        token = "page-again" if self._jira.repeat_token else f"page-{next(self._numbers)}"
        self._offsets[token] = (text, start)
        return token


def _grouped(entries: Sequence[tuple[Ticket, dict[str, Any]]]) -> list[dict[str, Any]]:
    logs: dict[str, list[dict[str, Any]]] = {}
    for ticket, entry in entries:
        logs.setdefault(ticket.issue_id, []).append(entry)
    return [{"issueId": each, "changeHistories": found} for each, found in logs.items()]
