"""Benchmark 9: a chart as a picture: cold, warm, and how long drawing holds the event loop up."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from bot.clients import pictures
from bot.domain.chart import Chart, Series
from tests.benchmarks.verdicts import Verdict, at_most
from tests.trials.tables import Table

COLD, WARM, HELD = 7, 60, 60
POINTS = 60
_COUNTED = 0.99


def sample() -> Chart:
    """Three lines of sixty points, a band and two marks."""
    lines = [
        tuple(0.9 + 0.02 * ((n * step) % 7) / 7 - 0.0003 * n for n in range(POINTS))
        for step in (3, 5, 2)
    ]
    return Chart(
        title="val_auc of churn",
        categories=tuple(f"run {n}" for n in range(POINTS)),
        series=tuple(Series(name=f"model {n}", values=line) for n, line in enumerate(lines)),
        y_label="val_auc",
        band=((0.88, 0.93),) * POINTS,
        marks=(17, 40),
    )


def run() -> list[Verdict]:
    """Print the table."""
    cold = statistics.median(_in_fresh_process() for _ in range(COLD))
    pictures.draw(sample())
    warm = statistics.median(_milliseconds(lambda: pictures.draw(sample())) for _ in range(WARM))
    held, idle = asyncio.run(_held(_draw_one)), asyncio.run(_held(_wait_as_long(warm)))
    rows = [
        {"": "cold: import and first picture, fresh process", "ms": f"{cold:.1f}"},
        {"": "warm", "ms": f"{warm:.1f}"},
        {"": "event loop held while a thread draws: longest", "ms": f"{held[-1]:.1f}"},
        {"": "  99 % of them", "ms": f"{_percentile(held):.1f}"},
        {"": "event loop held while a thread waits as long: longest", "ms": f"{idle[-1]:.1f}"},
        {"": "  99 % of them", "ms": f"{_percentile(idle):.1f}"},
    ]
    notes = [
        f"a PNG of 800 x 400, {len(pictures.draw(sample())) // 1024} KiB; medians of {COLD} cold "
        f"and {WARM} warm; {HELD} pictures drawn in a thread beside a loop that asks for its turn "
        "each millisecond; a turn is late by no more than this process worked meanwhile, so that "
        "other processes don't count"
    ]
    print(Table(title="A chart drawn by us", rows=rows, notes=notes).text())
    return [
        at_most("9", "a chart, cold, ms", 150, cold, "{:.0f}"),
        at_most("9", "a chart, warm, ms", 40, warm, "{:.0f}"),
        at_most("9", "a chart: event loop held, longest, ms", 15, held[-1], "{:.1f}"),
    ]


def _percentile(holds: list[float]) -> float:
    return holds[int(len(holds) * _COUNTED)]


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _in_fresh_process() -> float:
    """The first picture of a process that is up and has drawn none; its import is in it."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.charts"], capture_output=True, check=True
    )
    return float(json.loads(found.stdout))


async def _held(work: Callable[[], object]) -> list[float]:
    """Milliseconds beyond one for which the loop's turn was late, shortest first.

    Counted is what this process itself spent meanwhile, at most: for what other processes took of
    the machine, the loop waits as well without any picture.
    """
    done, late = asyncio.Event(), []

    async def watch() -> None:
        while not done.is_set():
            asked, spent = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.001)
            waited = time.perf_counter() - asked - 0.001
            late.append(min(waited, time.process_time() - spent) * 1000)

    watching = asyncio.create_task(watch())
    for _ in range(HELD):
        await asyncio.to_thread(work)
    done.set()
    await watching
    return sorted(late)


def _draw_one() -> object:
    return pictures.draw(sample())


def _wait_as_long(milliseconds: float) -> Callable[[], object]:
    return lambda: time.sleep(milliseconds / 1000)


if __name__ == "__main__":
    print(json.dumps(_milliseconds(_draw_one)))
