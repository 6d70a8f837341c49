"""Benchmark 2: a submitted report, stored with its outbox rows, beside the same by hand."""

import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.deliveries import DeliveryRow
from storage.standups import ReportRow
from tests.benchmarks.handwritten import Plan
from tests.benchmarks.load import Cost, Server, answered, command, cost, session, start
from tests.benchmarks.report_world import World, fill
from tests.benchmarks.verdicts import Verdict, at_most
from tests.standins.postgres import copied_database, postgres_server
from tests.trials.databases import KINDS, observed
from tests.trials.tables import Table

ROUNDS = 5
PEOPLE = 300
_BARE, _OURS, _BY_HAND = "B1: bare Bolt, /standup help", "Meridian", "by hand"
_AIMS = {"SQLite": 0.5, "PostgreSQL": 0.45}


def run() -> list[Verdict]:
    """Both databases, a table each."""
    return [verdict for kind in KINDS for verdict in asyncio.run(_on(kind))]


async def _on(kind: str) -> list[Verdict]:
    with _databases(kind) as (folder, urls, world):
        async with AsyncExitStack() as stack:
            servers = await _servers(stack, folder, urls, world)
            client = await stack.enter_async_context(session())
            costs = await _measured(client, servers, world)
        return _judged(kind, costs, [_stored(url) for url in urls[:2]])


@contextmanager
def _databases(kind: str) -> Iterator[tuple[Path, list[str], World]]:
    """Three equal databases: ours, that of the handler by hand, and the one it records on."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as name:
        if kind == "SQLite":
            files = [Path(name) / f"{each}.db" for each in range(3)]
            world = fill(f"sqlite:///{files[0]}", people=PEOPLE, days=ROUNDS + 1, now=now)
            for file in files[1:]:
                shutil.copy(files[0], file)
            yield Path(name), [f"sqlite:///{file}" for file in files], world
            return
        with postgres_server() as url:
            world = fill(url, people=PEOPLE, days=ROUNDS + 1, now=now)
            yield Path(name), [url, *(copied_database(url) for _ in range(2))], world


async def _servers(
    stack: AsyncExitStack, folder: Path, urls: Sequence[str], world: World
) -> dict[str, Server]:
    plan = folder / "plan.json"
    bodies = [body for day in world.days for body in day]
    Plan(database_url=urls[1], copy_url=urls[2], bodies=bodies).write(plan)
    ours = [sys.executable, "-m", "tests.benchmarks.servers"]
    servers = {}
    for name, words in (
        (_BARE, ["bare", ""]),
        (_OURS, ["served", urls[0]]),
        (_BY_HAND, ["handwritten", str(plan)]),
    ):
        servers[name] = await start([*ours, *words])
        stack.push_async_callback(servers[name].stop)
    return servers


async def _measured(
    client: aiohttp.ClientSession, servers: dict[str, Server], world: World
) -> dict[str, list[Cost]]:
    for server in servers.values():
        await answered(client, server)
    costs: dict[str, list[Cost]] = {name: [] for name in servers}
    for number, bodies in enumerate(world.days):
        for name, server in servers.items():
            sent = [command("help") for _ in bodies] if name == _BARE else bodies
            found = await cost(client, server, sent)
            if number:  # the first day warms up
                costs[name].append(found)
    return costs


def _stored(url: str) -> tuple[int, int]:
    """Reports and outbox rows."""

    def count(session: Session) -> tuple[int, int]:
        counted = [select(func.count()).select_from(row) for row in (ReportRow, DeliveryRow)]
        reports, deliveries = (session.scalar(each) or 0 for each in counted)
        return reports, deliveries

    with observed(url) as database:
        return database.read(count)


def _judged(
    kind: str, costs: dict[str, list[Cost]], stored: Sequence[tuple[int, int]]
) -> list[Verdict]:
    rows = [
        {
            "server": name,
            "CPU µs a request": round(statistics.median(c.cpu_us for c in each)),
            "requests/s": round(statistics.median(c.per_second for c in each)),
            "of B1, by CPU": f"{1 / _times(each, costs[_BARE]):.2f}",
        }
        for name, each in costs.items()
    ]
    ratio, of_bare = _times(costs[_OURS], costs[_BY_HAND]), _times(costs[_BARE], costs[_OURS])
    sent = PEOPLE * (ROUNDS + 1)
    notes = [
        f"{ROUNDS} rounds of {PEOPLE} in turns, medians; ratios are paired by round; "
        f"aim of B1 {_AIMS[kind]:g}",
        f"reports and outbox rows stored: ours {stored[0]}, by hand {stored[1]}, of {sent} sent "
        "(two at once may each wish for an edit of the same card)",
    ]
    print(Table(title=f"A submitted report over HTTP, {kind}", rows=rows, notes=notes).text())
    return [
        at_most("2", f"a submitted report, {kind}: CPU of the same by hand", 1.5, ratio),
        Verdict(
            bench="2",
            what=f"a submitted report, {kind}: of B1",
            target=f"aim ≥ {_AIMS[kind]:g}",
            figure=f"{of_bare:.2f}",
            met=of_bare >= _AIMS[kind],
        ),
        Verdict(
            bench="2",
            what=f"reports stored of those acknowledged, {kind}",
            target=f"{sent}",
            figure=f"{stored[0][0]}",
            met=stored[0][0] == sent and stored[0][1] >= stored[1][1],
        ),
    ]


def _times(ours: Sequence[Cost], yardstick: Sequence[Cost]) -> float:
    return statistics.median(a.cpu_us / b.cpu_us for a, b in zip(ours, yardstick, strict=True))
