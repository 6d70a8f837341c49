"""Worker processes that start within milliseconds, so that a trial can kill a hundred of them.

They are forked from a server that has imported everything already: each is a process of its own,
with its own connections, and SIGKILL ends it like any other.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from typing import Any

_WORKERS = [
    "tests.trials.outbox_worker",
    "tests.trials.tick_worker",
    "tests.trials.decision_worker",
    "tests.trials.promotion_worker",
    "tests.trials.node_worker",
    "tests.trials.full_disk_worker",
]


class EndedByItself(Exception):
    """A worker stopped although nobody killed it: the trial proves nothing."""


class Worker:
    """One running worker; `pid` is its process id."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone; raises EndedByItself if it was before."""
        ended = self._process.exitcode
        self._process.kill()
        self._process.join()
        if ended is not None:
            raise EndedByItself(f"worker {self._process.pid} ended with code {ended}")

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs still."""
        return self._process.is_alive()

    def check(self) -> None:
        """Raises EndedByItself if it runs no more."""
        if self._process.exitcode is not None:
            raise EndedByItself(f"worker {self._process.pid}: code {self._process.exitcode}")


@contextmanager
def started(target: Callable[..., None], *arguments: Any, **options: Any) -> Iterator[Worker]:
    """A worker that calls `target`; it is gone at the end, whatever happens."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_WORKERS)
    process = context.Process(target=target, args=arguments, kwargs=options, daemon=True)
    process.start()
    try:
        yield Worker(process)
    finally:
        process.kill()
        process.join()
        process.close()


async def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for a condition that other processes bring about; TimeoutError names it."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(0.005)
