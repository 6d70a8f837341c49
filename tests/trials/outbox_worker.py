"""The process that trial 1 kills: the real storage, deliverer and Slack client, nothing else."""

import asyncio
import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from storage.engine import open_engines
from storage.transactions import SqlTransactions

CARD = "trial"
CLIENT_TIMEOUT = 1
_BETWEEN_DRAINS = 0.02


def run(database_url: str, slack_url: str, token: str, quiet: timedelta) -> None:
    """Deliver until killed."""
    # Ctrl-C is for the trial, which then kills its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_deliver(database_url, slack_url, token, quiet))


async def _deliver(database_url: str, slack_url: str, token: str, quiet: timedelta) -> None:
    client = AsyncWebClient(
        token=token, base_url=slack_url, timeout=CLIENT_TIMEOUT, retry_handlers=[]
    )
    transactions = SqlTransactions(open_engines(database_url), _utc_now, lambda: None)
    posting = Posting(
        transactions=transactions,
        chat=SlackChat(only(client)),
        cards={CARD: _card},
        links=lambda _workspace: Links(),
        clock=_utc_now,
        quiet=quiet,
        pace=Pace(per_channel=timedelta(0), per_workspace=1_000_000),
    )
    deliverer = Deliverer(transactions=transactions, clock=_utc_now, acts=posting.acts())
    while True:
        await deliverer.drain()
        await asyncio.sleep(_BETWEEN_DRAINS)


def _card(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message:
    return Message(text=f"Delivery {subject['number']}")


def _utc_now() -> datetime:
    return datetime.now(UTC)
