"""What a poll of MLflow costs beside the same raw requests, with a short and with a long history.

A real server on SQLite; ours and httpx's turns alternate in one run.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.clients.mlflow import MlflowTracker
from bot.workflows.poll_mlflow import LIST_EVERY, poll
from demo.mlflow_server import running_server
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.benchmarks.polling_store import EXPERIMENTS, METRICS, fill
from tests.benchmarks.verdicts import Verdict, at_most
from tests.standins.mlflow import MlflowServer

SIZES = (500, 50_000)
ROUNDS, SWEEPS = 15, 3
NEW = 10
WORKSPACE = "T1"


@dataclass
class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on and keeps them, with the bytes of their answers."""

    inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)
    requests: list[httpx.Request] = field(default_factory=list)
    received: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = await self.inner.handle_async_request(request)
        self.received += int(answer.headers["content-length"])
        return answer

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass(kw_only=True)
class Cost:
    """What one kind of poll took: requests, bytes and milliseconds of each round."""

    requests: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of our time by that of the raw requests, round by round."""
        return statistics.median(a / b for a, b in zip(self.ours, self.raw, strict=True))


class Bench:
    """Polls one server; the clock moves as it likes."""

    def __init__(self, mlflow: MlflowServer, transactions: SqlTransactions, now: datetime) -> None:
        self._mlflow = mlflow
        self._transactions = transactions
        self._recorder = Recorder()
        self._tracker = MlflowTracker(mlflow.url, transport=self._recorder)
        self._raw = httpx.AsyncClient(timeout=60)
        self.now = now

    async def close(self) -> None:
        """Both connections."""
        await self._tracker.aclose()
        await self._raw.aclose()

    async def first(self) -> float:
        """Seconds of the first poll, which reads 90 days, and of the one that reads it again."""
        began = time.perf_counter()
        for _ in range(2):
            await poll(WORKSPACE, self._tracker, self._transactions, self.now)
        return time.perf_counter() - began

    async def measure(
        self, rounds: int, step: timedelta, before: Callable[[], None] | None = None
    ) -> Cost:
        """Polls `step` after each other, each followed by its requests once more by httpx."""
        cost = Cost()
        for _ in range(rounds):
            if before:
                await asyncio.to_thread(before)
            self.now += step
            self._recorder.requests, self._recorder.received = [], 0
            began = time.perf_counter()
            await poll(WORKSPACE, self._tracker, self._transactions, self.now)
            cost.ours.append((time.perf_counter() - began) * 1000)
            cost.requests.append(len(self._recorder.requests))
            cost.received.append(self._recorder.received)
            cost.raw.append(await self._replay())
        return cost

    def ten_runs_end(self) -> None:
        """By REST, as clients do."""
        for _ in range(NEW):
            at = self.now
            metrics: dict[str, float | str] = {f"metric_{n}": 0.5 for n in range(METRICS)}
            self._mlflow.run("1", started_at=at, ended_at=at, metrics=metrics)

    async def _replay(self) -> float:
        began = time.perf_counter()
        for each in self._recorder.requests:
            kind = {"Content-Type": "application/json"}
            answer = await self._raw.request(
                each.method, each.url, content=each.content, headers=kind
            )
            answer.raise_for_status()
        return (time.perf_counter() - began) * 1000


def run() -> list[Verdict]:
    """Print the table."""
    return asyncio.run(_main())


async def _main() -> list[Verdict]:
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        schema = Path(folder) / "empty"
        with running_server(folder=schema):
            pass
        found = {size: await _of_size(Path(folder), schema / "mlflow.db", size) for size in SIZES}
    heads = ("requests", "bytes", "ours ms", "raw ms", "ratio")
    print("{:<40} {:>8} {:>10} {:>9} {:>9} {:>6}".format("a poll with", *heads))
    for size, costs in found.items():
        print(f"{size:,} runs x {METRICS} metrics in {EXPERIMENTS} experiments")
        for kind, cost in costs.items():
            print(_line(kind, cost))
    same = [_sizes(costs["nothing new"]) for costs in found.values()]
    print(
        f"with nothing new, requests and bytes by size of the store: {same}; "
        f"{'equal' if len(set(same)) == 1 else 'NOT EQUAL'}"
    )
    (_, few), (_, many) = same
    idle = found[SIZES[-1]]["nothing new"]
    return [
        at_most("8", "an idle poll of MLflow, of its raw requests", 1.2, idle.ratio),
        at_most("8", "bytes of an idle poll of MLflow, 100 times the history", 1.05, many / few),
    ]


def _line(kind: str, cost: Cost) -> str:
    ours, raw = statistics.median(cost.ours), statistics.median(cost.raw)
    requests, received = _sizes(cost)
    return f"  {kind:<38} {requests:>8} {received:>10,} {ours:>9.1f} {raw:>9.1f} {cost.ratio:>6.2f}"


def _sizes(cost: Cost) -> tuple[str, int]:
    """The number of requests, or the least and the most of them, and the median of the bytes."""
    least, most = min(cost.requests), max(cost.requests)
    number = f"{least}" if least == most else f"{least}-{most}"
    return number, round(statistics.median(cost.received))


async def _of_size(folder: Path, schema: Path, size: int) -> dict[str, Cost]:
    now = datetime.now(UTC).replace(microsecond=0)
    store = folder / str(size)
    store.mkdir()
    shutil.copy(schema, store / "mlflow.db")
    fill(store / "mlflow.db", size, now)
    with (
        running_server(folder=store) as url,
        httpx.Client(base_url=f"{url}/api/2.0/mlflow/", timeout=60) as client,
    ):
        mlflow = MlflowServer(url=url, folder=store, client=client)
        for model in ("churn", "price", "spam"):
            run_id = mlflow.run("1", started_at=now, ended_at=now)
            mlflow.set_alias(model, "champion", mlflow.model_version(model, run_id))
        async with _bench(mlflow, store, now) as bench:
            took = await bench.first()
            print(f"{size:,} runs: the first poll and the sweep after it took {took:.0f} s")
            second = timedelta(seconds=1)
            return {
                "nothing new": await bench.measure(ROUNDS, second),
                "nothing new, list of experiments due": await bench.measure(5, LIST_EVERY),
                f"{NEW} runs that ended": await bench.measure(5, second, bench.ten_runs_end),
                "nothing new, hourly sweep": await bench.measure(SWEEPS, timedelta(hours=1)),
            }


@asynccontextmanager
async def _bench(mlflow: MlflowServer, folder: Path, now: datetime) -> AsyncIterator[Bench]:
    engines = open_engines(f"sqlite:///{folder}/meridian.db")
    METADATA.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: now, lambda: None)
    bench = Bench(mlflow, transactions, now)
    try:
        yield bench
    finally:
        await bench.close()
        transactions.close()
