"""Blockers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, Index, Select, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.blocker import Blocker
from storage.base import Base, Json
from storage.statements import Rows


class BlockerRow(Base):
    """One blocker; the three `link` columns are what it waits for, empty where for nothing."""

    __tablename__ = "blocker"
    __table_args__ = (
        Index(None, "standup_id", "user_id"),
        Index(None, "workspace", "closed_at"),
        Index(None, "workspace", "link_key"),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    standup_id: Mapped[str]
    channel: Mapped[str]
    user_id: Mapped[str]
    text: Mapped[str]
    opened_at: Mapped[datetime]
    report_date: Mapped[date | None]
    asked: Mapped[list[str]] = mapped_column(Json)
    acknowledged_by: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    closed_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    link_kind: Mapped[str]
    link_key: Mapped[str]
    link_anchor: Mapped[str]
    waits_state: Mapped[str]
    moved_to: Mapped[str]
    proposed_at: Mapped[datetime | None]
    version: Mapped[int]

    def to_value(self) -> Blocker:
        """The frozen value of this row."""
        return Blocker(
            workspace=self.workspace,
            number=self.number,
            standup_id=self.standup_id,
            channel=self.channel,
            user_id=self.user_id,
            text=self.text,
            opened_at=self.opened_at,
            report_date=self.report_date,
            asked=tuple(self.asked),
            acknowledged_by=self.acknowledged_by,
            acknowledged_at=self.acknowledged_at,
            closed_by=self.closed_by,
            closed_at=self.closed_at,
            escalated_at=self.escalated_at,
            waits_for=_waits_for(self),
            waits_state=self.waits_state,
            moved_to=self.moved_to,
            proposed_at=self.proposed_at,
            version=self.version,
        )


def _waits_for(row: BlockerRow) -> Reference | None:
    if not row.link_kind:
        return None
    return Reference(kind=ReferenceKind(row.link_kind), key=row.link_key, anchor=row.link_anchor)


_OPEN_OF = Rows(
    BlockerRow,
    BlockerRow.to_value,
    lambda c: [
        c.standup_id == bindparam("standup_id"),
        c.user_id == bindparam("user_id"),
        c.closed_at.is_(None),
    ],
    order_by=lambda c: [c.opened_at, c.number],
)


class SqlBlockers:
    """Implements `bot.ports.blockers.Blockers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, blocker: Blocker) -> None:
        """Store a new one."""
        self._session.add(BlockerRow(**_columns(blocker)))
        self._session.flush()

    def get(self, workspace: str, number: int) -> Blocker | None:
        """One blocker as it is now, or None."""
        query = (
            select(BlockerRow)
            .where(BlockerRow.workspace == workspace, BlockerRow.number == number)
            .execution_options(populate_existing=True)
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def replace(self, blocker: Blocker) -> bool:
        """Compare and set on the version; the row count says who was first."""
        statement = (
            update(BlockerRow)
            .where(
                BlockerRow.workspace == blocker.workspace,
                BlockerRow.number == blocker.number,
                BlockerRow.version == blocker.version - 1,
            )
            .values(**_columns(blocker))
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def open_of(self, standup_id: str, user_id: str) -> list[Blocker]:
        """The person's open blockers in one stand-up, oldest first."""
        return _OPEN_OF.all(self._session, standup_id=standup_id, user_id=user_id)

    def closed(self, workspace: str, since: datetime, until: datetime) -> list[Blocker]:
        """The workspace's blockers that were closed in (since, until], in that order."""
        query = (
            select(BlockerRow)
            .where(
                BlockerRow.workspace == workspace,
                BlockerRow.closed_at > since,
                BlockerRow.closed_at <= until,
            )
            .order_by(BlockerRow.closed_at, BlockerRow.number)
            .execution_options(populate_existing=True)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def open(self, workspace: str, channel: str = "") -> list[Blocker]:
        """The open blockers of a channel, or of the workspace, oldest first."""
        query = select(BlockerRow).where(BlockerRow.workspace == workspace)
        return self._open(query.where(BlockerRow.channel == channel) if channel else query)

    def waiting_for(self, workspace: str, kind: ReferenceKind, key: str) -> list[Blocker]:
        """Those that are linked with just that, oldest first."""
        query = select(BlockerRow).where(
            BlockerRow.workspace == workspace,
            BlockerRow.link_kind == kind.value,
            BlockerRow.link_key == key,
        )
        ordered = query.order_by(BlockerRow.opened_at, BlockerRow.number)
        return [row.to_value() for row in self._session.scalars(ordered)]

    def open_at(self, workspace: str, channel: str, at: datetime) -> list[Blocker]:
        """Those that were open at an instant, oldest first: of the closed ones, the index gives
        only what was closed since."""
        query = select(BlockerRow).where(
            BlockerRow.workspace == workspace,
            BlockerRow.channel == channel,
            BlockerRow.opened_at <= at,
            or_(BlockerRow.closed_at.is_(None), BlockerRow.closed_at > at),
        )
        ordered = query.order_by(BlockerRow.opened_at, BlockerRow.number)
        return [row.to_value() for row in self._session.scalars(ordered)]

    def _open(self, query: Select[BlockerRow]) -> list[Blocker]:
        query = query.where(BlockerRow.closed_at.is_(None)).order_by(
            BlockerRow.opened_at, BlockerRow.number
        )
        query = query.execution_options(populate_existing=True)
        return [row.to_value() for row in self._session.scalars(query)]


def _columns(blocker: Blocker) -> dict[str, Any]:
    what = blocker.waits_for
    columns = {
        **vars(blocker),
        "asked": list(blocker.asked),
        "link_kind": what.kind.value if what else "",
        "link_key": what.key if what else "",
        "link_anchor": what.anchor if what else "",
    }
    del columns["waits_for"]
    return columns
