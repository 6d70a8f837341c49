"""Work that goes on after Slack has been answered."""

import asyncio
import contextlib
from collections.abc import Coroutine


class Background:
    """Keeps its tasks until they are done; what they run must handle its own errors."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` beside the caller."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self) -> None:
        """Wait for all that was started, and for what that starts."""
        while self._running:
            await asyncio.gather(*self._running)

    async def stop(self, seconds: float) -> None:
        """The same for at most `seconds`; what is left then is given up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.drain()
