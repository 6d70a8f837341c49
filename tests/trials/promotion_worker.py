"""The process that the promotions trial kills: real storage, deliverer and clients, no more."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

# Imported before the fork: half a second that no life of a worker has to spend.
import mlflow
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.mlflow import MlflowTracker
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.domain.links import Links
from bot.workflows.decisions.cards import CARDS
from bot.workflows.decisions.promote import Promoter
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from storage.engine import open_engines
from storage.transactions import SqlTransactions

CLIENT_TIMEOUT = 1
_BETWEEN_DRAINS = 0.02
_IMPORTED = mlflow.__version__


def run(
    database_url: str,
    slack_url: str,
    token: str,
    mlflow_url: str,
    quiet: timedelta,
    lease: timedelta,
) -> None:
    """Post and promote until killed."""
    # Ctrl-C is for the trial, which then kills its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_deliver(database_url, slack_url, token, mlflow_url, quiet, lease))


async def _deliver(
    database_url: str,
    slack_url: str,
    token: str,
    mlflow_url: str,
    quiet: timedelta,
    lease: timedelta,
) -> None:
    client = AsyncWebClient(
        token=token, base_url=slack_url, timeout=CLIENT_TIMEOUT, retry_handlers=[]
    )
    transactions = SqlTransactions(open_engines(database_url), _utc_now, lambda: None)
    posting = Posting(
        transactions=transactions,
        chat=SlackChat(only(client)),
        cards=CARDS,
        links=lambda _workspace: Links(),
        clock=_utc_now,
        quiet=quiet,
        pace=Pace(per_channel=timedelta(0), per_workspace=1_000_000),
    )
    promoter = Promoter(
        transactions=transactions,
        tracker=MlflowTracker(mlflow_url, timeout=1),
        clock=_utc_now,
        lease=lease,
    )
    deliverer = Deliverer(
        transactions=transactions,
        clock=_utc_now,
        acts={**posting.acts(), **promoter.acts()},
        poll=0.05,
    )
    while True:
        await deliverer.drain()
        await asyncio.sleep(_BETWEEN_DRAINS)


def _utc_now() -> datetime:
    return datetime.now(UTC)
