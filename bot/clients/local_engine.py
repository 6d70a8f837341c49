"""The engine of a single process: a task for each workspace that has something to send."""

import asyncio
from collections.abc import Iterable

import structlog

from bot.ports.engine import Drain

log = structlog.get_logger()


class LocalEngine:
    """Implements `bot.ports.engine.Engine` where nobody else works on the database."""

    def __init__(self) -> None:
        self._drain: Drain | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._broken: list[Exception] = []

    async def start(self, drain: Drain) -> None:
        """Run what is asked for from now on."""
        self._drain = drain

    async def wake(self, workspaces: Iterable[str]) -> None:
        """Begin at once, or look again at the end of what is under way."""
        if self._drain is None:
            return
        for workspace in workspaces:
            if workspace in self._running:
                self._again.add(workspace)
            else:
                task = asyncio.create_task(self._run(self._drain, workspace))
                self._running[workspace] = task

    def broken(self) -> list[Exception]:
        """What broke since it was last asked."""
        found, self._broken = self._broken, []
        return found

    async def stop(self, seconds: float) -> None:
        """Begin nothing more; wait, then cut off."""
        self._drain = None
        if self._running:
            await asyncio.wait(self._running.values(), timeout=seconds)
        left = list(self._running.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _run(self, drain: Drain, workspace: str) -> None:
        try:
            again = True
            while again and self._drain is not None:
                self._again.discard(workspace)
                await drain(workspace)
                again = workspace in self._again
        except asyncio.CancelledError:
            log.warning("drain_cut_off", action="deliver", workspace=workspace)
        except Exception as error:  # noqa: BLE001 - kept: the job that wakes us raises it
            self._broken.append(error)
        finally:
            self._again.discard(workspace)
            del self._running[workspace]
