"""Figures of local time: every zone of 2026, and a stand-up across the clock changes."""

import tempfile
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.domain.calendar import EVERY_DAY, next_occurrence
from bot.domain.person import Person
from bot.domain.standup import StandupPlan
from bot.services import standups
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack import FakeSlack
from tests.trials.bot_process import Bot
from tests.trials.databases import observed
from tests.trials.tables import Table

WALL_TIMES = (time(0, 0), time(0, 30), time(1, 30), time(2, 30), time(9, 0), time(23, 30))
YEAR = 2026
CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1))
ZONES = {
    "Asia/Tokyo": "U0TOKYO",
    "Asia/Kolkata": "U0KOLKATA",
    "Europe/Berlin": "U0BERLIN",
    "America/New_York": "U0NEWYORK",
    "America/Sao_Paulo": "U0SAOPAULO",
}
_NINE = time(9, 0)


@dataclass(kw_only=True)
class YearFound:
    """What one wall time came to over all zones; `moved` are days with a gap or a fold there."""

    wall_time: time
    zones: int = 0
    occurrences: int = 0
    skipped: int = 0
    doubled: int = 0
    moved: int = 0
    wrong_instants: int = 0
    max_error: float = 0.0

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return self.skipped + self.doubled + self.wrong_instants


Next = Callable[[datetime, time, ZoneInfo], datetime]
"""The first instant strictly after one at a wall time in a zone."""


def every_zone(zones: Sequence[str] = ()) -> Table:
    """`next_occurrence` from each occurrence to the next, over every day of the year."""
    found = [_walk(wall_time, zones, _ours) for wall_time in WALL_TIMES]
    title = f"Trial 5: next_occurrence, every zone and every day of {YEAR}"
    return _years(title, found, sum(f.wrong for f in found))


def cron_control(zones: Sequence[str] = ()) -> Table:
    """APScheduler's CronTrigger walks the same year: it must be seen to lose or double days."""
    found = [_walk(wall_time, zones, _cron) for wall_time in (time(0, 0), time(1, 30))]
    title = f"Control: CronTrigger over the same days of {YEAR}, which must be seen to go wrong"
    return _years(title, found, int(not any(f.skipped + f.doubled for f in found)))


def _walk(wall_time: time, zones: Sequence[str], step: Next) -> YearFound:
    found = YearFound(wall_time=wall_time)
    for name in sorted(zones or zoneinfo.available_timezones()):
        _one_zone(found, ZoneInfo(name), step)
    return found


def _ours(after: datetime, wall_time: time, zone: ZoneInfo) -> datetime:
    return next_occurrence(after, wall_time=wall_time, weekdays=EVERY_DAY, zone=zone)


def _cron(after: datetime, wall_time: time, zone: ZoneInfo) -> datetime:
    trigger = CronTrigger(hour=wall_time.hour, minute=wall_time.minute, timezone=zone)
    now = (after + timedelta(seconds=1)).astimezone(zone)
    found: datetime = trigger.get_next_fire_time(None, now).astimezone(UTC)
    return max(found, after + timedelta(seconds=1))  # in a fold it may look back


def _years(title: str, found: Sequence[YearFound], wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "wall time": f"{f.wall_time:%H:%M}",
                "zones": f.zones,
                "occurrences": f.occurrences,
                "skipped": f.skipped,
                "doubled": f.doubled,
                "in a gap or a fold": f.moved,
                "wrong instant": f.wrong_instants,
                "max error": f"{f.max_error:g} s",
            }
            for f in found
        ],
        wrong=wrong,
        notes=(f"Zone data {version('tzdata')}.",),
    )


def _one_zone(found: YearFound, zone: ZoneInfo, step: Next) -> None:
    seen: Counter[date] = Counter()
    after = datetime(YEAR, 1, 1, tzinfo=zone).astimezone(UTC) - timedelta(seconds=1)
    while True:
        after = step(after, found.wall_time, zone)
        local = after.astimezone(zone)
        if local.year != YEAR:
            break
        day = _date_meant(after, found.wall_time, zone)
        seen[day] += 1
        ordinary = _at_wall_time(day, found.wall_time, zone)
        found.moved += len(ordinary) != 1
        right = ordinary[0] if ordinary else _gap_end(local, zone)
        found.wrong_instants += after != right
        if right is not None:
            found.max_error = max(found.max_error, abs((after - right).total_seconds()))
    found.zones += 1
    found.occurrences += seen.total()
    found.doubled += seen.total() - len(seen)
    found.skipped += sum(day not in seen for day in _existing_days(zone))


