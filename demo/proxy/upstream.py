"""The proxy's own client of local-slack: Web API, page WebSocket, Socket Mode."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp

from demo.proxy.translate.json import Json
from demo.proxy.workspace import BotApp

Listener = Callable[[Json], Awaitable[None]]
RECONNECT_AFTER = 0.5


class Upstream:
    """Calls to local-slack at `base`; results keep local-slack's own addresses."""

    def __init__(self, base: str, app: BotApp, session: aiohttp.ClientSession) -> None:
        """Remember where local-slack is; nothing is opened yet."""
        self.base = base.rstrip("/")
        self.session = session
        self._app = app
        self._page: aiohttp.ClientWebSocketResponse | None = None

    async def call(self, method: str, **arguments: object) -> Json:
        """Call a Web API method as the bot and return its answer, ok or not."""
        return await self._post(method, self._app.bot_token, arguments)

    async def control(self, path: str, **body: object) -> Json:
        """Post to local-slack's control API."""
        async with self.session.post(f"{self.base}/_control/{path}", json=body) as response:
            answer: Json = await response.json()
            return answer

    async def send_frame(self, frame: Json) -> None:
        """Do what a person did in the page (post, react, edit, open the Home…)."""
        if self._page is not None:
            await self._page.send_json(frame)

    async def watch_page(self, listener: Listener) -> None:
        """Hand every frame of local-slack's page to `listener`, for ever; reconnects."""
        while True:
            try:
                async with self.session.ws_connect(f"{self.base}/ui", max_msg_size=0) as socket:
                    self._page = socket
                    await _pump(socket, listener)
            except aiohttp.ClientError:
                self._page = None
            await asyncio.sleep(RECONNECT_AFTER)

    async def watch_events(self, listener: Listener) -> None:
        """Acknowledge every Socket Mode envelope and hand it to `listener`, for ever."""
        while True:
            try:
                opened = await self._post("apps.connections.open", self._app.app_token, {})
                path = opened["url"].split("/socket/")[1]
                async with self.session.ws_connect(f"{self.base}/socket/{path}") as socket:
                    await _pump(socket, _acknowledged(socket, listener))
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(RECONNECT_AFTER)

    async def _post(self, method: str, token: str, arguments: dict[str, object]) -> Json:
        url, bearer = f"{self.base}/api/{method}", {"Authorization": f"Bearer {token}"}
        body = {key: value for key, value in arguments.items() if value is not None}
        async with self.session.post(url, json=body, headers=bearer) as response:
            answer: Json = await response.json(content_type=None)
            return answer


async def _pump(socket: aiohttp.ClientWebSocketResponse, listener: Listener) -> None:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            await listener(json.loads(message.data))


def _acknowledged(socket: aiohttp.ClientWebSocketResponse, listener: Listener) -> Listener:
    async def receive(envelope: Json) -> None:
        if envelope_id := envelope.get("envelope_id"):
            await socket.send_json({"envelope_id": envelope_id})
            await listener(envelope)

    return receive
