"""Planned failures and rate limits, per method; each fault is used up in the order planned."""

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to one call; ``after`` lets the work be done first."""

    status: int | None = None
    retry_after: int = 1
    error: str | None = None
    delay: float = 0.0
    hold: asyncio.Event | None = None
    drop: bool = False
    after: bool = False

    @property
    def outcome(self) -> str:
        """How the call's record names this fault; empty when it only slows the call down."""
        when = " after" if self.after else ""
        if self.drop:
            return f"dropped{when or ' before'}"
        return f"http {self.status}{when}" if self.status else (self.error or "")

    async def wait(self) -> None:
        """Pass the time this fault costs before the call is looked at."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.hold is not None:
            await self.hold.wait()


class Faults:
    """The queue of faults of each method, and the optional limits per minute."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._now = clock
        #: What every call meets as long as it is set.
        self.outage: Fault | None = None
        self._planned: dict[str, deque[Fault]] = defaultdict(deque)
        self._limits: dict[str, int] = {}
        self._used: dict[str, deque[datetime]] = defaultdict(deque)

    def plan(self, method: str, fault: Fault, times: int) -> None:
        """Let the next ``times`` calls of the method (``*``: of any) meet this fault."""
        self._planned[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault this call meets, now used up."""
        if self.outage is not None:
            return self.outage
        for name in (method, "*"):
            if self._planned[name]:
                return self._planned[name].popleft()
        return None

    def limit(self, method: str, per_minute: int) -> None:
        """Answer 429 beyond this many calls within any minute of the fake's clock."""
        self._limits[method] = per_minute

    def wait_seconds(self, method: str) -> int:
        """Count this call; 0 lets it pass, else the whole seconds for Retry-After."""
        if method not in self._limits:
            return 0
        now, used = self._now(), self._used[method]
        while used and now - used[0] >= timedelta(minutes=1):
            used.popleft()
        if len(used) < self._limits[method]:
            used.append(now)
            return 0
        return math.ceil((used[0] + timedelta(minutes=1) - now).total_seconds())
