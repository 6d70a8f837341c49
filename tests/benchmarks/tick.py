"""Bench 4: ten thousand people whose hour has come, beside a hand-written tick on the same rows."""

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from ctypes import c_int
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from functools import partial
from multiprocessing.sharedctypes import RawValue
from typing import Any, cast

from sqlalchemy import func, select, text

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Person
from bot.domain.standup import StandupPlan
from bot.services import standups
from bot.workflows.tenants import OneTenant
from jobs import tick
from jobs.deps import JobDeps
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from storage.schedules import OccurrenceRow, ScheduleRow
from storage.transactions import SqlTransactions
from storage.unit_of_work import SqlUnitOfWork
from tests.benchmarks.tick_raw import RawTick
from tests.benchmarks.verdicts import Verdict, at_least, at_most
from tests.trials import tick_worker
from tests.trials.databases import KINDS, Observer, empty_database, observed
from tests.trials.nursery import started, until
from tests.trials.tables import Table

WORKSPACE = "T0TEAM"
STANDUPS = 100
PEOPLE = 100
ROUNDS = 3
RESTING = 1_000_000
# A busy machine takes longer for all of them than a statement may.
_AT_ONCE = 50_000
_BEFORE = datetime(2026, 3, 27, 12, tzinfo=UTC)
_NINE = datetime(2026, 3, 28, 8, tzinfo=UTC)  # 09:00 in Berlin


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One tick of everything that is due; `held` is how long the event loop stood still."""

    done: int
    wall: float
    cpu: float
    held: float = 0.0


def run() -> Sequence[Verdict]:
    """Print both databases' tables."""
    # As `meridian run` does at its start: else a collection that looks at every import holds the
    # loop far longer than any batch.
    gc.freeze()
    verdicts: list[Verdict] = []
    for kind in KINDS:
        verdicts += _busy(kind)
        verdicts += _idle(kind)
    return [*verdicts, *_two_nodes()]


def _busy(kind: str) -> list[Verdict]:
    costs: dict[str, list[Cost]] = {"meridian": [], "raw, same rows": [], "raw, three tables": []}
    with _due(kind) as (url, database):
        for _ in range(ROUNDS):
            for name, found in costs.items():
                _again(database)
                found.append(_measure(name, url))
    median = {name: _median(found) for name, found in costs.items()}
    rows = [
        {
            "tick": name,
            "due": STANDUPS * PEOPLE,
            "done": cost.done,
            "wall": f"{cost.wall:.2f} s",
            "cpu of the node": f"{cost.cpu:.2f} s",
            "loop held at most": f"{cost.held * 1000:.0f} ms" if cost.held else "-",
            "speed (raw, same rows = 1)": f"{median['raw, same rows'].wall / cost.wall:.2f}",
        }
        for name, cost in median.items()
    ]
    print(Table(title=f"Tick on {kind}: medians of {ROUNDS} rounds", rows=rows).text())
    ours, raw = median["meridian"], median["raw, same rows"]
    everybody = STANDUPS * PEOPLE
    return [
        at_least(
            "4", f"{kind}: done of {everybody:,} due in one minute", everybody, ours.done, "{}"
        ),
        at_least("4", f"{kind}: tick × a raw SQL tick", 0.5, raw.wall / ours.wall),
        at_most("4", f"{kind}: seconds for all", 1.0, ours.wall),
        at_most("4", f"{kind}: event loop held, ms", 50, ours.held * 1000, "{:.0f}"),
    ]


def _measure(name: str, url: str) -> Cost:
    if name == "meridian":
        return asyncio.run(_ours(url))
    engines = open_engines(url)
    raw = RawTick(engines.writer, whole=name == "raw, same rows")
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        done = raw.run(_NINE)
        return Cost(done=done, wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)
    finally:
        raw.close()
        engines.dispose()


async def _ours(url: str) -> Cost:
    """The job itself, with the event loop watched from beside it."""
    transactions = SqlTransactions(open_engines(url), lambda: _NINE, lambda: None)
    deps = _deps(transactions)
    watching = asyncio.create_task(_longest_hold())
    await asyncio.sleep(0.01)
    wall, cpu = time.perf_counter(), time.process_time()
    await tick.step(deps, _NINE)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    watching.cancel()
    held = await watching
    count = select(func.count()).select_from(OccurrenceRow)
    done = await transactions.read(
        lambda uow: cast(SqlUnitOfWork, uow).schedules._session.scalar(count)
    )
    transactions.close()
    return Cost(done=done or 0, wall=wall, cpu=cpu, held=held)


async def _longest_hold() -> float:
    """How late the event loop was at most for something due each millisecond."""
    longest = 0.0
    try:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before - 0.001)
    except asyncio.CancelledError:
        return longest


def _idle(kind: str) -> list[Verdict]:
    """Ticks with nothing due: beside a thousand schedules and beside a million."""
    found = {}
    for count in (1_000, RESTING):
        with empty_database(kind) as url, observed(url) as database:
            for first in range(1, count + 1, _AT_ONCE):
                last = min(first + _AT_ONCE - 1, count)
                database.write(partial(_rest, kind=kind, first=first, last=last))
            found[count] = asyncio.run(_idle_cost(url))
    rows = [
        {"schedules": f"{count:,}", "idle tick": f"{seconds * 1e6:.0f} µs"}
        for count, seconds in found.items()
    ]
    print(Table(title=f"Idle tick on {kind}: median of 300", rows=rows).text())
    growth = found[RESTING] / found[1_000]
    return [at_most("4", f"{kind}: idle tick with 1,000,000 schedules × with 1,000", 1.5, growth)]


