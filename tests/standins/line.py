"""A TCP line to a server on this machine that can be slow, silent or cut, and mended again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from demo.mlflow_server import free_port

_CHUNK = 64 * 1024


class Line:
    """Forwards bytes both ways; `url` is where clients connect."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._port = free_port()
        self._silent = False
        self._delay = 0.0
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.Task[None]] = set()
        self.url = f"http://127.0.0.1:{self._port}"
        self.held = 0

    async def mend(self) -> None:
        """Let everything through from now on."""
        self._silent, self._delay = False, 0.0
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def slow_down(self, seconds: float) -> None:
        """Let everything through, but answers so much later."""
        await self.mend()
        self._delay = seconds
        await self._hang_up()

    async def silence(self) -> None:
        """Accept and never answer; `held` counts the connections that wait since then."""
        await self.mend()
        self._silent, self.held = True, 0
        await self._hang_up()

    async def cut(self) -> None:
        """Refuse every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._hang_up()

    async def _hang_up(self) -> None:
        for caller in self._callers:
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._callers.add(task)
        try:
            await self._forward(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self._callers.discard(task)
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._silent:
            self.held += 1
            await asyncio.Event().wait()
        far_reader, far_writer = await asyncio.open_connection(
            self._target.hostname, self._target.port
        )
        try:
            await asyncio.gather(
                _copy(reader, far_writer, 0.0), _copy(far_reader, writer, self._delay)
            )
        finally:
            far_writer.transport.abort()


@asynccontextmanager
async def line_to(target: str) -> AsyncIterator[Line]:
    """A line to `target` (a base URL) that works; nothing is open afterwards."""
    line = Line(target)
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Every byte arrives `delay` seconds after it was sent, however many are on their way."""
    loop = asyncio.get_running_loop()
    while data := await reader.read(_CHUNK):
        loop.call_later(delay, writer.write, data)
    await asyncio.sleep(delay)
    with suppress(OSError):
        writer.write_eof()
