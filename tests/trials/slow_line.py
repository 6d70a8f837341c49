"""A slow and lossy line between a worker and the strict fake Slack.

It lives in the trial's process, so it outlives every killed worker: what was on its way arrives.
"""

import asyncio
import json
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from tests.trials.line import Line

SLOWEST_ACCEPTANCE = 0.5
_SLOWEST_ANSWER = 0.15


@dataclass(kw_only=True)
class Passage:
    """How far the latest call for one delivery came; times are monotonic seconds."""

    arrived: float
    accepted: float = 0.0
    answered: float = 0.0
    over: bool = False

    @property
    def phase(self) -> str:
        """Where it is now."""
        if self.answered:
            return "answered"
        return "accepted" if self.accepted else "at Slack"


@dataclass(kw_only=True)
class SlowLine(Line):
    """Forwards API calls; a post is accepted after up to 0.5 s and answered up to 0.15 s later.

    One in seven loses its answer or fails. The first `held` posts are accepted only when they come
    a second time, or so many seconds after they came.
    """

    target: str
    dice: random.Random
    passages: dict[str, Passage] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    slowest: float = 0.0
    held: int = 0
    longest_hold: float = 0.0
    _holds: dict[str, asyncio.Event] = field(default_factory=dict)

    @property
    def holding(self) -> bool:
        """Whether some are still to be held, or are."""
        return bool(self.held or self._holds)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls += 1
        method = request.match_info["path"].removeprefix("api/")
        if method != "chat.postMessage":
            return await self._pass_on(request, method, body)
        return await self._post(request, body)

    async def _post(self, request: web.Request, body: bytes) -> web.StreamResponse:
        delivery_id = json.loads(body)["metadata"]["event_payload"]["id"]
        passage = Passage(arrived=time.monotonic())
        self.passages[delivery_id] = passage
        try:
            return await self._take(request, body, delivery_id, passage)
        finally:
            passage.over = True

    async def _take(
        self, request: web.Request, body: bytes, delivery_id: str, passage: Passage
    ) -> web.StreamResponse:
        await self._hold(delivery_id)
        fault = self._fault()
        await asyncio.sleep(self.dice.uniform(0, SLOWEST_ACCEPTANCE))
        if fault == "failed before acceptance":
            return web.Response(status=503)
        answer = await self._pass_on(request, "chat.postMessage", body)
        passage.accepted = time.monotonic()
        self.slowest = max(self.slowest, passage.accepted - passage.arrived)
        await asyncio.sleep(self.dice.uniform(0, _SLOWEST_ANSWER))
        passage.answered = time.monotonic()
        if fault == "connection lost after acceptance" and request.transport:
            request.transport.abort()
        if fault == "failed after acceptance":
            return web.Response(status=500)
        return answer

    async def _hold(self, delivery_id: str) -> None:
        if delivery_id in self._holds:
            self._holds[delivery_id].set()
        elif self.held:
            self.held -= 1
            self._holds[delivery_id] = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._holds[delivery_id].wait(), self.longest_hold)
            self._holds.pop(delivery_id, None)

    def _fault(self) -> str:
        drawn = self.dice.random()
        for share, name in (
            (0.06, "connection lost after acceptance"),
            (0.10, "failed after acceptance"),
            (0.14, "failed before acceptance"),
        ):
            if drawn < share:
                self.faults[name] += 1
                return name
        return ""

    async def _pass_on(self, request: web.Request, method: str, body: bytes) -> web.Response:
        kept = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        address = f"{self.target}{method}?{request.query_string}"
        async with self._session.request(
            request.method, address, data=body, headers=headers
        ) as answer:
            return web.Response(
                status=answer.status, body=await answer.read(), content_type=answer.content_type
            )
