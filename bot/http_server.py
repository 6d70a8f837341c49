"""uvicorn inside our own loop."""

import asyncio
import os
import socket

import uvicorn
from starlette.applications import Starlette

from bot.errors import ConfigError

# Whoever stops us kills us soon after.
LAST_ANSWERS_SECONDS = 5


class HttpServer:
    """Serves an app until stopped, without signal handlers of its own."""

    def __init__(self, app: Starlette, *, host: str, port: int) -> None:
        self._host, self._port = host, port
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; raises ConfigError if the port can't be had."""
        listener = self._listener()
        self._task = asyncio.create_task(self._server._serve([listener]))
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Finish what is under way and close."""
        self._server.should_exit = True
        if self._task:
            await self._task

    def _listener(self) -> socket.socket:
        """Bound by us: where uvicorn can't bind, it logs a line of its own and exits."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family, backlog=2048)
        except OSError as error:
            raise ConfigError(
                f"MERIDIAN_PORT {self._port} can't be listened on at MERIDIAN_HOST {self._host} "
                f"({os.strerror(error.errno or 0)}); set another one."
            ) from error
