"""The arguments of one Web API call, whichever way they came: query, form or JSON."""

import json
from typing import Any

from aiohttp import web

from tests.standins.slack.errors import Json, SlackError


class Args:
    """Reads arguments by type; a missing or malformed one raises Slack's error."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """A string argument, or the default."""
        value = self.values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """A string argument that must be there and not be empty."""
        value = self.text(name)
        if not value:
            problem = f"missing required field: {name}"
            raise SlackError("invalid_arguments", problems=[problem])
        return value

    def flag(self, name: str) -> bool:
        """A boolean argument; forms carry it as 1 or true."""
        return self.text(name).lower() in ("1", "true")

    def integer(self, name: str, default: int) -> int:
        """A whole number, or the default."""
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError as error:
            problem = f"{name} must be an integer"
            raise SlackError("invalid_arguments", problems=[problem]) from error

    def structure(self, name: str, broken: str = "invalid_arguments") -> Any:
        """A list or object, sent as JSON or as a string of JSON; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as error:
            raise SlackError(broken, problems=[f"{name} is not JSON"]) from error

    def has(self, name: str) -> bool:
        """True if the argument was sent at all."""
        return self.values.get(name) is not None


async def read_args(request: web.Request) -> Json:
    """Everything a request carries, the later source winning; the token stays out."""
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        sent = await _json(request)
        if not isinstance(sent, dict):
            raise SlackError("json_not_object")
        values |= sent
    elif request.can_read_body:
        values |= dict(await request.post())
    return values


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError as error:
        raise SlackError("invalid_json") from error
