"""The bot's Socket Mode connections: each envelope to one of them, acks from any."""

import asyncio
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from demo.proxy.translate.json import Json

EnvelopeKind = Literal["events_api", "interactive", "slash_commands"]
ACK_DEADLINE = 3.0
"""Seconds Slack waits for an acknowledgement (docs.slack.dev, concepts/acknowledge)."""
HELD_EVENTS = 200


@dataclass(kw_only=True, eq=False)
class _Sent:
    kind: EnvelopeKind
    payload: Json
    attempt: int
    socket: web.WebSocketResponse | None = None
    answer: asyncio.Future[Json | None] = field(default_factory=asyncio.Future)


class BotSockets:
    """Delivers envelopes in turn over the connected sockets; events wait while there is none."""

    def __init__(self, app_id: str) -> None:
        """Start without connections."""
        self._app_id = app_id
        self._sockets: deque[web.WebSocketResponse] = deque()
        self._unacknowledged: dict[str, _Sent] = {}
        self._waiting: deque[_Sent] = deque(maxlen=HELD_EVENTS)

    @property
    def connected(self) -> bool:
        """Whether the bot has at least one socket open."""
        return bool(self._sockets)

    async def serve(self, socket: web.WebSocketResponse) -> None:
        """Greet a new socket, hand it waiting events, take its acks until it closes."""
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._sockets) + 1,
                "connection_info": {"app_id": self._app_id},
                "debug_info": {"host": "demo", "approximate_connection_time": 18060},
            }
        )
        self._sockets.append(socket)
        try:
            await self._flush()
            async for message in socket:
                self._acknowledge(message.json())
        finally:
            await self._lost(socket)

    async def deliver(self, kind: EnvelopeKind, payload: Json) -> Json | None:
        """Send an envelope and return the payload of its ack ({} when bare).

        None: nobody is connected, or nobody acknowledged in time. Events return at once.
        """
        sent = _Sent(kind=kind, payload=payload, attempt=0)
        await self._send(sent)
        if kind == "events_api":
            return None
        try:
            return await asyncio.wait_for(sent.answer, ACK_DEADLINE)
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Close every socket; the bot sees an orderly end."""
        for socket in list(self._sockets):
            await socket.close()

    async def _flush(self) -> None:
        while self._waiting and self._sockets:
            await self._send(self._waiting.popleft())

    async def _send(self, sent: _Sent) -> None:
        if not self._sockets:
            self._hold(sent)
            return
        self._sockets.rotate(-1)
        sent.socket = self._sockets[0]
        envelope_id = str(uuid.uuid4())
        self._unacknowledged[envelope_id] = sent
        try:
            await sent.socket.send_json(_envelope(envelope_id, sent))
        except ConnectionError:
            # The reader of that socket sees the loss too and sends the event elsewhere.
            return

    def _hold(self, sent: _Sent) -> None:
        if sent.kind == "events_api":
            self._waiting.append(sent)
        elif not sent.answer.done():
            sent.answer.set_result(None)

    def _acknowledge(self, ack: Json) -> None:
        sent = self._unacknowledged.pop(ack.get("envelope_id", ""), None)
        if sent is not None and not sent.answer.done():
            sent.answer.set_result(ack.get("payload") or {})

    async def _lost(self, socket: web.WebSocketResponse) -> None:
        self._sockets.remove(socket)
        lost = {key: s for key, s in self._unacknowledged.items() if s.socket is socket}
        for envelope_id, sent in lost.items():
            del self._unacknowledged[envelope_id]
            if sent.kind == "events_api":
                sent.attempt += 1
                await self._send(sent)
            else:
                self._hold(sent)


def _envelope(envelope_id: str, sent: _Sent) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": sent.kind,
        "payload": sent.payload,
        "accepts_response_payload": sent.kind != "events_api",
    }
    if sent.kind == "events_api":
        envelope["retry_attempt"] = sent.attempt
        envelope["retry_reason"] = "timeout" if sent.attempt else ""
    return envelope
