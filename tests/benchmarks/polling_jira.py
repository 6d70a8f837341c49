"""Benchmark 8, Jira: an idle poll beside its own requests, sent once more by httpx."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import httpx

from bot.clients.jira import JiraTracker
from bot.config import Settings
from bot.workflows.issues.poll import poll
from jobs.poll_jira import REST
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.benchmarks.verdicts import Verdict, at_most
from tests.standins.jira.server import API_TOKEN, EMAIL
from tests.trials.issues import WORKSPACE, want
from tests.trials.tables import Table

SIZES = (500, 5_000)
LATENCIES = (0, 50)
ROUNDS = 15
_MILLISECONDS = 1000
_CONFIGURED = float(Settings.model_fields["poll_seconds"].default)


@dataclass(kw_only=True)
class Cost:
    """What each idle poll took: requests, bytes, milliseconds of ours and of the raw requests,
    the most requests that were under way at once, and the seconds that the last search took."""

    requests: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    at_once: int = 0
    latency: float = 0.0

    @property
    def pause(self) -> float:
        """Seconds from one poll to the next, as the job widens it for a slow Jira."""
        return max(_CONFIGURED, REST * self.latency)

    @property
    def ratio(self) -> float:
        """The median of our time by that of the raw requests, round by round."""
        return statistics.median(a / b for a, b in zip(self.ours, self.raw, strict=True))


def run() -> list[Verdict]:
    """Print the table."""
    return asyncio.run(_main())


async def _main() -> list[Verdict]:
    costs = {(ms, size): await _measured(size, ms) for ms in LATENCIES for size in SIZES}
    rows = [_row(ms, size, cost) for (ms, size), cost in costs.items()]
    notes = [
        f"{ROUNDS} idle polls, each followed by its own requests, sent again by httpx; medians, "
        "ratios paired",
        "A search of a real Jira takes tens of milliseconds: the rows without added time show what "
        "is our own.",
    ]
    print(Table(title="An idle poll of Jira", rows=rows, notes=notes).text())
    slow, small = costs[LATENCIES[-1], SIZES[-1]], costs[LATENCIES[-1], SIZES[0]]
    same = statistics.median(slow.received) / statistics.median(small.received)
    most = max(cost.at_once for cost in costs.values())
    return [
        at_most(
            "8",
            "an idle poll of Jira, of its raw requests; the next one after "
            f"max({_CONFIGURED:.0f} s, {REST} × its last search)",
            1.2,
            slow.ratio,
        ),
        at_most("8", "requests to Jira under way at once", 1, most, "{:.0f}"),
        at_most("8", "bytes of an idle poll of Jira, ten times the history", 1.05, same),
    ]


def _row(ms: int, size: int, cost: Cost) -> dict[str, object]:
    return {
        "issues": f"{size:,}",
        "server adds ms": ms,
        "requests": statistics.median(cost.requests),
        "bytes": round(statistics.median(cost.received)),
        "ours ms": f"{statistics.median(cost.ours):.1f}",
        "raw ms": f"{statistics.median(cost.raw):.1f}",
        "ratio": f"{cost.ratio:.2f}",
        "at once": cost.at_once,
        "next poll after s": f"{cost.pause:.0f}",
    }


@asynccontextmanager
async def _server(issues: int, milliseconds: int) -> AsyncIterator[tuple[str, datetime]]:
    words = ["-m", "tests.benchmarks.jira_server", str(issues), str(milliseconds)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url, newest = (await process.stdout.readline()).decode().split()
        yield url, datetime.fromisoformat(newest)
    finally:
        process.terminate()
        await process.wait()


async def _measured(issues: int, milliseconds: int) -> Cost:
    async with _server(issues, milliseconds) as (url, newest), httpx.AsyncClient() as raw:
        with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
            engines = open_engines(f"sqlite:///{folder}/meridian.db")
            METADATA.create_all(engines.writer)
            now = newest + timedelta(hours=1)
            transactions = SqlTransactions(engines, lambda: now, lambda: None)
            tracker = JiraTracker(url, email=EMAIL, api_token=API_TOKEN, personal_access_token=None,
                                  deadline=300.0)  # fmt: skip
            try:
                await transactions.write(want)
                # The first poll reads each project apart, the second brings them together.
                for _ in range(2):
                    await poll(WORKSPACE, tracker, transactions, now)
                    now += timedelta(minutes=2)
                return await _idle(tracker, transactions, raw, now)
            finally:
                await tracker.close()
                transactions.close()


async def _idle(
    tracker: JiraTracker, transactions: SqlTransactions, raw: httpx.AsyncClient, now: datetime
) -> Cost:
    watch, cost = _Watch(tracker), Cost()
    for number in range(ROUNDS + 1):
        now += timedelta(minutes=2)
        watch.begin()
        begun = time.perf_counter()
        await poll(WORKSPACE, tracker, transactions, now)
        ours = (time.perf_counter() - begun) * _MILLISECONDS
        replayed = await _replayed(raw, watch.sent)
        if number:  # the first one warms httpx up
            cost.ours.append(ours)
            cost.raw.append(replayed)
            cost.requests.append(len(watch.sent))
            cost.received.append(watch.received)
    cost.at_once, cost.latency = watch.most, tracker.latency
    return cost


class _Watch:
    """Sees what the tracker's session sends; the tracker must have spoken with Jira before."""

    def __init__(self, tracker: JiraTracker) -> None:
        self.sent: list[Any] = []
        self.received = 0
        self.most = 0
        self._under_way = 0
        connection = tracker._connection
        assert connection is not None
        self._send = connection._session.send
        patch.object(connection._session, "send", self._watched).start()

    def begin(self) -> None:
        """Forget what was sent before."""
        self.sent, self.received = [], 0

    def _watched(self, request: Any, **options: Any) -> Any:
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            answer = self._send(request, **options)
        finally:
            self._under_way -= 1
        self.sent.append(request)
        self.received += int(answer.headers["content-length"])
        return answer


async def _replayed(raw: httpx.AsyncClient, sent: Sequence[Any]) -> float:
    begun = time.perf_counter()
    for request in sent:
        answer = await raw.request(
            request.method, request.url, content=request.body, headers=dict(request.headers)
        )
        answer.raise_for_status()
    return (time.perf_counter() - begun) * _MILLISECONDS
