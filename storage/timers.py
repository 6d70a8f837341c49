"""Durable one-shot timers."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.timer import Timer, TimerKind
from storage.base import Base
from storage.batches import upsert_all
from storage.upsert import insert_or_replace


class TimerRow(Base):
    """One timer that hasn't gone off."""

    __tablename__ = "timer"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(index=True)

    def to_value(self) -> Timer:
        """The frozen value of this row."""
        return Timer(
            id=self.id,
            workspace=self.workspace,
            kind=TimerKind(self.kind),
            subject=self.subject,
            due_at=self.due_at,
        )


class SqlTimers:
    """Implements `bot.ports.timers.Timers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, timer: Timer) -> None:
        """Set it, or move the one of that id."""
        insert_or_replace(self._session, TimerRow, **_columns(timer))

    def set_no_later(self, timer: Timer) -> None:
        """One statement: a row that another transaction is taking away is waited for."""
        values = _columns(timer)
        insert_or_replace(self._session, TimerRow, only_if=TimerRow.due_at > timer.due_at, **values)

    def set_all(self, timers: Iterable[Timer]) -> None:
        """In the order of their ids, so that two transactions never wait in a ring."""
        by_id = {timer.id: timer for timer in timers}
        rows = [_columns(by_id[timer_id]) for timer_id in sorted(by_id)]
        upsert_all(self._session, TimerRow, rows)

    def set_all_no_later(self, timers: Iterable[Timer]) -> None:
        """In the order of their ids; a row that another transaction is taking away is waited
        for."""
        earliest = {timer.id: timer for timer in sorted(timers, key=lambda t: t.due_at)[::-1]}
        rows = [_columns(earliest[timer_id]) for timer_id in sorted(earliest)]
        upsert_all(self._session, TimerRow, rows, lower="due_at")

    def cancel(self, timer_id: str) -> None:
        """Let it not go off."""
        self._session.execute(delete(TimerRow).where(TimerRow.id == timer_id))

    def get(self, timer_id: str) -> Timer | None:
        """One timer, or None."""
        row = self._session.scalar(select(TimerRow).where(TimerRow.id == timer_id))
        return row.to_value() if row else None

    def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> list[str]:
        """The ids of those that are due, earliest first."""
        query = (
            select(TimerRow.id)
            .where(TimerRow.due_at <= now, TimerRow.id.not_in(but))
            .order_by(TimerRow.due_at, TimerRow.id)
            .limit(limit)
        )
        return list(self._session.scalars(query))

    def take(self, timer_id: str, now: datetime) -> Timer | None:
        """Remove and return one that is due; one that another node holds is passed over."""
        query = (
            select(TimerRow)
            .where(TimerRow.id == timer_id, TimerRow.due_at <= now)
            .with_for_update(skip_locked=True)
        )
        row = self._session.scalar(query)
        if row is None:
            return None
        timer = row.to_value()
        self._session.delete(row)
        self._session.flush()
        return timer

    def next_due(self) -> datetime | None:
        """When the earliest goes off."""
        return self._session.scalar(select(func.min(TimerRow.due_at)))


def _columns(timer: Timer) -> dict[str, Any]:
    return {**vars(timer), "kind": timer.kind.value, "subject": dict(timer.subject)}
