"""Benchmark 7: how soon the bot is ready, what it weighs, and whether commands make it grow."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.load import Server, command, cost, session
from tests.benchmarks.verdicts import Verdict, at_most
from tests.standins.slack import FakeSlack
from tests.trials import start_figures
from tests.trials.bot_process import Bot, Running
from tests.trials.tables import Table

STARTS = 9
COMMANDS, WARM_UP = 10_000, 1_000
PEOPLE = 50
_ALONE = "import slack_bolt.async_app, sqlalchemy.orm, httpx"
_TYPED = (
    ("/standup", "help"),
    ("/standup", "list"),
    ("/decide", "list"),
    ("/decide", "search threshold"),
    ("/alert", "list"),
    ("/meridian", "help"),
    ("/experiment", "lits"),
)


@dataclass(frozen=True, kw_only=True)
class Start:
    """Seconds by the clock and of the processor."""

    took: float
    cpu: float


def run() -> list[Verdict]:
    """Three tables: the start, the first polls, and ten thousand commands."""
    verdicts = asyncio.run(_starts())
    print(asyncio.run(start_figures.polls()).text())
    return [*verdicts, asyncio.run(_growth())]


async def _starts() -> list[Verdict]:
    alone, ours = [], []
    async with _slack_and_bot() as bot:
        for number in range(STARTS + 1):
            found = await asyncio.to_thread(_imported)
            async with bot.running() as running:
                took = await running.ready()
                cpu = _spent(running)
            if number:  # the first start compiles and fills the page cache
                alone.append(found)
                ours.append(Start(took=took, cpu=cpu))
    ratio = statistics.median(a.took / b.took for a, b in zip(ours, alone, strict=True))
    by_cpu = statistics.median(a.cpu / b.cpu for a, b in zip(ours, alone, strict=True))
    rows = [_row("import Bolt, SQLAlchemy, httpx", alone), _row("meridian run, ready", ours)]
    rows.append({"": "ratio", "ms": f"{ratio:.2f}", "CPU ms": f"{by_cpu:.2f}"})
    notes = [f"{STARTS} of each in turns, medians; ratios are paired"]
    print(Table(title="A start, Slack only, HTTP mode, SQLite", rows=rows, notes=notes).text())
    return [at_most("7", "ready, of importing Bolt + SQLAlchemy + httpx", 1.5, ratio)]


def _row(name: str, starts: list[Start]) -> dict[str, object]:
    took, cpu = (
        statistics.median(s.took for s in starts),
        statistics.median(s.cpu for s in starts),
    )
    return {"": name, "ms": f"{took * 1000:.0f}", "CPU ms": f"{cpu * 1000:.0f}"}


def _imported() -> Start:
    """A fresh process that only imports what any such bot must."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", f"{_ALONE}; print(flush=True); input()"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - begun
    times = psutil.Process(process.pid).cpu_times()
    process.communicate(b"\n")
    return Start(took=took, cpu=times.user + times.system)


def _spent(running: Running) -> float:
    times = psutil.Process(running.process.pid).cpu_times()
    return float(times.user + times.system)


async def _growth() -> Verdict:
    """Different commands of different people, so that caches fill as they do in a team."""
    async with _slack_and_bot() as bot, session() as client, bot.running() as running:
        await running.ready()
        sizes = {"when ready": _resident(running)}
        server = Server(process=running.process, url=f"{bot.address}/slack/events")
        await cost(client, server, _typed(WARM_UP))
        sizes[f"after {WARM_UP:,} commands"] = warm = _resident(running)
        await cost(client, server, _typed(COMMANDS))
        sizes[f"after {COMMANDS:,} more"] = end = _resident(running)
        running.check()
    rows = [{"": moment, "resident MiB": f"{size:.1f}"} for moment, size in sizes.items()]
    notes = [f"{len(_TYPED)} kinds of commands by {PEOPLE} people, eight at a time"]
    print(Table(title="What commands leave behind", rows=rows, notes=notes).text())
    return at_most("7", f"growth over {COMMANDS:,} commands, MiB", 5, end - warm, "{:.1f}")


def _typed(count: int) -> list[str]:
    return [
        command(text, f"U0P{number % PEOPLE:02d}", name)
        for number in range(count)
        for name, text in [_TYPED[number % len(_TYPED)]]
    ]


def _resident(running: Running) -> float:
    return float(psutil.Process(running.process.pid).memory_info().rss) / 2**20


@asynccontextmanager
async def _slack_and_bot() -> AsyncIterator[Bot]:
    async with FakeSlack() as slack:
        for number in range(PEOPLE):
            slack.add_user(f"U0P{number:02d}", f"person {number}")
        slack.add_channel("C1", "general", members=[f"U0P{n:02d}" for n in range(PEOPLE)])
        with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
            bot = Bot(slack=slack, folder=Path(folder), database_url=f"sqlite:///{folder}/m.db")
            await bot.migrate()
            yield bot
