"""How a person's doings reach the bot: in process, by signed HTTP, or by Socket Mode."""

import json
from collections import Counter
from dataclasses import dataclass
from time import time
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from tests.standins.slack.errors import Json
from tests.standins.slack.socket import SocketHub


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The bot's acknowledgement: HTTP status and body, parsed if it was JSON."""

    status: int
    body: Any


class Transport(Protocol):
    """Carries one payload; ``kind`` is slash_commands, interactive or events_api."""

    async def deliver(self, kind: str, payload: Json, headers: dict[str, str]) -> Reply:
        """Hand the payload to the bot and return its acknowledgement."""


class InProcess:
    """Dispatches straight into a Bolt app, as its Socket Mode adapter does."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def deliver(self, kind: str, payload: Json, headers: dict[str, str]) -> Reply:
        """Run the app's listeners in this event loop."""
        sent: dict[str, Any] = dict(headers)
        request = AsyncBoltRequest(mode="socket_mode", body=payload, headers=sent)
        response = await self._app.async_dispatch(request)
        return Reply(status=response.status, body=_parsed(response.body or ""))


class SignedHttp:
    """Posts to the bot's events address, signed as Slack signs, at the real time of day."""

    def __init__(self, url: str, signing_secret: str) -> None:
        self._url = url
        self._verifier = SignatureVerifier(signing_secret)
        self._sent: Counter[str] = Counter()

    async def deliver(self, kind: str, payload: Json, headers: dict[str, str]) -> Reply:
        """Post one request and read its answer."""
        body = _encoded(kind, payload)
        sent = headers | self._signature(body) | {"Content-Type": _content_type(kind)}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self._url, data=body.encode(), headers=sent) as response,
        ):
            return Reply(status=response.status, body=_parsed(await response.text()))

    def _signature(self, body: str) -> dict[str, str]:
        # Slack signs each delivery anew, and repeats none within the same second.
        timestamp = str(int(time()) + self._sent[body])
        self._sent[body] += 1
        signature = self._verifier.generate_signature(timestamp=timestamp, body=body)
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}


class BySocket:
    """Sends envelopes over the Socket Mode connections the bot has opened."""

    def __init__(self, hub: SocketHub) -> None:
        self._hub = hub

    async def deliver(self, kind: str, payload: Json, headers: dict[str, str]) -> Reply:
        """Send one envelope and wait for its acknowledgement."""
        body = await self._hub.deliver(kind, payload, headers)
        # Bolt wraps a plain-text acknowledgement of a command in {"text": ...}.
        return Reply(status=200, body=body or "")


def _encoded(kind: str, payload: Json) -> str:
    if kind == "events_api":
        return json.dumps(payload)
    return urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)})


def _content_type(kind: str) -> str:
    return "application/json" if kind == "events_api" else "application/x-www-form-urlencoded"


def _parsed(body: str) -> Any:
    try:
        found = json.loads(body)
    except ValueError:
        return body
    return found if isinstance(found, dict) else body