async def _idle_cost(url: str) -> float:
    transactions = SqlTransactions(open_engines(url), lambda: _NINE, lambda: None)
    deps, costs = _deps(transactions), []
    for _ in range(300):
        begun = time.perf_counter()
        await tick.step(deps, _NINE)
        costs.append(time.perf_counter() - begun)
    transactions.close()
    return statistics.median(costs)


def _two_nodes() -> list[Verdict]:
    """Two processes on one PostgreSQL; what both started is counted twice."""
    with _due("PostgreSQL") as (url, database), ExitStack() as stack:
        days: c_int = RawValue(c_int, 0)
        begun = time.perf_counter()
        for _ in range(2):
            stack.enter_context(started(tick_worker.run, url, _NINE, days))
        asyncio.run(until(lambda: not database.read(_still_due), 300, "nothing due"))
        took = time.perf_counter() - begun
        prompts = select(func.count()).where(DeliveryRow.card == "standup.prompt")
        occurrences = select(func.count()).select_from(OccurrenceRow)
        done = database.read(lambda s: (s.scalar(prompts) or 0, s.scalar(occurrences) or 0))
    doubled = max(done) - STANDUPS * PEOPLE
    row = {"nodes": 2, "due": STANDUPS * PEOPLE, "prompts": done[0], "doubled": doubled,
           "took with their start": f"{took:.2f} s"}  # fmt: skip
    print(Table(title="Two nodes on PostgreSQL", rows=[row]).text())
    return [at_most("4", "two nodes: doubled", 0, doubled, "{}")]


def _deps(transactions: SqlTransactions) -> JobDeps:
    nothing = cast(Any, None)
    return JobDeps(
        tenants=OneTenant(workspace=WORKSPACE),
        transactions=transactions,
        chat=nothing,
        deliverer=nothing,
        holidays=nothing,
    )


@contextmanager
def _due(kind: str) -> Iterator[tuple[str, Observer]]:
    """A hundred stand-ups of a hundred people each, all due at one instant."""
    with empty_database(kind) as url, observed(url) as database:
        for number in range(STANDUPS):
            database.write(_starting(number))
        database.write(lambda uow: uow.deliveries._session.execute(text("DELETE FROM delivery")))
        yield url, database


def _starting(number: int) -> Callable[[SqlUnitOfWork], object]:
    people = [
        Person(
            workspace=WORKSPACE,
            user_id=f"U{number:03d}{n:03d}",
            name=f"Person {n}",
            zone="Europe/Berlin",
        )
        for n in range(PEOPLE)
    ]
    plan = StandupPlan(
        name=f"Bench {number}",
        questions=("What moved?",),
        blocker_question="",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=tuple(p.user_id for p in people),
    )

    def start(uow: SqlUnitOfWork) -> None:
        uow.people.save(people)
        standups.create(uow, WORKSPACE, f"C{number:03d}", plan, people[0].user_id, _BEFORE)

    return start


def _again(database: Observer) -> None:
    """As if none of it had run."""

    def undo(uow: SqlUnitOfWork) -> None:
        session = uow.deliveries._session
        for table in ("occurrence", "turn", "timer", "delivery"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(
            ScheduleRow.__table__.update().values(  # type: ignore[attr-defined]
                next_run_at=_NINE, next_date=_NINE.date()
            )
        )

    database.write(undo)


def _still_due(session: Any) -> int:
    count = select(func.count()).select_from(ScheduleRow).where(ScheduleRow.next_run_at <= _NINE)
    return int(session.scalar(count) or 0)


def _rest(uow: SqlUnitOfWork, kind: str, first: int, last: int) -> None:
    """Schedules whose hour comes tomorrow, every hundredth at rest since a year ago."""
    series = (
        f"generate_series({first}, {last}) AS s(n)"
        if kind == "PostgreSQL"
        else f"(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1"
        f" FROM s WHERE n < {last}) SELECT n FROM s) AS s"
    )
    values = {"later": _NINE + timedelta(days=1), "past": _NINE - timedelta(days=365)}
    day, at = "'2026-03-29'", "'09:00:00.000000'"
    casts = ("::date", "::time", "::jsonb", "::timestamptz") if kind == "PostgreSQL" else ("",) * 4
    later, past = (
        f"'{v.replace(tzinfo=None).isoformat(' ', 'microseconds')}'" for v in values.values()
    )
    zone = "+00" if kind == "PostgreSQL" else ""
    later, past = later[:-1] + zone + "'", past[:-1] + zone + "'"
    uow.deliveries._session.execute(
        text(
            "INSERT INTO schedule (id, workspace, kind, subject, user_id, zone, wall_time,"
            " weekdays, next_run_at, next_date, zone_data, active)"
            f" SELECT 's' || n, 'T1', 'standup_prompt', 'x' || (n / 100), 'U' || n,"
            f" 'Europe/Berlin', {at}{casts[1]}, '[1]'{casts[2]},"
            f" CASE WHEN n % 100 = 0 THEN {past}{casts[3]} ELSE {later}{casts[3]} END,"
            f" {day}{casts[0]}, '9999z', n % 100 <> 0 FROM {series}"
        )
    )


def _median(costs: Sequence[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.wall)[len(costs) // 2]
