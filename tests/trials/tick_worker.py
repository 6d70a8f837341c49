"""The process that trial 3 kills: it ticks at an instant that the trial moves forward."""

import asyncio
import signal
from ctypes import c_int
from datetime import datetime, timedelta

from bot.services import ticks
from storage.engine import open_engines
from storage.transactions import SqlTransactions

_BETWEEN_TICKS = 0.02


def run(database_url: str, start: datetime, days: c_int) -> None:
    """Tick at `start` plus `days` days until killed.

    `days` is shared memory without a lock, which a killed worker would take to its grave.
    """
    # Ctrl-C is for the trial, which then kills its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_tick(database_url, start, days))


async def _tick(database_url: str, start: datetime, days: c_int) -> None:
    def now() -> datetime:
        return start + timedelta(days=days.value)

    transactions = SqlTransactions(open_engines(database_url), now, lambda: None)
    while True:
        if not await transactions.write(ticks.tick, now()):
            await asyncio.sleep(_BETWEEN_TICKS)
