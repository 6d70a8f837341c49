"""Trial 14: the disk under SQLite is full, and then it isn't.

The worker's files may not grow (`RLIMIT_FSIZE`), which fails its writes in the middle as a full
disk does; where the trial may mount one, a small disk is filled for real.
"""

import asyncio
import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.trials import full_disk_worker
from tests.trials.databases import create_tables
from tests.trials.nursery import Worker, started, until
from tests.trials.tables import Table

_DEADLINE = 300.0
_DISK_MEGABYTES = 64
_ENOUGH = 10
_UNLIMITED = resource.RLIM_INFINITY


@dataclass(kw_only=True)
class Found:
    """What one run found; numbers that the worker called stored, and those it refused."""

    way: str
    fills: int = 0
    kills: int = 0
    acknowledged: set[int] = field(default_factory=set)
    refused: int = 0
    recovered: int = 0
    lost: int = 0
    corrupt: int = 0

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return self.lost + self.corrupt + (self.fills - self.recovered)


Fill = Callable[[Worker, Path], Callable[[], None]]
"""Makes the disk full for a worker; what it returns makes room again."""


async def run(*, fills: int, mounted: bool = False) -> Table:
    """Fill and free so many times; every other time the worker is killed while it is full."""
    found = []
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as name:
        found.append(await _on(Path(name), "files may not grow", _limit, fills))
    if mounted:
        with _small_disk() as folder:
            if folder is not None:
                found.append(await _on(folder, f"{_DISK_MEGABYTES} MB disk", _occupy, fills))
    notes = () if len(found) > 1 or not mounted else ("No right to mount a small disk here.",)
    return _table("Trial 14: SQLite on a full disk", found, sum(f.wrong for f in found), notes)


async def control() -> Table:
    """A worker that acknowledges before the commit must be seen to lose what it acknowledged."""
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as name:
        found = await _on(Path(name), "acknowledged before the commit", _limit, 1, too_early=True)
    return _table("Control: acknowledge first, commit then", [found], int(found.lost == 0), ())


async def _on(folder: Path, way: str, fill: Fill, fills: int, *, too_early: bool = False) -> Found:
    url = f"sqlite:///{folder}/meridian.db"
    create_tables(url)
    trial = _Trial(folder, url, Found(way=way), too_early)
    for number in range(fills):
        await trial.fill_once(fill, kill=bool(number % 2))
    return trial.judged()


class _Trial:
    def __init__(self, folder: Path, url: str, found: Found, too_early: bool) -> None:
        self._folder = folder
        self._url = url
        self._found = found
        self._too_early = too_early
        self._next = 0

    async def fill_once(self, fill: Fill, *, kill: bool) -> None:
        """One life: it stores, the disk is full, there is room again, it stores."""
        with self._worker() as (worker, hear):
            await self._more(worker, hear)
            free = fill(worker, self._folder)
            self._found.fills += 1
            try:
                await self._full(worker, hear)
                if kill:
                    worker.kill()
                    self._found.kills += 1
            finally:
                free()
            if not kill:
                await self._more(worker, hear)
        if kill:
            with self._worker() as (worker, hear):
                await self._more(worker, hear)
        self._found.recovered += 1

    @contextmanager
    def _worker(self) -> Iterator[tuple[Worker, Callable[[], bool]]]:
        ours, theirs = multiprocessing.get_context("forkserver").Pipe(duplex=False)

        def hear() -> bool:
            """Take in what the worker said; whether the last of it was a success."""
            last = False
            while ours.poll():
                last, number = ours.recv()
                self._next = max(self._next, number + 1)
                if last:
                    self._found.acknowledged.add(number)
                else:
                    self._found.refused += 1
            return last

        arguments = (self._url, self._next, theirs)
        with started(full_disk_worker.run, *arguments, too_early=self._too_early) as worker:
            yield worker, hear
            hear()
        ours.close()

    async def _more(self, worker: Worker, hear: Callable[[], bool]) -> None:
        before = len(self._found.acknowledged)
        await until(
            lambda: (hear(), len(self._found.acknowledged) >= before + _ENOUGH)[1],
            _DEADLINE, "some stored",
        )  # fmt: skip
        worker.check()

    async def _full(self, worker: Worker, hear: Callable[[], bool]) -> None:
        if self._too_early:  # it never says no
            goal = self._next + 20 * _ENOUGH
            await until(lambda: (hear(), self._next >= goal)[1], _DEADLINE, "many said")
            return
        refused = self._found.refused
        await until(
            lambda: (hear(), self._found.refused >= refused + _ENOUGH)[1],
            _DEADLINE, "some refused",
        )  # fmt: skip
        worker.check()

    def judged(self) -> Found:
        """Open the file as anybody would, and count."""
        with sqlite3.connect(self._folder / "meridian.db") as connection:
            verdict = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            keys = {row[0] for row in connection.execute("SELECT key FROM interaction")}
        connection.close()
        wanted = self._found.acknowledged
        self._found.lost = sum(full_disk_worker.key_of(number) not in keys for number in wanted)
        self._found.corrupt = int(verdict != ["ok"])
        return self._found


def _limit(worker: Worker, folder: Path) -> Callable[[], None]:
    """No file of the worker may grow any more."""
    largest = max(path.stat().st_size for path in folder.iterdir())
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (largest, _UNLIMITED))

    def free() -> None:
        if worker.alive:
            resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (_UNLIMITED, _UNLIMITED))

    return free


def _occupy(_worker: Worker, folder: Path) -> Callable[[], None]:
    """Write a file until there is no room; the worker's own writes take part in it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    return filler.unlink


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    """A disk of few megabytes, or None where we may not mount one."""
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as name:
        words = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MEGABYTES}m", "tmpfs", name]
        mounted = sys.platform == "linux" and os.geteuid() == 0
        mounted = mounted and subprocess.run(words, capture_output=True).returncode == 0
        try:
            yield Path(name) if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", name], check=True)


def _table(title: str, found: list[Found], wrong: int, notes: tuple[str, ...]) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "how": f.way,
                "fills": f.fills,
                "kills while full": f.kills,
                "acknowledged": len(f.acknowledged),
                "refused": f.refused,
                "recovered": f.recovered,
                "acknowledged and lost": f.lost,
                "corrupt": f.corrupt,
            }
            for f in found
        ],
        wrong=wrong,
        notes=notes,
    )


if __name__ == "__main__":
    print(asyncio.run(run(fills=4, mounted=True)).text())
