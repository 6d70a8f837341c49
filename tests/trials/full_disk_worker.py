"""The process of trial 14: it stores numbers and tells which of them are acknowledged."""

import asyncio
import signal
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from sqlalchemy.exc import SQLAlchemyError

from bot.ports.repositories import UnitOfWork
from storage.engine import open_engines
from storage.transactions import SqlTransactions

_PADDING = "x" * 2000
_NOW = datetime(2026, 3, 28, 10, tzinfo=UTC)


def key_of(number: int) -> str:
    """What is stored for a number: large enough to fill a disk."""
    return f"{number}:{_PADDING}"


def run(database_url: str, first: int, heard: Connection, *, too_early: bool = False) -> None:
    """Store `first` and what follows until killed; `too_early` acknowledges before the commit."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_store(database_url, first, heard, too_early))


async def _store(database_url: str, first: int, heard: Connection, too_early: bool) -> None:
    transactions = SqlTransactions(open_engines(database_url), lambda: _NOW, lambda: None)
    number = first
    while True:
        if too_early:
            heard.send((True, number))
        stored = await _stored(transactions, number)
        if not too_early:
            heard.send((stored, number))
        number += 1


async def _stored(transactions: SqlTransactions, number: int) -> bool:
    def work(uow: UnitOfWork) -> None:
        uow.interactions.claim(key_of(number), _NOW)

    try:
        await transactions.write(work)
    except SQLAlchemyError:
        await asyncio.sleep(0.01)
        return False
    return True
