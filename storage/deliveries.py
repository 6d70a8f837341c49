"""The outbox."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Index, bindparam, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Priority, Verdict
from storage.base import Base
from storage.batches import insert_all
from storage.statements import Rows
from storage.upsert import insert_if_absent

_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
_IS_OPEN = text("state IN ('pending', 'sending')")
_HAS_FAILED = text("state = 'failed'")


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
        Index(
            "ix_delivery_failed",
            "workspace",
            "channel",
            sqlite_where=_HAS_FAILED,
            postgresql_where=_HAS_FAILED,
        ),
        Index("ix_delivery_settled", "workspace", "settled_at"),
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


_BY_ID = Rows(DeliveryRow, DeliveryRow.to_value, lambda c: [c.id == bindparam("id")])
_SEVERAL = Rows(
    DeliveryRow, DeliveryRow.to_value, lambda c: [c.id.in_(bindparam("ids", expanding=True))]
)
_LOCKED_EDIT = Rows(
    DeliveryRow,
    lambda row: row.seq,
    lambda c: [c.edit_of == bindparam("edit_of"), c.state == bindparam("state")],
    limit=1,
    lock=True,
)


# Asked before each post: built once.
_REFUSED = (
    select(DeliveryRow.error)
    .where(
        _HAS_FAILED,
        DeliveryRow.workspace == bindparam("workspace"),
        DeliveryRow.channel == bindparam("channel"),
        DeliveryRow.error.in_(bindparam("codes", expanding=True)),
        DeliveryRow.settled_at > bindparam("since"),
    )
    .order_by(DeliveryRow.settled_at.desc())
    .limit(1)
)


class SqlDeliveries:
    """Implements `bot.ports.repositories.Deliveries`.

    `added_to` tells the workspaces of what was stored to be sent.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.added_to: set[str] = set()
        self._perhaps_since: datetime | None = None

    @contextmanager
    def perhaps_posted(self, since: datetime) -> Iterator[None]:
        """Such a post is one of which only the outcome isn't known: it is stored as `sending`."""
        self._perhaps_since = since
        try:
            yield
        finally:
            self._perhaps_since = None

    def add(self, delivery: Delivery) -> bool:
        """Store a wish unless its id is known."""
        inserted = insert_if_absent(self._session, DeliveryRow, **self._new(delivery))
        if inserted:
            self.added_to.add(delivery.workspace)
        return inserted

    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        """Store wishes whose ids aren't known, in this order."""
        rows = [self._new(delivery) for delivery in deliveries]
        insert_all(self._session, DeliveryRow, rows)
        self.added_to.update(delivery.workspace for delivery in deliveries)

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery, or None."""
        return _BY_ID.first(self._session, id=delivery_id)

    def several(self, delivery_ids: Iterable[str]) -> dict[str, Delivery]:
        """Those of `delivery_ids` that were stored, by id."""
        found = _SEVERAL.all(self._session, ids=list(delivery_ids))
        return {delivery.id: delivery for delivery in found}

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
        # Locked: else it could be claimed and rendered before our change is committed.
        waiting = _LOCKED_EDIT.first(
            self._session, edit_of=edit_of, state=DeliveryState.PENDING.value
        )
        return waiting is not None

    def fail_waiting(
        self, workspace: str, channel: str, verdict: Verdict, now: datetime
    ) -> set[str]:
        """Settle all that waits for a channel; the owners of it."""
        waiting = (
            DeliveryRow.workspace == workspace,
            DeliveryRow.channel == channel,
            DeliveryRow.state == DeliveryState.PENDING.value,
        )
        owners = set(self._session.scalars(select(DeliveryRow.owner).where(*waiting).distinct()))
        self._session.execute(
            update(DeliveryRow)
            .where(*waiting)
            .values(
                state=verdict.state.value,
                ready_at=verdict.ready_at,
                error=verdict.error,
                settled_at=now,
            )
        )
        return owners - {""}

    def refused_since(
        self, workspace: str, channel: str, codes: Collection[str], since: datetime
    ) -> str:
        """With which of `codes` something failed in the channel since then, or ""."""
        wanted = {"workspace": workspace, "channel": channel, "since": since}
        return self._session.scalar(_REFUSED, {**wanted, "codes": sorted(codes)}) or ""

    def forget_refusals(
        self, workspace: str, channel: str, codes: Collection[str], error: str
    ) -> None:
        """Let what failed in the channel for one of `codes` have failed for `error`."""
        self._session.execute(
            update(DeliveryRow)
            .where(
                _HAS_FAILED,
                DeliveryRow.workspace == workspace,
                DeliveryRow.channel == channel,
                DeliveryRow.error.in_(sorted(codes)),
            )
            .values(error=error)
        )

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
        if result.rowcount:
            self.added_to.add(workspace)
        return result.rowcount

    def drop_open(self, workspace: str, reason: str, now: datetime) -> int:
        """Skip all that waits to be sent in a workspace, for that reason; how many."""
        statement = (
            update(DeliveryRow)
            .where(DeliveryRow.workspace == workspace, DeliveryRow.state.in_(_OPEN))
            .values(state=DeliveryState.SKIPPED.value, error=reason, settled_at=now)
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
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
            .returning(DeliveryRow.workspace)
        )
        requeued = set(self._session.scalars(statement))
        self.added_to |= requeued
        return bool(requeued)

    def counts(self, workspace: str | None = None) -> dict[str, int]:
        """How many deliveries are in each state, in one workspace or in all."""
        query = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
        if workspace is not None:
            query = query.where(DeliveryRow.workspace == workspace)
        return {row[0]: row[1] for row in self._session.execute(query)}

    def _new(self, delivery: Delivery) -> dict[str, Any]:
        values = _columns(delivery)
        if self._perhaps_since is not None and delivery.kind.repeats_harm:
            values["state"] = DeliveryState.SENDING.value
            values["first_sent_at"] = self._perhaps_since
        return values

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


def _columns(delivery: Delivery) -> dict[str, Any]:
    values = {**vars(delivery), "subject": dict(delivery.subject)}
    del values["seq"]
    values["kind"], values["state"] = delivery.kind.value, delivery.state.value
    values["priority"] = int(delivery.priority)
    return values
