"""Socket Mode: hello, envelopes to one connection each, acknowledgements with payloads."""

import asyncio
import json
from itertools import count

from aiohttp import WSMsgType, web

from tests.standins.slack.errors import Json
from tests.standins.slack.workspace import APP_ID, Workspace

_envelopes = count(1)


class SocketHub:
    """The open Socket Mode connections of the app; deliveries take them in turn."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0
        self.connections: list[web.WebSocketResponse] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection whose ticket came from apps.connections.open."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._ws.sockets:
            return web.Response(status=403, text="invalid ticket")
        self._ws.sockets.remove(ticket)
        link = web.WebSocketResponse()
        await link.prepare(request)
        self.connections.append(link)
        try:
            await link.send_json(self._hello())
            await self._read(link)
        finally:
            self.connections.remove(link)
        return link

    async def deliver(self, kind: str, payload: Json, headers: dict[str, str]) -> Json:
        """Send one envelope and wait for its acknowledgement's payload, empty if none."""
        open_links = [link for link in self.connections if not link.closed]
        assert open_links, "no Socket Mode connection is open"
        self._turn += 1
        link = open_links[self._turn % len(open_links)]
        envelope = self._envelope(kind, payload, headers)
        acked: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = acked
        try:
            await link.send_json(envelope)
            return await acked
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection that Slack is about to close it."""
        for link in list(self.connections):
            await link.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self) -> None:
        """Close every connection from the server's side."""
        for link in list(self.connections):
            await link.close()

    async def _read(self, link: web.WebSocketResponse) -> None:
        async for frame in link:
            if frame.type != WSMsgType.TEXT:
                continue
            try:
                message = json.loads(frame.data)
            except ValueError:  # a client's own text ping is no acknowledgement
                continue
            waiting = self._waiting.get(message.get("envelope_id", ""))
            if waiting is not None and not waiting.done():
                waiting.set_result(message.get("payload") or {})

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "fake", "approximate_connection_time": 18060},
        }

    def _envelope(self, kind: str, payload: Json, headers: dict[str, str]) -> Json:
        envelope: Json = {
            "envelope_id": f"envelope-{next(_envelopes)}",
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if "x-slack-retry-num" in headers:
            envelope["retry_attempt"] = int(headers["x-slack-retry-num"])
            envelope["retry_reason"] = headers.get("x-slack-retry-reason", "")
        return envelope
