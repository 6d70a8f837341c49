"""Trial 15: backups while others write, each restored and read through."""

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread

from sqlalchemy import make_url, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery
from bot.errors import ConfigError
from storage.backups import postgresql, sqlite
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import client_tools, drop_database, new_database, postgres_server
from tests.standins.tables import create_tables
from tests.trials.tables import Table, seconds

_WRITERS = 2
_ROWS = 3
_NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_DEADLINE = 300.0


@dataclass(kw_only=True)
class Found:
    """What became of the backups of one database."""

    database: str
    good: int = 0
    taken: int = 0
    written: int = 0
    size: int = 0
    backing_up: list[float] = field(default_factory=list)
    restoring: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Writers:
    """Threads that commit `_ROWS` rows at a time until stopped; `acknowledged` are the numbers of
    the transactions that are known to be committed."""

    def __init__(self, url: str) -> None:
        self._engines = open_engines(url)
        self._stopping = Event()
        self._lock = Lock()
        self._next = 0
        self._acknowledged: list[int] = []
        self._threads = [Thread(target=self._write) for _ in range(_WRITERS)]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """They write while this lasts."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in self._threads:
                thread.join()
            self._engines.dispose()

    def acknowledged(self) -> list[int]:
        """What must be in every copy that is begun from now on."""
        with self._lock:
            return list(self._acknowledged)

    def more(self, than: int) -> None:
        """Wait until more than so many are acknowledged."""
        deadline = time.monotonic() + _DEADLINE
        while len(self.acknowledged()) <= than:
            assert time.monotonic() < deadline, "nothing is written"
            self._stopping.wait(0.002)

    def _write(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                self._next += 1
                number = self._next
            with Session(self._engines.writer) as session, session.begin():
                uow = SqlUnitOfWork(session)
                for row in range(_ROWS):
                    uow.deliveries.add(_delivery(number, row))
            with self._lock:
                self._acknowledged.append(number)


async def run(kinds: Sequence[str], *, backups: int, server: str = "") -> Table:
    """So many backups of each kind of database, each restored; `server` is a PostgreSQL to use."""
    found = [_trial(kind, backups, server) for kind in kinds]
    return _results(found)


async def control(*, copies: int) -> Table:
    """Copies of SQLite's file alone: they lack what was acknowledged, and the trial sees it."""
    found = Found(database="SQLite, the file copied")
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        source = Path(folder) / "meridian.db"
        create_tables(f"sqlite:///{source}", ["delivery", "source"])
        writers = Writers(f"sqlite:///{source}")
        with writers.writing():
            for number in range(copies):
                writers.more(len(writers.acknowledged()))
                target = Path(folder) / f"copy-{number}.db"
                wanted = writers.acknowledged()
                shutil.copyfile(source, target)
                _judge(found, f"sqlite:///{target}", wanted)
        found.written = len(writers.acknowledged())
    return Table(
        title="Control: the file copied while others write",
        rows=[_row(found)],
        wrong=int(found.good == found.taken),
        notes=_reasons([found]),
    )


def _trial(kind: str, backups: int, server: str) -> Found:
    found = Found(database=kind)
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        if kind == "SQLite":
            _several(found, f"sqlite:///{folder}/meridian.db", Path(folder), backups, "")
            return found
        with nullcontext(server) if server else postgres_server() as running, _client_tools():
            url = new_database(running)
            _several(found, url, Path(folder), backups, running)
            drop_database(running, url)
    return found


def _several(found: Found, url: str, folder: Path, backups: int, server: str) -> None:
    create_tables(url, ["delivery", "source"])
    writers = Writers(url)
    with writers.writing():
        for number in range(backups):
            writers.more(len(writers.acknowledged()))
            _one(found, url, folder / f"backup-{number}", writers.acknowledged(), server)
    found.written = len(writers.acknowledged())


def _one(found: Found, url: str, target: Path, wanted: Sequence[int], server: str) -> None:
    fresh = new_database(server) if server else f"sqlite:///{target}.restored"
    try:
        begun = time.monotonic()
        if server:
            found.size = postgresql.back_up(url, target).size
            found.backing_up.append(time.monotonic() - begun)
            begun = time.monotonic()
            postgresql.restore(target, fresh, datetime.now(UTC))
        else:
            found.size = sqlite.back_up(_file(url), target).size
            found.backing_up.append(time.monotonic() - begun)
            begun = time.monotonic()
            sqlite.restore(target, _file(fresh), datetime.now(UTC))
        found.restoring.append(time.monotonic() - begun)
    except ConfigError as error:
        found.taken += 1
        found.reasons.append(str(error))
        return
    _judge(found, fresh, wanted)
    target.unlink()
    if server:
        drop_database(server, fresh)


def _judge(found: Found, url: str, wanted: Sequence[int]) -> None:
    """Whole transactions only, and every one that was acknowledged before it began."""
    found.taken += 1
    try:
        held = _held(url)
    except DatabaseError as error:
        found.reasons.append(f"can't be read: {error.orig}")
        return
    torn = sum(rows != _ROWS for rows in held.values())
    lacking = len(set(wanted) - set(held))
    found.good += not torn and not lacking
    if torn or lacking:
        found.reasons.append(f"{torn} transactions torn, {lacking} acknowledged ones lacking")


def _held(url: str) -> Counter[int]:
    engines = open_engines(url)
    try:
        with Session(engines.reader) as session:
            names = session.scalars(select(DeliveryRow.id))
            return Counter(int(name.split("-")[0]) for name in names)
    finally:
        engines.dispose()


def _results(found: Sequence[Found]) -> Table:
    return Table(
        title="Backups while others write, each restored",
        rows=[_row(each) for each in found],
        wrong=sum(each.taken - each.good for each in found),
        notes=_reasons(found),
    )


def _row(found: Found) -> dict[str, object]:
    return {
        "database": found.database,
        "good": f"{found.good}/{found.taken}",
        "transactions meanwhile": found.written,
        "size": f"{found.size / 1024:,.0f} kB",
        "slowest backup": seconds(max(found.backing_up, default=0)),
        "slowest restore": seconds(max(found.restoring, default=0)),
    }


def _reasons(found: Sequence[Found]) -> list[str]:
    return [f"{each.database}: {each.reasons[0]}" for each in found if each.reasons]


def _delivery(number: int, row: int) -> Delivery:
    return Delivery(
        id=f"{number}-{row}",
        workspace="T0TEAM",
        channel=f"C{row}",
        card="trial",
        subject={"number": number},
        ready_at=_NOW,
    )


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


@contextmanager
def _client_tools() -> Iterator[None]:
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{client_tools()}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before
