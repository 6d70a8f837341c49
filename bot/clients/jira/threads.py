"""Blocking calls off the event loop, in threads that never hold up the end of the program."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

_T = TypeVar("_T")


class DaemonThreads:
    """Runs at most `size` blocking calls at once.

    A caller that gives up (a deadline, a cancel) leaves its call to end alone; it keeps its place
    until then. Unlike an executor's, these threads are not joined when the interpreter exits, so a
    hanging Jira does not delay a stop.
    """

    def __init__(self, size: int) -> None:
        self._free = asyncio.Semaphore(size)

    async def run(self, call: Callable[[], _T]) -> _T:
        """What `call` returns or raises."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        done: Future[_T] = Future()
        # From here a cancelled caller cannot cancel the result that the thread will set.
        done.set_running_or_notify_cancel()

        def work() -> None:
            try:
                done.set_result(call())
            except BaseException as error:  # noqa: BLE001 handed to the awaiting caller
                done.set_exception(error)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._free.release)

        threading.Thread(target=work, name="jira", daemon=True).start()
        return await asyncio.wrap_future(done)
