"""Which process drains which workspace's outbox."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

Drain = Callable[[str], Awaitable[object]]
"""Does everything that waits in the outbox of a workspace and may be done now."""


class Engine(Protocol):
    """Spreads drains over processes: each workspace is drained in one place at a time.

    It only distributes: a drain reads its rows itself, so one too many does no harm, and one that
    never ran is asked for again.
    """

    async def start(self, drain: Drain) -> None:
        """Begin to run what is asked for; what breaks is logged and kept for `broken`."""
        ...

    async def wake(self, workspaces: Iterable[str]) -> None:
        """Have these drained soon; one that is being drained looks again."""
        ...

    def broken(self) -> list[Exception]:
        """What broke drains in this process since it was last asked."""
        ...

    async def stop(self, seconds: float) -> None:
        """Begin nothing more and wait so long for what is under way; then it is cut off."""
        ...
