"""A slow line between a worker and a real MLflow server that writes down which aliases it moves.

It lives in the trial's process, so what a killed worker had sent arrives.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from tests.trials.line import Line

SLOWEST = 0.12
_SET_ALIAS = "/api/2.0/mlflow/registered-models/alias"


@dataclass(frozen=True, kw_only=True)
class Move:
    """An alias that the registry was told to set, and did."""

    model: str
    version: int


@dataclass(kw_only=True)
class RegistryLine(Line):
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
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not self.cut:
            self.calls += 1
            await asyncio.sleep(self.dice.uniform(0, SLOWEST))
            try:
                # One at a time: what came later never overtakes, however slow the registry is.
                async with self._turn:
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
