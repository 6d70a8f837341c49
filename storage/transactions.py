"""The bridge: runs synchronous work on storage threads, one transaction a call."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine as SqlEngine
from sqlalchemy.orm import Session

from bot.errors import AlreadyHandled
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Clock
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

P = ParamSpec("P")
T = TypeVar("T")

Enlist = Callable[[Session, Sequence[str]], None]
"""Asks, inside a transaction, for the outboxes of these workspaces to be emptied after it."""


class SqlTransactions:
    """Implements `bot.ports.transactions.Transactions` on SQLAlchemy engines.

    `on_outbox` is called on the event loop after a commit that added deliveries. `enlist` is called
    before it, as the last work of the same transaction, with the workspaces that they are of.
    """

    def __init__(
        self,
        engines: Engines,
        clock: Clock,
        on_outbox: Callable[[], None],
        enlist: Enlist | None = None,
    ) -> None:
        self._engines = engines
        self._clock = clock
        self._on_outbox = on_outbox
        self._enlist = enlist
        self._writers = ThreadPoolExecutor(engines.writers, "storage-write")
        self._readers = ThreadPoolExecutor(engines.readers, "storage-read")

    async def write(
        self, work: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` in a transaction; the result comes back after the commit."""
        return await self._run_writer(None, lambda uow: work(uow, *args, **kwargs))

    async def write_once(
        self,
        key: str,
        work: Callable[Concatenate[UnitOfWork, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Like `write`; the key is kept in the same transaction."""
        return await self._run_writer(key, lambda uow: work(uow, *args, **kwargs))

    async def read(
        self, work: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` on a reader's connection and roll back."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._readers,
            lambda: _in_session(self._engines.reader, lambda uow: work(uow, *args, **kwargs)),
        )

    def close(self) -> None:
        """Wait for running transactions, then close every connection."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._engines.dispose()

    async def _run_writer(self, key: str | None, work: Callable[[SqlUnitOfWork], T]) -> T:
        loop = asyncio.get_running_loop()
        result, queued = await loop.run_in_executor(
            self._writers,
            lambda: _commit(self._engines.writer, key, self._clock, work, self._enlist),
        )
        if queued:
            self._on_outbox()
        return result


def _commit(
    engine: SqlEngine,
    key: str | None,
    clock: Clock,
    work: Callable[[SqlUnitOfWork], T],
    enlist: Enlist | None,
) -> tuple[T, bool]:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        uow = SqlUnitOfWork(session)
        if key is not None and not uow.interactions.claim(key, clock()):
            raise AlreadyHandled(key)
        result = work(uow)
        added_to = uow.deliveries.added_to
        if enlist is not None and added_to:
            session.flush()
            enlist(session, sorted(added_to))
        return result, bool(added_to)


def _in_session(engine: SqlEngine, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engine) as session:
        return work(SqlUnitOfWork(session))
