"""The system clock may be set while we run: whoever waits for an instant must wait anew."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.ports.transactions import Clock

LOOK_SECONDS = 1.0

# A clock that is slewed to its time server's drifts by far less within a look.
_TOLERANCE = timedelta(seconds=2)


class ClockWatch:
    """Compares the clock with the event loop's, which never goes back, and tells of each step."""

    def __init__(self, clock: Clock, on_step: Callable[[timedelta], None]) -> None:
        self._clock = clock
        self._on_step = on_step
        self._seen: tuple[datetime, float] | None = None

    async def run(self) -> None:
        """Look once a second until cancelled; a suspended machine looks like a step forward."""
        loop = asyncio.get_running_loop()
        while True:
            self.look(loop.time())
            await asyncio.sleep(LOOK_SECONDS)

    def look(self, monotonic: float) -> None:
        """Tell of the step since the last look, `monotonic` being the event loop's time now."""
        now, seen = self._clock(), self._seen
        self._seen = now, monotonic
        if seen is None:
            return
        step = now - seen[0] - timedelta(seconds=monotonic - seen[1])
        if abs(step) > _TOLERANCE:
            self._on_step(step)
