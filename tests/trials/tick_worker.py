"""The process that trial 3 kills: it ticks at an instant that the trial moves forward."""

import asyncio
import signal
from ctypes import c_int
from datetime import datetime, timedelta
from multiprocessing.synchronize import Semaphore
from uuid import uuid4

from bot.domain.delivery import Delivery
from bot.ports.repositories import UnitOfWork
from bot.services import ticks
from storage.engine import open_engines
from storage.transactions import SqlTransactions

CARELESS = "careless"
_BETWEEN_TICKS = 0.02


def run(database_url: str, start: datetime, days: c_int) -> None:
    """Tick at `start` plus `days` days until killed.

    `days` is shared memory without a lock, which a killed worker would take to its grave.
    """
    # Ctrl-C is for the trial, which then kills its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_tick(database_url, start, days))


def careless(database_url: str, now: datetime, together: Semaphore) -> None:
    """The control: read what is due, wait until the others have too, then ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_ask_carelessly(database_url, now, together))


async def _ask_carelessly(database_url: str, now: datetime, together: Semaphore) -> None:
    me = uuid4().hex
    transactions = SqlTransactions(open_engines(database_url), lambda: now, lambda: None)
    due = await transactions.read(lambda uow: uow.schedules.overdue(now))
    await transactions.write(lambda uow: uow.interactions.claim(f"looked:{me}", now))
    together.acquire()

    def ask(uow: UnitOfWork) -> None:
        uow.deliveries.add_all(
            [
                Delivery(
                    id=f"{schedule.id}#{me}",
                    workspace=schedule.workspace,
                    channel=schedule.user_id,
                    card=CARELESS,
                    subject={},
                    ready_at=now,
                )
                for schedule in due
            ]
        )
        uow.interactions.claim(f"asked:{me}", now)

    await transactions.write(ask)
    await asyncio.Event().wait()


async def _tick(database_url: str, start: datetime, days: c_int) -> None:
    def now() -> datetime:
        return start + timedelta(days=days.value)

    transactions = SqlTransactions(open_engines(database_url), now, lambda: None)
    while True:
        if not await transactions.write(ticks.tick, now()):
            await asyncio.sleep(_BETWEEN_TICKS)
