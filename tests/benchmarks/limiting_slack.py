"""A Slack of one method, a fixed time away, that counts and limits as Slack does."""

import asyncio
import json
import time
from collections import Counter
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.workflows.pacing import Pace
from demo.mlflow_server import free_port


class LimitingSlack:
    """Takes chat.postMessage; `posted` counts by workspace, `refused` the answers of 429.

    Limits are token buckets: a workspace's holds what `pace` allows in a window, a channel's two,
    for Slack tolerates short bursts. Without a pace nothing is refused. The workspace stands in the
    text of a message, as `node_worker` writes it.
    """

    def __init__(self, *, pace: Pace | None, latency: float) -> None:
        self._pace = pace
        self._latency = latency
        self._buckets: dict[str, tuple[float, float]] = {}
        self.posted: Counter[str] = Counter()
        self.refused = 0
        self.url = ""
        self._runner: web.AppRunner

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/chat.postMessage", self._post)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/api/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.content_type == "application/json":
            said = json.loads(body)
        else:
            said = await request.post()
        channel = str(said["channel"])
        workspace = str(said["text"]).split("'")[3]
        await asyncio.sleep(self._latency)
        if not self._allowed(workspace, channel):
            self.refused += 1
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}
            )
        self.posted[workspace] += 1
        ts = f"{self.posted.total() + 1_700_000_000}.000100"
        return web.json_response({"ok": True, "channel": channel, "ts": ts, "message": {}})

    def _allowed(self, workspace: str, channel: str) -> bool:
        if self._pace is None:
            return True
        per_workspace = self._pace.per_workspace / self._pace.window.total_seconds()
        per_channel = 1 / self._pace.per_channel.total_seconds()
        return self._take(workspace, self._pace.per_workspace * 1.01, per_workspace) and self._take(
            f"{workspace} {channel}", 2, per_channel
        )

    def _take(self, name: str, room: float, rate: float) -> bool:
        now = time.monotonic()
        full, at = self._buckets.get(name, (room, now))
        full = min(room, full + (now - at) * rate)
        taken = full >= 1
        self._buckets[name] = (full - taken, now)
        return taken
