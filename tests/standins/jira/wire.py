"""Answers and arguments as Jira's REST API forms them."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web


def error(
    status: int, message: str, headers: Mapping[str, str] | None = None, **fields: str
) -> web.Response:
    """Jira's error form: messages, and sentences by field name."""
    return web.json_response(
        {"errorMessages": [message] if message else [], "errors": fields},
        status=status,
        headers=headers,
    )


def no_issue() -> web.Response:
    """The answer for an issue that does not exist or may not be seen."""
    return error(404, "Issue does not exist or you do not have permission to see it.")


def listed(request: web.Request, name: str) -> list[str]:
    """The values of a query parameter, given repeatedly or with commas."""
    return [part for value in request.query.getall(name, []) for part in value.split(",") if part]


async def body_of(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; anything else is a 400."""
    try:
        body = await request.json()
    except ValueError as problem:
        raise web.HTTPBadRequest(text="no JSON") from problem
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="not an object")
    return body
