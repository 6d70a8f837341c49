"""Trial 7: the zone data of 2025b gives way to the installed edition, schedule by schedule.

Each edition runs in a process of its own, as before and after an upgrade; what is right is computed
here from the new one by plain `zoneinfo`.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from tzdata import IANA_VERSION

from storage.schedules import ScheduleRow
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.tables import Table

_ROOT = Path(__file__).resolve().parents[2]
OLD = "2025.2"
BEFORE = datetime(2026, 11, 22, 12, tzinfo=UTC)
AFTER = BEFORE + timedelta(seconds=1)  # before anybody's hour by either edition
HOUR = time(9, 0)

# Zones that 2025b and 2026f tell apart, and the ones whose file shows what the older data said.
MOVED = {"America/Vancouver": "America/Los_Angeles", "Africa/Casablanca": "Africa/Lagos"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """Schedules by what the new data makes of them."""

    database: str
    schedules: int
    expected: int
    corrected: int
    wrong_instants: int
    touched: int
    largest: timedelta

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return self.expected - self.corrected + self.wrong_instants + self.touched


def fetch_old(folder: Path) -> None:
    """Put the old edition into `folder` by pip."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--target", str(folder), f"tzdata=={OLD}"],
        check=True,
    )  # fmt: skip


def imitate_old(folder: Path, moved: Mapping[str, str]) -> None:
    """An edition before the installed one: `moved` zones still have the clocks of others."""
    target = folder / "tzdata"
    with_data = Path(str(files("tzdata")))
    shutil.copytree(with_data, target, ignore=shutil.ignore_patterns("__pycache__"))
    for zone, like in moved.items():
        shutil.copyfile(with_data / "zoneinfo" / like, target / "zoneinfo" / zone)
    module = target / "__init__.py"
    module.write_text(module.read_text().replace(IANA_VERSION, "2025b"), encoding="utf-8")


async def run(
    kinds: Sequence[str], *, zones: Sequence[str] = (), imitated: bool = False, server: str = ""
) -> Table:
    """One schedule in each zone, made with the old data and followed up with the new."""
    names = sorted(zones or zoneinfo.available_timezones())
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as name:
        if imitated:
            imitate_old(Path(name), MOVED)
        else:
            await asyncio.to_thread(fetch_old, Path(name))
        found = [await _on(kind, Path(name), names, server) for kind in kinds]
    return _table(found)


async def control(*, server: str = "") -> Table:
    """Without the follow-up the same schedules stay wrong: so the trial can see them."""
    with (
        tempfile.TemporaryDirectory(prefix="meridian-trial-") as name,
        empty_database("SQLite", server) as url,
        observed(url) as database,
    ):
        imitate_old(Path(name), MOVED)
        await _process("plant", url, BEFORE, sorted(MOVED), Path(name))
        wrong = sum(at != _right(zone, day) for zone, at, day in database.read(_rows))
    return Table(
        title="Control: the new data without a follow-up leaves hours wrong",
        rows=[{"schedules": len(MOVED), "at a wrong hour": wrong}],
        wrong=int(wrong == 0),
    )


async def _on(kind: str, old: Path, names: Sequence[str], server: str) -> Found:
    with empty_database(kind, server) as url, observed(url) as database:
        await _process("plant", url, BEFORE, names, old)
        before = {zone: at for zone, at, _day in database.read(_rows)}
        await _process("follow", url, AFTER, names, None)
        return _judged(kind, database, before)


def _judged(kind: str, database: Observer, before: Mapping[str, datetime]) -> Found:
    rows = database.read(_rows)
    right = {zone: _right(zone, day) for zone, _at, day in rows}
    expected = {zone for zone, at in before.items() if at != right[zone]}
    after = {zone: at for zone, at, _day in rows}
    gaps = [abs(right[zone] - before[zone]) for zone in expected]
    return Found(
        database=kind,
        schedules=len(rows),
        expected=len(expected),
        corrected=sum(after[zone] == right[zone] for zone in expected),
        wrong_instants=sum(after[zone] != right[zone] for zone in after.keys() - expected),
        touched=sum(after[zone] != before[zone] for zone in after.keys() - expected),
        largest=max(gaps, default=timedelta(0)),
    )


def _right(zone: str, day: date) -> datetime:
    # Not the operating system's data, which a test run may see first.
    with (Path(str(files("tzdata"))) / "zoneinfo" / zone).open("rb") as file:
        return datetime.combine(day, HOUR, ZoneInfo.from_file(file)).astimezone(UTC)


def _rows(session: Session) -> list[tuple[str, datetime, date]]:
    query = select(ScheduleRow.zone, ScheduleRow.next_run_at, ScheduleRow.next_date)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


async def _process(
    word: str, url: str, now: datetime, zones: Sequence[str], data: Path | None
) -> None:
    """Run a word of `zone_worker`, with another edition of the data in front where given."""
    path = os.pathsep.join([*([str(data)] if data else []), str(_ROOT)])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.trials.zone_worker", word, url, now.isoformat(), *zones,
        env={**os.environ, "PYTHONTZPATH": "", "PYTHONPATH": path}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    if code:
        raise RuntimeError(f"{word} ended with code {code}")


def _table(found: Sequence[Found]) -> Table:
    return Table(
        title=f"Trial 7: zone data 2025b gives way to {IANA_VERSION}",
        rows=[
            {
                "database": f.database,
                "schedules": f.schedules,
                "moved by the new data": f.expected,
                "corrected": f.corrected,
                "largest correction": f"{f.largest.total_seconds() / 60:g} min",
                "others touched": f.touched,
                "wrong": f.wrong_instants,
            }
            for f in found
        ],
        wrong=sum(f.wrong for f in found),
    )
