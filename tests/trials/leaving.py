"""Trial 16, its last part: a workspace uninstalls the app while hundreds of messages wait there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import ClientsByToken
from bot.clients.slack.oauth import SlackOAuth
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.installation import Installation, Sealed, Team
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import installations
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from bot.workflows.tenants import Directory, leaving
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.slack_oauth import CLIENT_ID, CLIENT_SECRET, OAuthSlack, oauth_slack
from tests.trials.databases import empty_database, observed
from tests.trials.nursery import until
from tests.trials.tables import Table

_START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_LEAVES, _STAYS = "T1", "T2"
_DEADLINE = 300.0

PARALLEL = 8


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one run found; `late` were posted, and `refused` calls made, after the event was
    answered: those that were under way may be refused, no others are made."""

    database: str
    posted: int
    late: int
    dropped: int
    others: int
    refused: int


async def run(
    kinds: Sequence[str], *, messages: int, after: int, server: str = "", deaf: bool = False
) -> Table:
    """On each kind of database: `messages` wait in two workspaces; one leaves after `after` posts.

    `deaf` is the control: the event is never heard, only the token is dead.
    """
    found = [await _on(kind, messages, after, server, deaf) for kind in kinds]
    rows = [
        {
            "database": f.database,
            "messages": messages,
            "posted before": f.posted - f.late,
            "posted after": f.late,
            "dropped": f.dropped,
            "refused calls after": f.refused,
            "other workspace": f.others,
        }
        for f in found
    ]
    # One that was posted as the event came may count as dropped too.
    wrong = sum(
        f.late
        + max(0, f.refused - PARALLEL)
        + (messages - f.others)
        + max(0, messages - f.posted - f.dropped)
        for f in found
    )
    return Table(title="A workspace uninstalls in the middle", rows=rows, wrong=wrong)


async def control(*, messages: int, after: int) -> Table:
    """Without the event messages go on waiting for a dead workspace."""
    found = await run(["SQLite"], messages=messages, after=after, deaf=True)
    title = f"Control: {found.title}, unheard"
    return Table(title=title, rows=found.rows, wrong=int(found.wrong == 0))


async def _on(kind: str, messages: int, after: int, server: str, deaf: bool) -> Found:
    with empty_database(kind, server) as url, observed(url) as database:
        async with oauth_slack(clock=lambda: _START) as slack:
            transactions = SqlTransactions(open_engines(url), lambda: _START, lambda: None)
            database.write(lambda uow: _fill(uow, slack, messages))
            directory = _directory(transactions, slack)
            drain = asyncio.create_task(_deliverer(transactions, directory, slack).drain())
            await until(lambda: _count(slack, _LEAVES) >= after, _DEADLINE, "posts begun")
            slack.revoke(_LEAVES)
            late_from = _count(slack, _LEAVES)
            if not deaf:
                await leaving.uninstalled(_LEAVES, _START, directory, transactions, _START)
            refused = slack.refused["token_revoked"]
            await drain
            transactions.close()
            dropped = database.read(
                lambda s: s.scalar(
                    select(func.count()).where(
                        DeliveryRow.workspace == _LEAVES,
                        DeliveryRow.state == DeliveryState.SKIPPED.value,
                    )
                )
            )
            posted = _count(slack, _LEAVES)
            return Found(
                database=kind,
                posted=posted,
                late=posted - late_from,
                dropped=dropped or 0,
                others=_count(slack, _STAYS),
                refused=slack.refused["token_revoked"] - refused,
            )


def _fill(uow: UnitOfWork, slack: OAuthSlack, messages: int) -> None:
    for team in (_LEAVES, _STAYS):
        granted = Installation(
            id=team, name=team, bot_token=Sealed(slack.token_of(team)), installed_at=_START
        )
        installations.install(uow, granted, [Team(id=team)], _START)
    uow.deliveries.add_all(
        [
            Delivery(
                id=f"{team}:{number}",
                workspace=team,
                channel=f"C{number}",
                card="hello",
                subject={},
                ready_at=_START,
            )
            for number in range(messages)
            for team in (_LEAVES, _STAYS)
        ]
    )


class _Plain:
    """No secrets: the trial is about who leaves."""

    def seal(self, secret: str) -> Sealed:
        return Sealed(secret)

    def open(self, sealed: Sealed) -> str:
        return sealed

    def rotate(self, sealed: Sealed) -> Sealed:
        return sealed


def _directory(transactions: SqlTransactions, slack: OAuthSlack) -> Directory:
    return Directory(
        transactions=transactions,
        box=_Plain(),
        oauth=SlackOAuth(CLIENT_ID, CLIENT_SECRET, slack.api_url, redirect_uri=""),
        clock=lambda: _START,
        address=lambda _url, _trackers: Links(),
    )


def _deliverer(transactions: SqlTransactions, directory: Directory, slack: OAuthSlack) -> Deliverer:
    posting = Posting(
        transactions=transactions,
        chat=SlackChat(ClientsByToken(directory.token, slack.api_url)),
        cards={"hello": lambda _uow, _workspace, _subject, _now, _links: Message(text="Hello")},
        links=directory.links,
        clock=lambda: _START,
        pace=Pace(per_channel=timedelta(0), per_workspace=1_000_000),
    )
    return Deliverer(
        transactions=transactions, clock=lambda: _START, acts=posting.acts(), parallel=PARALLEL
    )


def _count(slack: OAuthSlack, team: str) -> int:
    return sum(each == team for each, _, _ in slack.posts)
