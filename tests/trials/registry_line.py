"""A slow line between a worker and a real MLflow server that writes down which aliases it moves.

It lives in the trial's process, so what a killed worker had sent arrives.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from demo.mlflow_server import free_port

SLOWEST = 0.12
_SET_ALIAS = "/api/2.0/mlflow/registered-models/alias"


@dataclass(frozen=True, kw_only=True)
class Move:
    """An alias that the registry was told to set, and did."""

    model: str
    version: int


@dataclass(kw_only=True)
class RegistryLine:
    """Forwards requests after up to 0.12 s, and answers after up to 0.12 s more.

    `moves` are in the order in which the registry carried them out; where it can't be reached, or
    the line is `cut`, the connection breaks.
    """

    target: str
    dice: random.Random
    cut: bool = False
    calls: int = 0
    refused: int = 0
    moves: list[Move] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not self.cut:
            self.calls += 1
            await asyncio.sleep(self.dice.uniform(0, SLOWEST))
            try:
                answer = await self._pass_on(request, body)
            except aiohttp.ClientError:
                answer = None
            if answer is not None:
                await asyncio.sleep(self.dice.uniform(0, SLOWEST))
                return answer
        self.refused += 1
        if request.transport:
            request.transport.abort()
        return web.Response(status=502)

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response:
        kept = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        async with self._session.request(
            request.method, f"{self.target}{request.path_qs}", data=body, headers=kept
        ) as answer:
            read = await answer.read()
            if request.method == "POST" and request.path == _SET_ALIAS and answer.status == 200:
                told = json.loads(body)
                self.moves.append(Move(model=told["name"], version=int(told["version"])))
            return web.Response(status=answer.status, body=read, content_type=answer.content_type)
