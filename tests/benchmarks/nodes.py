"""Bench 6: one, two and four worker nodes on one PostgreSQL, and how the rate grows with them."""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import psutil

from bot.domain.delivery import Delivery
from storage.fanout.working import Workload
from tests.benchmarks.limiting_slack import LimitingSlack
from tests.benchmarks.verdicts import Verdict, at_least
from tests.standins.postgres import postgres_server
from tests.trials import node_worker
from tests.trials.databases import empty_database, observed
from tests.trials.nursery import started, until
from tests.trials.tables import Table

_WORKSPACES = 50
_CHANNELS = 40
_NODES = (1, 2, 4)
# So few that a node waits for Slack most of its time: what is measured is sharing, not a core.
_CONCURRENCY = 1
_MEASURED_SECONDS = 12.0


def run() -> Sequence[Verdict]:
    """Prints a row for each number of nodes."""
    with postgres_server() as server:
        rates = [asyncio.run(_rate(server, nodes)) for nodes in _NODES]
    alone = rates[0][0]
    rows: list[dict[str, object]] = [
        {
            "nodes": nodes,
            "messages/s": f"{rate:.0f}",
            "per node, of one": f"{rate / nodes / alone:.2f}",
            "cores used": f"{cores:.2f}",
        }
        for nodes, (rate, cores) in zip(_NODES, rates, strict=True)
    ]
    title = (
        f"{_WORKSPACES} workspaces, Slack 100 ms away, no pace, concurrency {_CONCURRENCY};"
        f" {os.cpu_count()} cores"
    )
    print(Table(title=title, rows=rows, notes=["Cores: all processes of the machine."]).text())
    return [
        at_least("6", f"{nodes} nodes: rate of one, per node", 0.9, rate / nodes / alone)
        for nodes, (rate, _) in zip(_NODES[1:], rates[1:], strict=True)
    ]


async def _rate(server: str, nodes: int) -> tuple[float, float]:
    """Messages a second and cores used, once every node is at work."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        wishes = [
            Delivery(
                id=f"nodes:{number}:{lap}:{n}", workspace=f"T{number}", channel=f"U{number:02d}{n}",
                card="none", subject={"team": f"T{number}"}, ready_at=datetime.now(UTC),
            )
            for lap in range(4) for number in range(_WORKSPACES) for n in range(_CHANNELS)
        ]  # fmt: skip
        database.write(lambda uow: uow.deliveries.add_all(wishes))
        async with LimitingSlack(pace=None, latency=0.1) as slack:
            plan = node_worker.Plan(
                database_url=url, slack_url=slack.url, token="xoxb-bench", timeout=10,
                workload=Workload(concurrency=_CONCURRENCY), quiet=timedelta(seconds=60), sweep=1.0,
            )  # fmt: skip
            with ExitStack() as stack:
                for _ in range(nodes):
                    stack.enter_context(started(node_worker.run, plan))
                await until(lambda: slack.posted.total() > 40 * nodes, 300, "all at work")
                psutil.cpu_percent()
                begun, before = time.monotonic(), slack.posted.total()
                while time.monotonic() - begun < _MEASURED_SECONDS:
                    await asyncio.sleep(0.05)
                    if slack.posted.total() > len(wishes) * 0.9:
                        break
                took = time.monotonic() - begun
                busy = psutil.cpu_percent() / 100 * (os.cpu_count() or 1)
                return (slack.posted.total() - before) / took, busy
