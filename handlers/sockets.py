"""Socket Mode: several connections that Slack may use in turn, and a watchdog."""

import asyncio
import time

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

log = structlog.get_logger()

# Measured: with 3 s a silent connection is replaced within about 5 s.
PING_SECONDS = 3
WATCHDOG_SECONDS = 60


class Sockets:
    """`count` connections; `dead` is set when none of them has had a pong for a minute."""

    def __init__(self, app: AsyncApp, app_token: str, count: int) -> None:
        self._handlers = [
            AsyncSocketModeHandler(app, app_token, ping_interval=PING_SECONDS) for _ in range(count)
        ]
        self._alive_at = time.monotonic()
        self._watch: asyncio.Task[None] | None = None
        self.dead = asyncio.Event()

    async def start(self) -> None:
        """Connect all; raises slack_sdk's errors if Slack refuses."""
        await asyncio.gather(*(handler.connect_async() for handler in self._handlers))
        self._watch = asyncio.create_task(self._watchdog())

    async def stop(self) -> None:
        """Disconnect all."""
        if self._watch:
            self._watch.cancel()
        await asyncio.gather(*(handler.close_async() for handler in self._handlers))

    @property
    def connected(self) -> bool:
        """Whether at least one connection is open."""
        return any(
            h.client.current_session is not None and not h.client.current_session.closed
            for h in self._handlers
        )

    async def _watchdog(self) -> None:
        while not self.dead.is_set():
            await asyncio.sleep(PING_SECONDS)
            if self.connected:
                self._alive_at = time.monotonic()
            elif time.monotonic() - self._alive_at > WATCHDOG_SECONDS:
                log.error("sockets_dead", action="watchdog", seconds=WATCHDOG_SECONDS)
                self.dead.set()
