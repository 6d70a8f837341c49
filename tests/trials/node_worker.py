"""A node as trials and benchmarks kill and count it: tick, outbox and a worker, nothing else."""

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, ticks
from bot.workflows.cards import Card
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from storage.engine import open_engines
from storage.fanout.engine import ProcrastinateEngine
from storage.fanout.working import Workload
from storage.transactions import SqlTransactions

NO_PACE = Pace(per_channel=timedelta(0), per_workspace=1_000_000)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a node lives: `noon` is when it ticks (None: never), `sweep` seconds lie between looks
    at what is due, `per_channel` and the rest are its pace."""

    database_url: str
    slack_url: str
    token: str
    workload: Workload
    quiet: timedelta
    noon: datetime | None = None
    timeout: int = 1
    sweep: float = 0.1
    linger: timedelta = timedelta(0)
    pace: Pace = field(default_factory=lambda: NO_PACE)


def run(plan: Plan) -> None:
    """Live until killed."""
    # Ctrl-C is for the trial, which then kills its nodes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_live(plan))


async def _live(plan: Plan) -> None:
    engines = open_engines(plan.database_url)
    engine = ProcrastinateEngine(plan.database_url, engines, plan.workload)
    transactions = SqlTransactions(engines, _utc_now, lambda: None, engine.deferral.enlist)
    client = AsyncWebClient(
        token=plan.token, base_url=plan.slack_url, timeout=plan.timeout, retry_handlers=[]
    )
    posting = Posting(
        transactions=transactions,
        chat=SlackChat(only(client)),
        cards=_AnyCard(),
        links=lambda _workspace: Links(),
        clock=_utc_now,
        quiet=plan.quiet,
        pace=plan.pace,
    )
    deliverer = Deliverer(
        transactions=transactions, clock=_utc_now, acts=posting.acts(), alone=False
    )

    async def drain(workspace: str) -> None:
        await deliverer.drain(workspace, linger=plan.linger)

    await engine.start(drain)
    while True:
        ran = plan.noon is not None
        while plan.noon is not None and ran:
            ran = bool(await transactions.write(ticks.tick, plan.noon))
        await engine.wake(await transactions.read(deliveries.due, _utc_now()))
        for error in engine.broken():
            raise error
        await asyncio.sleep(plan.sweep)


class _AnyCard(dict[str, Card]):
    """Every delivery says its own subject, whatever its card."""

    def __missing__(self, _name: str) -> Card:
        return _card


def _card(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message:
    return Message(text=f"Delivery {sorted(subject.items())}")


def _utc_now() -> datetime:
    return datetime.now(UTC)
