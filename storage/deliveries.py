"""The outbox."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Priority, Verdict
from storage.base import Base
from storage.upsert import insert_if_absent

_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
_IS_OPEN = text("state IN ('pending', 'sending')")


class DeliveryRow(Base):
    """One delivery; `seq` is commit order, the partial index finds each channel's head."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_open",
            "workspace",
            "channel",
            "seq",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    card: Mapped[str]
    subject: Mapped[dict[str, Any]]
    kind: Mapped[str]
    priority: Mapped[int]
    state: Mapped[str]
    ready_at: Mapped[datetime]
    thread_of: Mapped[str | None]
    edit_of: Mapped[str | None] = mapped_column(index=True)
    owner: Mapped[str]
    attempts: Mapped[int]
    first_sent_at: Mapped[datetime | None]
    posted_channel: Mapped[str]
    ts: Mapped[str]
    error: Mapped[str]
    settled_at: Mapped[datetime | None]

    def to_value(self) -> Delivery:
        """The frozen value of this row."""
        return Delivery(
            id=self.id,
            workspace=self.workspace,
            channel=self.channel,
            card=self.card,
            subject=self.subject,
            kind=DeliveryKind(self.kind),
            priority=Priority(self.priority),
            ready_at=self.ready_at,
            thread_of=self.thread_of,
            edit_of=self.edit_of,
            owner=self.owner,
            seq=self.seq,
            state=DeliveryState(self.state),
            attempts=self.attempts,
            first_sent_at=self.first_sent_at,
            posted_channel=self.posted_channel,
            ts=self.ts,
            error=self.error,
        )


class SqlDeliveries:
    """Implements `bot.ports.repositories.Deliveries`; `added` says whether any was stored."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.added = False

    def add(self, delivery: Delivery) -> bool:
        """Store a wish unless its id is known."""
        values = {**vars(delivery), "subject": dict(delivery.subject)}
        del values["seq"]
        values["kind"], values["state"] = delivery.kind.value, delivery.state.value
        values["priority"] = int(delivery.priority)
        inserted = insert_if_absent(self._session, DeliveryRow, **values)
        self.added = self.added or inserted
        return inserted

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery, or None."""
        row = self._session.scalar(select(DeliveryRow).where(DeliveryRow.id == delivery_id))
        return row.to_value() if row else None

    def several(self, delivery_ids: Iterable[str]) -> dict[str, Delivery]:
        """Those of `delivery_ids` that were stored, by id."""
        query = select(DeliveryRow).where(DeliveryRow.id.in_(list(delivery_ids)))
        return {row.id: row.to_value() for row in self._session.scalars(query)}

    def ready(self, now: datetime, limit: int) -> list[Delivery]:
        """The head of each channel's queue whose time has come."""
        other = aliased(DeliveryRow)
        head = (
            select(func.min(other.seq))
            .where(
                other.workspace == DeliveryRow.workspace,
                other.channel == DeliveryRow.channel,
                other.state.in_(_OPEN),
            )
            .scalar_subquery()
        )
        query = (
            select(DeliveryRow)
            .where(
                DeliveryRow.state.in_(_OPEN),
                DeliveryRow.ready_at <= now,
                DeliveryRow.seq == head,
            )
            .order_by(DeliveryRow.priority, DeliveryRow.seq)
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def claim(self, delivery: Delivery, now: datetime, settle_at: datetime) -> Delivery | None:
        """Compare and set: state and attempts must be as they were read."""
        changed = self._update(
            delivery,
            state=DeliveryState.SENDING.value,
            attempts=delivery.attempts + 1,
            first_sent_at=delivery.first_sent_at or now,
            ready_at=settle_at,
        )
        return self.get(delivery.id) if changed else None

    def settle(self, delivery: Delivery, verdict: Verdict, now: datetime) -> bool:
        """Store the outcome of an attempt, unless another has taken over since."""
        open_still = verdict.state in (DeliveryState.PENDING, DeliveryState.SENDING)
        return self._update(
            delivery,
            state=verdict.state.value,
            ready_at=verdict.ready_at,
            error=verdict.error,
            posted_channel=verdict.posted_channel,
            ts=verdict.ts,
            settled_at=None if open_still else now,
        )

    def pending_edit(self, edit_of: str) -> bool:
        """Whether an edit of that message waits to be sent."""
        query = select(DeliveryRow.seq).where(
            DeliveryRow.edit_of == edit_of, DeliveryRow.state == DeliveryState.PENDING.value
        )
        # Locked: else it could be claimed and rendered before our change is committed.
        return self._session.scalar(query.limit(1).with_for_update()) is not None

    def has_failed(self, workspace: str, channel: str, owner: str) -> bool:
        """Whether a message of this owner could not be delivered to the channel."""
        query = select(DeliveryRow.seq).where(
            DeliveryRow.workspace == workspace,
            DeliveryRow.channel == channel,
            DeliveryRow.owner == owner,
            DeliveryRow.state == DeliveryState.FAILED.value,
        )
        return self._session.scalar(query.limit(1)) is not None

    def requeue_failed(self, workspace: str, channel: str, now: datetime) -> int:
        """Make the channel's undeliverable messages pending again; how many."""
        statement = (
            update(DeliveryRow)
            .where(
                DeliveryRow.workspace == workspace,
                DeliveryRow.channel == channel,
                DeliveryRow.state == DeliveryState.FAILED.value,
            )
            .values(state=DeliveryState.PENDING.value, ready_at=now, settled_at=None)
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        self.added = self.added or result.rowcount > 0
        return result.rowcount

    def requeue(self, delivery_id: str, now: datetime) -> bool:
        """Make one that came to nothing pending again; the row count says whether it had."""
        ended = (DeliveryState.FAILED.value, DeliveryState.SKIPPED.value)
        statement = (
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery_id, DeliveryRow.state.in_(ended))
            .values(
                state=DeliveryState.PENDING.value,
                ready_at=now,
                attempts=0,
                error="",
                settled_at=None,
            )
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        self.added = self.added or result.rowcount > 0
        return result.rowcount == 1

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        query = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
        return {row[0]: row[1] for row in self._session.execute(query)}

    def _update(self, delivery: Delivery, **values: Any) -> bool:
        statement = (
            update(DeliveryRow)
            .where(
                DeliveryRow.id == delivery.id,
                DeliveryRow.state == delivery.state.value,
                DeliveryRow.attempts == delivery.attempts,
            )
            .values(**values)
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1
