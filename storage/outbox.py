"""The outbox as those see it who empty it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    ScalarSelect,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict
from storage.base import Base, UtcDateTime
from storage.deliveries import DeliveryRow
from storage.upsert import insert_or_replace

_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
_TO_SLACK = (DeliveryKind.POST.value, DeliveryKind.EDIT.value)


_TABLE = Base.metadata.tables[DeliveryRow.__tablename__]
_SETTLE = update(_TABLE).where(
    _TABLE.c.id == bindparam("read_id"),
    _TABLE.c.state == bindparam("read_state"),
    _TABLE.c.attempts == bindparam("read_attempts"),
)


class BucketRow(Base):
    """Slack said that nothing may be called for this workspace before `not_before`."""

    __tablename__ = "bucket"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    not_before: Mapped[datetime]


class SqlOutbox:
    """Implements `bot.ports.outbox.Outbox`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def due(self, now: datetime) -> list[str]:
        """Workspaces with a head whose time has come."""
        query = select(DeliveryRow.workspace).where(*_may_be_done(now)).distinct()
        return sorted(self._session.scalars(query))

    def ready(self, now: datetime, limit: int, workspace: str | None = None) -> list[Delivery]:
        """The head of each channel's queue whose time has come."""
        query = select(DeliveryRow).where(*_may_be_done(now))
        if workspace is not None:
            query = query.where(DeliveryRow.workspace == workspace)
        query = query.order_by(DeliveryRow.priority, DeliveryRow.seq).limit(limit)
        return [row.to_value() for row in self._session.scalars(query)]

    def claim(self, items: Sequence[tuple[Delivery, timedelta]], now: datetime) -> list[Delivery]:
        """Compare and set in one statement: state and attempts must be as they were read."""
        by_lease: dict[timedelta, list[tuple[int, str, int]]] = {}
        for item, lease in items:
            by_lease.setdefault(lease, []).append((item.seq, item.state.value, item.attempts))
        claimed = [
            item
            for lease, as_read in by_lease.items()
            for item in self._claim(as_read, now, now + lease)
        ]
        return sorted(claimed, key=lambda item: (item.priority, item.seq))

    def _claim(
        self, as_read: Sequence[tuple[int, str, int]], now: datetime, until: datetime
    ) -> list[Delivery]:
        # Never waited for: two that claim the same rows would else lock each other out.
        free = (
            select(DeliveryRow.seq)
            .where(tuple_(DeliveryRow.seq, DeliveryRow.state, DeliveryRow.attempts).in_(as_read))
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(DeliveryRow)
            .where(DeliveryRow.seq.in_(free))
            .values(
                state=DeliveryState.SENDING.value,
                attempts=DeliveryRow.attempts + 1,
                first_sent_at=func.coalesce(DeliveryRow.first_sent_at, literal(now, UtcDateTime)),
                ready_at=until,
            )
            .returning(DeliveryRow)
            .execution_options(populate_existing=True, synchronize_session=False)
        )
        return [row.to_value() for row in self._session.scalars(statement)]

    def settle(self, settled: Sequence[tuple[Delivery, Verdict]], now: datetime) -> None:
        """In one round trip; in order, so that two who settle never wait for each other."""
        rows = [
            {
                "read_id": item.id,
                "read_state": item.state.value,
                "read_attempts": item.attempts,
                "state": verdict.state.value,
                "ready_at": verdict.ready_at,
                "error": verdict.error,
                "posted_channel": verdict.posted_channel,
                "ts": verdict.ts,
                "settled_at": None if verdict.state.value in _OPEN else now,
            }
            for item, verdict in sorted(settled, key=lambda pair: pair[0].seq)
        ]
        if rows:
            self._session.flush()
            self._session.connection().execute(_SETTLE, rows)

    def began_since(self, workspace: str, since: datetime) -> list[tuple[str, datetime]]:
        """What was settled since then, and first calls that are under way."""
        moment = func.coalesce(DeliveryRow.settled_at, DeliveryRow.first_sent_at)
        query = select(DeliveryRow.channel, type_coerce(moment, UtcDateTime)).where(
            DeliveryRow.workspace == workspace,
            DeliveryRow.attempts > 0,
            DeliveryRow.kind.in_(_TO_SLACK),
            or_(
                DeliveryRow.settled_at > since,
                and_(DeliveryRow.state.in_(_OPEN), DeliveryRow.first_sent_at > since),
            ),
        )
        return [(channel, at) for channel, at in self._session.execute(query)]

    def pause(self, workspace: str, until: datetime) -> None:
        """Hold the workspace's posts until then; a longer pause stays."""
        insert_or_replace(
            self._session,
            BucketRow,
            only_if=BucketRow.not_before < until,
            workspace=workspace,
            not_before=until,
        )

    def paused_until(self, workspace: str, now: datetime) -> datetime | None:
        """The end of a pause that goes on now, or None."""
        query = select(BucketRow.not_before).where(
            BucketRow.workspace == workspace, BucketRow.not_before > now
        )
        return self._session.scalar(query)

    def forget_pauses(self, now: datetime) -> int:
        """Drop pauses that are over; how many."""
        result = self._session.execute(delete(BucketRow).where(BucketRow.not_before <= now))
        assert isinstance(result, CursorResult)
        return result.rowcount

    def shorten_waits(self, longest: datetime, now: datetime) -> int:
        """Two statements, which touch nothing where all is well."""
        self._session.execute(delete(BucketRow).where(BucketRow.not_before > longest))
        under_way = DeliveryRow.state == DeliveryState.SENDING.value
        statement = (
            update(DeliveryRow)
            .where(DeliveryRow.state.in_(_OPEN), DeliveryRow.ready_at > longest)
            .values(
                ready_at=case(
                    (under_way, literal(longest, UtcDateTime)), else_=literal(now, UtcDateTime)
                )
            )
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount


def _may_be_done(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The head of a channel's queue, its time has come, and Slack doesn't make us wait."""
    paused = (
        select(BucketRow.workspace)
        .where(BucketRow.workspace == DeliveryRow.workspace, BucketRow.not_before > now)
        .exists()
    )
    return (
        DeliveryRow.state.in_(_OPEN),
        DeliveryRow.ready_at <= now,
        DeliveryRow.seq == _head(),
        not_(and_(DeliveryRow.kind.in_(_TO_SLACK), paused)),
    )


def _head() -> ScalarSelect[Any]:
    other = aliased(DeliveryRow)
    return (
        select(func.min(other.seq))
        .where(
            other.workspace == DeliveryRow.workspace,
            other.channel == DeliveryRow.channel,
            other.state.in_(_OPEN),
        )
        .scalar_subquery()
    )