def _date_meant(instant: datetime, wall_time: time, zone: ZoneInfo) -> date:
    """The date that an occurrence stands for: after a gap at midnight it is the one before."""
    local = instant.astimezone(zone)
    offset = (instant - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta(0)
    gap_start = instant.replace(tzinfo=None) + offset
    meant = datetime.combine(gap_start.date(), wall_time)
    in_gap = gap_start <= meant < local.replace(tzinfo=None)
    return gap_start.date() if in_gap else local.date()


def _at_wall_time(day: date, wall_time: time, zone: ZoneInfo) -> list[datetime]:
    """All instants that show `wall_time` on `day`: none in a gap, two in a fold, in order."""
    naive = datetime.combine(day, wall_time)
    tried = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(t for t in tried if t.astimezone(zone).replace(tzinfo=None) == naive)


def _gap_end(local: datetime, zone: ZoneInfo) -> datetime | None:
    """`local` itself if the clocks jump right there, else None."""
    instant = local.astimezone(UTC)
    before = (instant - timedelta(seconds=1)).astimezone(zone)
    return instant if before.utcoffset() != local.utcoffset() else None


def _existing_days(zone: ZoneInfo) -> Iterator[date]:
    """Dates of the year that occur in the zone, found by walking its hours."""
    instant = datetime(YEAR, 1, 1, tzinfo=zone).astimezone(UTC)
    shown: dict[date, None] = {}
    for hours in range(0, 366 * 24, 6):
        shown[(instant + timedelta(hours=hours)).astimezone(zone).date()] = None
    return (day for day in shown if day.year == YEAR)


async def across_changes(changes: Sequence[date] = CHANGES) -> list[Table]:
    """A seven-day stand-up at 09:00 in five zones, listed by the console program, week by week."""
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        async with FakeSlack() as slack:
            bot = Bot(slack=slack, folder=Path(folder), database_url=f"sqlite:///{folder}/m.db")
            await bot.migrate()
            with observed(bot.database_url) as database:
                database.write(_start_standup)
            return [_week(change, await _listed(bot, change)) for change in changes]


async def _listed(bot: Bot, change: date) -> dict[tuple[str, date], list[datetime]]:
    """The prompts of the week around `change` by person and local date, read from the program."""
    days = _days(change)
    start = datetime.combine(days[0], time(0), UTC) - timedelta(minutes=1)
    end = datetime.combine(days[-1], time(23, 59), UTC)
    printed = await bot.command(
        "tick", "--from", start.isoformat(), "--to", end.isoformat(), "--dry-run"
    )
    found: dict[tuple[str, date], list[datetime]] = {}
    for line in printed.splitlines():
        instant, local_date, _local, _zone, kind, user_id = line.split()
        if kind == "standup_prompt":
            key = user_id, date.fromisoformat(local_date)
            found.setdefault(key, []).append(datetime.fromisoformat(instant))
    return found


def _week(change: date, listed: dict[tuple[str, date], list[datetime]]) -> Table:
    """Person by date; the local times are computed here from the UTC instants of the listing."""
    days = _days(change)
    rows: list[dict[str, object]] = []
    wrong = 0
    for zone, user_id in ZONES.items():
        row: dict[str, object] = {"person in": zone}
        for day in days:
            local = [at.astimezone(ZoneInfo(zone)) for at in listed.pop((user_id, day), [])]
            right = [f"{at:%H:%M}" for at in local] == ["09:00"] and local[0].date() == day
            wrong += not right
            row[f"{day:%a %d %b}"] = " ".join(f"{at:%H:%M %Z}" for at in local) or "none"
        rows.append(row)
    wrong += len(listed)
    return Table(
        title=f"Prompts of a 09:00 stand-up around {change}: wrong {wrong}",
        rows=rows,
        wrong=wrong,
    )


def _days(change: date) -> list[date]:
    return [change + timedelta(days=n) for n in range(-3, 4)]


def _start_standup(uow: SqlUnitOfWork) -> None:
    workspace = "T0TEAM"
    uow.people.save(
        Person(workspace=workspace, user_id=user_id, name=zone, zone=zone)
        for zone, user_id in ZONES.items()
    )
    plan = StandupPlan(
        name="Every day",
        questions=("What moved?",),
        blocker_question="",
        wall_time=_NINE,
        weekdays=EVERY_DAY,
        participants=tuple(ZONES.values()),
    )
    created = datetime(2026, 3, 1, tzinfo=UTC)
    standups.create(uow, workspace, "C0TRIAL", plan, ZONES["Europe/Berlin"], created)
