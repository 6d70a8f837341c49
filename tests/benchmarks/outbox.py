"""Bench 5: the outbox on PostgreSQL beside one procrastinate task per message, and its pace."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from procrastinate import App
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.types import JSONDict
from sqlalchemy import make_url

from bot.domain.delivery import Delivery, DeliveryKind, Verdict, sent
from bot.workflows.deliver import Deliverer
from bot.workflows.outside import OutsideAct
from bot.workflows.pacing import Pace
from storage.engine import open_engines
from storage.fanout.working import Workload
from storage.transactions import SqlTransactions
from tests.benchmarks.limiting_slack import LimitingSlack
from tests.benchmarks.verdicts import Verdict as Target
from tests.benchmarks.verdicts import at_least
from tests.standins.postgres import postgres_server
from tests.trials import node_worker
from tests.trials.databases import empty_database, observed
from tests.trials.nursery import started, until
from tests.trials.tables import Table

_MESSAGES = 1000
_CHANNELS = 500
_AT_ONCE = 20
_ROUNDS = 3

# Slack's figures, 1 a second and channel, 300 a minute and workspace, five times as fast: ten times
# would be about as much as a core can send, and it is the pace that is measured.
_FASTER = 5
_PACE = Pace(
    per_channel=timedelta(seconds=1) / _FASTER,
    per_workspace=300,
    window=timedelta(minutes=1) / _FASTER,
)
_BACKLOG = {"T0": 4000, "T1": 1500, "T2": 1500}
_STEADY_SECONDS = 48.0


def run() -> Sequence[Target]:
    """Prints both tables."""
    with postgres_server() as server:
        verdicts = [asyncio.run(_beside_tasks(server))]
        verdicts += asyncio.run(_against_limits(server))
    return verdicts


class _Nothing(OutsideAct):
    """Costs nothing: only the outbox itself is measured."""

    async def perform(self, item: Delivery) -> Verdict:
        """Sent."""
        return sent(self.clock(), item.channel, "1.0")


async def _beside_tasks(server: str) -> Target:
    outbox, tasks = list[float](), list[float]()
    with empty_database("PostgreSQL", server) as url:
        for number in range(_ROUNDS):
            outbox.append(await _outbox_rate(url, number))
            tasks.append(await _task_rate(url))
    ratio = median(a / b for a, b in zip(outbox, tasks, strict=True))
    rows: list[dict[str, object]] = [
        {"": "outbox", "messages/s": f"{median(outbox):.0f}", "ratio": f"{ratio:.2f}"},
        {"": "a procrastinate task each", "messages/s": f"{median(tasks):.0f}", "ratio": "1"},
    ]
    title = f"{_MESSAGES} messages of which each costs nothing, {_AT_ONCE} at once, PostgreSQL"
    print(Table(title=title, rows=rows).text())
    return at_least("5", "outbox beside a procrastinate task per message", 5, ratio)


async def _outbox_rate(url: str, number: int) -> float:
    transactions = SqlTransactions(open_engines(url), _utc_now, lambda: None)
    wishes = [
        Delivery(
            id=f"bench:{number}:{n}", workspace="T0", channel=f"C{n % _CHANNELS}", card="none",
            subject={}, kind=DeliveryKind.END_RUN, ready_at=_utc_now(),
        )
        for n in range(_MESSAGES)
    ]  # fmt: skip
    await transactions.write(lambda uow: uow.deliveries.add_all(wishes))
    act = _Nothing(transactions=transactions, clock=_utc_now, limit=_AT_ONCE)
    deliverer = Deliverer(
        transactions=transactions, clock=_utc_now, acts={DeliveryKind.END_RUN: act},
        parallel=_AT_ONCE, longest=timedelta(hours=1),
    )  # fmt: skip
    begun = time.perf_counter()
    assert await deliverer.drain("T0") == _MESSAGES
    took = time.perf_counter() - begun
    transactions.close()
    return _MESSAGES / took


async def _task_rate(url: str) -> float:
    conninfo = make_url(url).set(drivername="postgresql")
    app = App(
        connector=PsycopgConnector(
            conninfo=conninfo.render_as_string(hide_password=False), max_size=_AT_ONCE
        )
    )

    @app.task(queue="bench", name="bench")
    async def message(number: int) -> None:
        return None

    async with app.open_async():
        numbers: list[JSONDict] = [{"number": n} for n in range(_MESSAGES)]
        await message.batch_defer_async(*numbers)
        begun = time.perf_counter()
        await app.run_worker_async(
            queues=["bench"], concurrency=_AT_ONCE, wait=False, install_signal_handlers=False,
            delete_jobs="always", listen_notify=False,
        )  # fmt: skip
        return _MESSAGES / (time.perf_counter() - begun)


async def _against_limits(server: str) -> list[Target]:
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        async with LimitingSlack(pace=_PACE, latency=0.1) as slack:
            wishes = [
                Delivery(
                    id=f"pace:{workspace}:{n}", workspace=workspace,
                    channel=f"U{workspace}{n % 400:04d}", card="none", subject={"team": workspace},
                    ready_at=_utc_now(),
                )
                for workspace, count in _BACKLOG.items() for n in range(count)
            ]  # fmt: skip
            database.write(lambda uow: uow.deliveries.add_all(wishes))
            plan = node_worker.Plan(
                database_url=url, slack_url=slack.url, token="xoxb-bench", timeout=5,
                workload=Workload(concurrency=10), quiet=timedelta(seconds=60),
                sweep=1 / _FASTER, linger=timedelta(seconds=2), pace=_PACE,
            )  # fmt: skip
            with started(node_worker.run, plan) as node:
                await until(lambda: slack.posted, 300, "the first message")
                begun, before = time.monotonic(), Counter(slack.posted)
                await asyncio.sleep(_STEADY_SECONDS)
                took, counted = time.monotonic() - begun, Counter(slack.posted) - before
                node.check()
    return _limits(slack, took, counted)


def _limits(slack: LimitingSlack, took: float, counted: Counter[str]) -> list[Target]:
    allowed = _PACE.per_workspace / _PACE.window.total_seconds()
    shares = {name: counted[name] / took / allowed for name in _BACKLOG}
    rows: list[dict[str, object]] = [
        {
            "workspace": name,
            "waiting": waiting,
            "sent/s": f"{counted[name] / took:.1f}",
            "of the allowed rate": f"{shares[name]:.2f}",
        }
        for name, waiting in _BACKLOG.items()
    ]
    title = f"Against a Slack that limits, 100 ms away, {_FASTER} times as fast, {took:.0f} s"
    print(Table(title=title, rows=rows, notes=[f"answers of 429: {slack.refused}"]).text())
    fair = min(shares.values()) / max(shares.values())
    return [
        Target(
            bench="5", what="answers of 429 in steady state", target="0",
            figure=str(slack.refused), met=not slack.refused,
        ),
        at_least("5", "of the allowed rate, all workspaces", 0.95, min(shares.values())),
        at_least("5", "fairness: least by most served workspace", 0.95, fair),
    ]  # fmt: skip


def _utc_now() -> datetime:
    return datetime.now(UTC)
