"""A line in the trial's process between a worker and what it talks to."""

from contextlib import suppress
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from demo.mlflow_server import free_port

# Longer than any answer that a trial waits for.
_TIMEOUT = aiohttp.ClientTimeout(total=60)


class Line:
    """Listens at `url` while it is entered; what comes is handled by `_forward`."""

    url: str = ""
    _session: aiohttp.ClientSession
    _runner: web.AppRunner

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        self.url = f"http://127.0.0.1:{await self._listen()}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _listen(self) -> int:
        while True:
            port = free_port()
            with suppress(OSError):  # somebody else was faster
                await web.TCPSite(self._runner, "127.0.0.1", port).start()
                return port

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        raise NotImplementedError
