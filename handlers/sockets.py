"""Socket Mode: several connections that Slack may use in turn, and a watchdog."""

import asyncio
import time
from contextlib import suppress

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

log = structlog.get_logger()

# Measured: with 3 s a silent connection is replaced within about 5 s.
PING_SECONDS = 3.0
WATCHDOG_SECONDS = 60.0

# By then slack_sdk has mended a connection, or never will: it tries an address again that Slack
# takes once only.
RENEW_SECONDS = 12.0

_CLOSING_SECONDS = 5.0


class Sockets:
    """`count` connections; `dead` is set when none of them was open for `watchdog_seconds`.

    A broken one connects again by itself; one that doesn't for `renew_seconds` is replaced.
    """

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        count: int,
        *,
        ping_seconds: float = PING_SECONDS,
        renew_seconds: float = RENEW_SECONDS,
        watchdog_seconds: float = WATCHDOG_SECONDS,
    ) -> None:
        self._connections = [_Connection(app, app_token, ping_seconds) for _ in range(count)]
        self._ping_seconds = ping_seconds
        self._renew_seconds = renew_seconds
        self._watchdog_seconds = watchdog_seconds
        self._watch: asyncio.Task[None] | None = None
        self.dead = asyncio.Event()

    async def start(self) -> None:
        """Connect all; returns when all are open."""
        await asyncio.gather(*(each.connect() for each in self._connections))
        self._watch = asyncio.create_task(self._watchdog())

    async def stop(self) -> None:
        """Disconnect all."""
        if self._watch:
            self._watch.cancel()
        await asyncio.gather(*(each.close() for each in self._connections))

    @property
    def connected(self) -> bool:
        """Whether at least one connection is open."""
        return any(each.is_open for each in self._connections)

    async def _watchdog(self) -> None:
        alive_at = time.monotonic()
        while not self.dead.is_set():
            await asyncio.sleep(self._ping_seconds)
            now = time.monotonic()
            broken = [each for each in self._connections if each.broken_for(now) > 0]
            if len(broken) < len(self._connections):
                alive_at = now
            elif now - alive_at > self._watchdog_seconds:
                log.error("sockets_dead", action="watchdog", seconds=self._watchdog_seconds)
                self.dead.set()
            for each in broken:
                if each.broken_for(now) > self._renew_seconds:
                    log.warning("socket_renewed", action="watchdog", seconds=self._renew_seconds)
                    await each.renew(now)


class _Connection:
    """One connection, and since when it is broken."""

    def __init__(self, app: AsyncApp, app_token: str, ping_seconds: float) -> None:
        self._app, self._app_token, self._ping_seconds = app, app_token, ping_seconds
        self._handler = self._new()
        self._open_at = time.monotonic()
        self._connecting: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Pings without a pong have it closed within about five seconds."""
        session = self._handler.client.current_session
        return session is not None and not session.closed

    def broken_for(self, now: float) -> float:
        """For how many seconds it has been seen closed; 0 where it is open."""
        if self.is_open:
            self._open_at = now
        return now - self._open_at

    async def connect(self) -> None:
        await self._handler.connect_async()

    async def renew(self, now: float) -> None:
        """Start over with a connection that shares nothing with this one."""
        await self.close()
        self._handler, self._open_at = self._new(), now
        # It tries until it succeeds.
        self._connecting = asyncio.create_task(self._handler.connect_async())

    async def close(self) -> None:
        if self._connecting:
            self._connecting.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._handler.close_async(), _CLOSING_SECONDS)
            return
        # A silent connection doesn't say goodbye; slack_sdk gave up on the way.
        await self._handler.client.aiohttp_client_session.close()

    def _new(self) -> AsyncSocketModeHandler:
        return AsyncSocketModeHandler(self._app, self._app_token, ping_interval=self._ping_seconds)
