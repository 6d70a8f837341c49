"""An HTTP line to a server on this machine that answers as a hostile or broken server would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
from aiohttp import web
from aiohttp.typedefs import Handler

METADATA = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
BIG_BYTES = 10 * 1024 * 1024
_OURS = ("host", "content-length", "connection", "accept-encoding")


@dataclass(kw_only=True)
class HostileLine:
    """Forwards requests; `fault` is "", "hang", "big", "endless", "away", "metadata", "garbage" or
    "skewed": then answers come late, too long, from elsewhere, as no JSON, or from another day."""

    target: str
    away: str
    fault: str = ""
    url: str = ""
    struck: int = 0
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=60))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One answer."""
        if self.fault and self.fault != "skewed":
            self.struck += 1
        match self.fault:
            case "hang":
                await self.freed.wait()
                return web.Response(status=503)
            case "big":
                return web.Response(body=b'{"x": "%b"}' % (b"a" * BIG_BYTES), content_type=_JSON)
            case "endless":
                return await self._endless(request)
            case "away":
                return web.Response(status=307, headers={"Location": self.away + request.path})
            case "metadata":
                return web.Response(status=302, headers={"Location": METADATA})
            case "garbage":
                return web.Response(body=b'[{"\xff": NaN, ' * 1000, content_type=_JSON)
        return await self._forwarded(request)

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": _JSON})
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b" " * 65536)
        return response

    async def _forwarded(self, request: web.Request) -> web.Response:
        headers = {k: v for k, v in request.headers.items() if k.casefold() not in _OURS}
        answer = await self.http.request(
            request.method,
            f"{self.target}{request.path_qs}",
            content=await request.read(),
            headers=headers,
        )
        kept = {"Content-Type": answer.headers.get("content-type", _JSON)}
        if self.fault == "skewed":
            self.struck += 1
            kept["Date"] = "Tue, 19 Jan 2038 03:14:07 GMT"
        return web.Response(status=answer.status_code, body=answer.content, headers=kept)


_JSON = "application/json"


@asynccontextmanager
async def hostile_line(target: str, away: str) -> AsyncIterator[HostileLine]:
    """A line on 127.0.0.1; `away` is where its redirects lead to."""
    line = HostileLine(target=target, away=away)
    async with serving(line.answer) as line.url:
        try:
            yield line
        finally:
            line.freed.set()
            await line.http.aclose()


@dataclass(kw_only=True)
class Stranger:
    """A server that nobody configured, and how often it was asked for something."""

    url: str = ""
    asked: int = 0

    async def answer(self, _request: web.Request) -> web.Response:
        """What a metadata service would hand out."""
        self.asked += 1
        return web.json_response({"AccessKeyId": "stolen"})


@asynccontextmanager
async def stranger() -> AsyncIterator[Stranger]:
    """One on 127.0.0.1."""
    found = Stranger()
    async with serving(found.answer) as found.url:
        yield found


@asynccontextmanager
async def serving(answer: Handler) -> AsyncIterator[str]:
    """The address of a server that answers everything by this coroutine function."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
