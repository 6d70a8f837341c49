"""Asking for a drain inside our own transaction: it is asked for if, and only if, we commit."""

from collections.abc import Sequence

from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from storage.fanout import tasks

_ENQUEUED = text(
    "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock IN :locks"
).bindparams(bindparam("locks", expanding=True))

_BUSY = text(
    "SELECT queueing_lock FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing') AND queueing_lock IN :locks"
).bindparams(bindparam("locks", expanding=True))


class Deferral:
    """Defers the task once for each workspace; never opens a connection of its own."""

    def __init__(self) -> None:
        _, self._task = tasks.app(SyncPsycopgConnector(), _works_elsewhere)

    def enlist(self, session: Session, workspaces: Sequence[str]) -> None:
        """Have these drained after the commit of `session`'s transaction.

        A task that waits already is left alone. If it began before our commit it doesn't see what
        we stored: the job that looks each second what is due asks again.
        """
        self._defer(session, workspaces, _ENQUEUED)

    def ask_again(self, session: Session, workspaces: Sequence[str]) -> None:
        """Like `enlist`, but those that are being drained are left alone too."""
        self._defer(session, workspaces, _BUSY)

    def _defer(self, session: Session, workspaces: Sequence[str], busy: TextClause) -> None:
        locks = {tasks.lock_of(workspace): workspace for workspace in sorted(workspaces)}
        if not locks:
            return
        known = set(session.scalars(busy, {"locks": list(locks)}))
        for lock, workspace in locks.items():
            if lock not in known:
                self._defer_one(session, lock, workspace)

    def _defer_one(self, session: Session, lock: str, workspace: str) -> None:
        try:
            # A refusal aborts our transaction unless it happens inside a savepoint.
            with session.begin_nested():
                connection = session.connection().connection.driver_connection
                asked = self._task.configure(connection=connection, lock=lock, queueing_lock=lock)
                asked.defer(workspace=workspace)
        except AlreadyEnqueued:
            return


async def _works_elsewhere(workspace: str) -> None:
    raise RuntimeError(f"the drain of {workspace} was begun by the one who only asks for it")
