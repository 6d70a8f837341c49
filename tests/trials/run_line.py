"""The line between a poll and a real MLflow server in the trial of missed runs."""

import json
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from tests.trials.line import Line

_SEARCH = "/api/2.0/mlflow/runs/search"


@dataclass(kw_only=True)
class RunLine(Line):
    """Forwards requests; while it is `bad` a third of them fail, half of these after MLflow worked.

    `between_pages` is called with the ids of a page of runs before the next page can be asked for.
    """

    target: str
    dice: random.Random
    between_pages: Callable[[Sequence[str]], Awaitable[None]]
    bad: bool = False
    failed: int = 0
    pages: int = 0
    requests: int = field(default=0)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        body = await request.read()
        fate = self.dice.random() if self.bad else 1.0
        if fate < 1 / 6:
            return self._fail(request)
        kept = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        async with self._session.request(
            request.method, f"{self.target}{request.path_qs}", data=body, headers=kept
        ) as answer:
            read = await answer.read()
        await self._paged(request, answer, read)
        if fate < 1 / 3:
            return self._fail(request)
        return web.Response(status=answer.status, body=read, content_type=answer.content_type)

    async def _paged(
        self, request: web.Request, answer: aiohttp.ClientResponse, body: bytes
    ) -> None:
        if request.path != _SEARCH or answer.status != 200:
            return
        found = json.loads(body)
        if "next_page_token" in found:
            self.pages += 1
            await self.between_pages([run["info"]["run_id"] for run in found["runs"]])

    def _fail(self, request: web.Request) -> web.Response:
        self.failed += 1
        if self.dice.random() < 0.5 and request.transport:
            request.transport.abort()
        return web.Response(status=503, text="busy")
