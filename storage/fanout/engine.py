"""The engine of many processes: any node asks, any worker drains."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import structlog
from procrastinate.exceptions import ProcrastinateException
from procrastinate.psycopg_connector import PsycopgConnector
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bot.ports.engine import Drain
from storage.engine import Engines
from storage.fanout import tasks
from storage.fanout.deferral import Deferral
from storage.fanout.working import Working, Workload

log = structlog.get_logger()


class ProcrastinateEngine:
    """Implements `bot.ports.engine.Engine` on PostgreSQL.

    With a `concurrency` of 0 this process asks only, and others work.
    """

    def __init__(self, url: str, engines: Engines, workload: Workload) -> None:
        self.deferral = Deferral()
        self._engines = engines
        self._workload = workload
        self._connector = PsycopgConnector(**_pool(url, workload.concurrency))
        self._working: asyncio.Task[None] | None = None
        self._worker: Working | None = None
        self._broken: list[Exception] = []

    async def start(self, drain: Drain) -> None:
        """Work from now on, if this process is to; waits until the database is there."""
        if not self._workload.concurrency:
            return

        async def guarded(workspace: str) -> None:
            try:
                await drain(workspace)
            except Exception as error:  # noqa: BLE001 - kept: the job that wakes us raises it
                self._broken.append(error)

        app, _ = tasks.app(self._connector, guarded)
        await self._connector.open_async()
        self._worker = Working(app, self._workload)
        self._working = asyncio.create_task(self._worker.run(), name="worker")

    async def wake(self, workspaces: Iterable[str]) -> None:
        """Have these drained, unless it is asked for or going on already."""
        wanted = sorted(workspaces)
        if wanted:
            await asyncio.to_thread(self._ask, wanted)

    def broken(self) -> list[Exception]:
        """What broke since it was last asked."""
        found, self._broken = self._broken, []
        return found

    async def stop(self, seconds: float) -> None:
        """Fetch nothing more, wait for what is under way, then cut it off and leave the list."""
        if self._worker is not None and self._working is not None:
            self._worker.stop(seconds)
            with suppress(ProcrastinateException):
                await self._working
        with suppress(ProcrastinateException):
            await self._connector.close_async()

    def _ask(self, workspaces: list[str]) -> None:
        with Session(self._engines.writer) as session, session.begin():
            self.deferral.ask_again(session, workspaces)


def _pool(url: str, concurrency: int) -> dict[str, Any]:
    """A task holds a connection while it begins and ends only, so a few serve many."""
    conninfo = make_url(url).set(drivername="postgresql")
    return {
        "conninfo": conninfo.render_as_string(hide_password=False),
        "min_size": 1,
        "max_size": 2 + min(concurrency, 6),
        "timeout": 5,
        "kwargs": {"connect_timeout": 5},
    }
