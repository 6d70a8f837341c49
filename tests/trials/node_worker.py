"""A node as trials and benchmarks kill and count it: tick, outbox and a worker, nothing else."""

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate.exceptions import ConnectorException
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.domain.delivery import Delivery, Verdict
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, ticks
from bot.workflows.cards import Card
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import BEGINS_WITHIN, Posting
from storage.engine import open_engines
from storage.fanout.engine import ProcrastinateEngine
from storage.fanout.working import Workload
from storage.transactions import SqlTransactions

# Anything else that the database says is a bug.
_UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout, ConnectorException)

AWOKE = "awoke:"
NO_PACE = Pace(per_channel=timedelta(0), per_workspace=1_000_000)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a node lives: `noon` is when it ticks (None: never), `sweep` seconds lie between looks
    at what is due. A `patient` one outlives its database, as the bot's jobs do; one that is `blind`
    repeats what it doesn't know the end of, without a look; one that `naps` stops itself as soon as
    it has something to post, and after the drain in which it was stopped it notes that it awoke.
    """

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
    begins_within: timedelta = BEGINS_WITHIN
    patient: bool = False
    blind: bool = False
    naps: bool = False


def run(plan: Plan) -> None:
    """Live until killed."""
    # Ctrl-C is for the trial, which then kills its nodes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if plan.patient:
        # Libraries tell at length that the database is gone.
        logging.disable(logging.CRITICAL)
    asyncio.run(_live(plan))


async def _live(plan: Plan) -> None:
    engines = open_engines(plan.database_url)
    engine = ProcrastinateEngine(plan.database_url, engines, plan.workload)
    transactions = SqlTransactions(engines, _utc_now, lambda: None, engine.deferral.enlist)
    client = AsyncWebClient(
        token=plan.token, base_url=plan.slack_url, timeout=plan.timeout, retry_handlers=[]
    )
    cards = _AnyCard(naps=plan.naps)
    posting = (_Blind if plan.blind else Posting)(
        transactions=transactions,
        chat=SlackChat(only(client)),
        cards=cards,
        links=lambda _workspace: Links(),
        clock=_utc_now,
        quiet=plan.quiet,
        pace=plan.pace,
        begins_within=plan.begins_within,
    )
    deliverer = Deliverer(
        transactions=transactions, clock=_utc_now, acts=posting.acts(), alone=False
    )

    async def drain(workspace: str) -> None:
        try:
            await deliverer.drain(workspace, linger=plan.linger)
        finally:
            if cards.napped:
                await transactions.write(_note_awaking, workspace, _utc_now())

    await engine.start(drain)
    while True:
        try:
            await _step(plan, transactions, engine)
        except Exception as error:
            if not (plan.patient and _is_of_the_database(error)):
                raise
        await asyncio.sleep(plan.sweep)


async def _step(plan: Plan, transactions: SqlTransactions, engine: ProcrastinateEngine) -> None:
    """One tick, and one look at what is due."""
    ran = plan.noon is not None
    while plan.noon is not None and ran:
        ran = bool(await transactions.write(ticks.tick, plan.noon))
    await engine.wake(await transactions.read(deliveries.due, _utc_now()))
    if broken := engine.broken():
        raise ExceptionGroup("drains broke", broken)


def _is_of_the_database(error: Exception) -> bool:
    if isinstance(error, ExceptionGroup):
        return error.split(_UNREACHABLE)[1] is None
    return isinstance(error, _UNREACHABLE)


class _Blind(Posting):
    """The control's: what may have been sent is sent again."""

    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Nothing is known."""
        return None


class _AnyCard(dict[str, Card]):
    """Every delivery says its own subject, whatever its card."""

    def __init__(self, *, naps: bool) -> None:
        super().__init__()
        self._naps = naps
        self.napped = False

    def __missing__(self, _name: str) -> Card:
        if self._naps and not self.napped:
            self.napped = True
            os.kill(os.getpid(), signal.SIGSTOP)
        return _card


def _note_awaking(uow: UnitOfWork, workspace: str, now: datetime) -> None:
    uow.interactions.claim(f"{AWOKE}{workspace}:{now.isoformat()}", now)


def _card(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message:
    return Message(text=f"Delivery {sorted(subject.items())}")


def _utc_now() -> datetime:
    return datetime.now(UTC)
