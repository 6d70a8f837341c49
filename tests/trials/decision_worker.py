"""A process of trial 7: people who all log a decision at the same moment, on one node."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ctypes import c_int
from datetime import UTC, datetime
from typing import Any

from bot.domain.decisions.record import DecisionBody, NewDecision, logged
from bot.errors import AlreadyHandled
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import life
from storage.engine import open_engines
from storage.transactions import SqlTransactions

WORKSPACE, CHANNEL = "T0TEAM", "C0TRIAL"

Work = Callable[[UnitOfWork, NewDecision, datetime], Any]


def run(
    database_url: str, people: Sequence[int], inside: c_int, go: c_int, hold: float, naive: bool
) -> None:
    """Log one decision for each of `people`, all at once as soon as `go` is set; then wait.

    `inside` is set while a transaction has its number and hasn't committed; `hold` stretches that
    by so many seconds, so that kills meet it. With `naive` the number is the highest and one.
    """
    # Ctrl-C is for the trial, which then kills its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while not go.value:
        time.sleep(0.001)
    asyncio.run(_log_all(database_url, people, inside, hold, naive))


async def _log_all(
    database_url: str, people: Sequence[int], inside: c_int, hold: float, naive: bool
) -> None:
    def held(uow: UnitOfWork, wish: NewDecision, now: datetime) -> None:
        (_naive if naive else life.log)(uow, wish, now)
        inside.value = 1
        time.sleep(hold)
        inside.value = 0

    transactions = SqlTransactions(
        open_engines(database_url), lambda: datetime.now(UTC), lambda: None
    )
    await asyncio.gather(*(_log(transactions, held, person) for person in people))
    await asyncio.Event().wait()


async def _log(transactions: SqlTransactions, work: Work, person: int) -> None:
    """A form that was kept before its node was killed is submitted again, as people do."""
    wish = wish_of(person)
    with suppress(AlreadyHandled):
        await transactions.write_once(f"view:{person}", work, wish, datetime.now(UTC))


def wish_of(person: int) -> NewDecision:
    """What one person wants to log; its title is theirs alone."""
    body = DecisionBody(title=f"Decision of person {person}", outcome="We do it.")
    author = f"U0PERSON{person:03d}"
    return NewDecision(workspace=WORKSPACE, channel=CHANNEL, author=author, body=body)


def _naive(uow: UnitOfWork, wish: NewDecision, now: datetime) -> None:
    """The control: what looks right as long as one person at a time logs a decision."""
    number = uow.decisions.highest(wish.workspace) + 1
    time.sleep(0.01)
    uow.decisions.add(logged(wish, number, now))
