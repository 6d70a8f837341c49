"""The decision log."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, Index, case, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.decision import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decision_search import fold, searchable
from storage.base import Base, Json


class DecisionRow(Base):
    """One decision; the two `folded` columns are what a search compares."""

    __tablename__ = "decision"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str]
    channel: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]
    supersedes: Mapped[int | None]
    superseded_by: Mapped[int | None]
    title: Mapped[str]
    outcome: Mapped[str]
    context: Mapped[str]
    drivers: Mapped[str]
    options: Mapped[str]
    consequences: Mapped[str]
    makers: Mapped[list[str]] = mapped_column(Json)
    consulted: Mapped[list[str]] = mapped_column(Json)
    informed: Mapped[list[str]] = mapped_column(Json)
    tags: Mapped[list[str]] = mapped_column(Json)
    review_on: Mapped[date | None]
    folded_title: Mapped[str]
    folded_text: Mapped[str]

    def to_value(self) -> DecisionRecord:
        """The frozen value of this row."""
        return DecisionRecord(
            workspace=self.workspace,
            number=self.number,
            body=self._body(),
            status=DecisionStatus(self.status),
            channel=self.channel,
            author=self.author,
            created_at=self.created_at,
            decided_at=self.decided_at,
            version=self.version,
            supersedes=self.supersedes,
            superseded_by=self.superseded_by,
        )

    def _body(self) -> DecisionBody:
        return DecisionBody(
            title=self.title,
            outcome=self.outcome,
            context=self.context,
            drivers=self.drivers,
            options=self.options,
            consequences=self.consequences,
            makers=tuple(self.makers),
            consulted=tuple(self.consulted),
            informed=tuple(self.informed),
            tags=tuple(self.tags),
            review_on=self.review_on,
        )


class DecisionChangeRow(Base):
    """One entry of the audit trail; `id` is the order in which entries were written."""

    __tablename__ = "decision_change"
    __table_args__ = (
        Index("ix_decision_change_number", "workspace", "number"),
        Index("ix_decision_change_at", "workspace", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    status: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    detail: Mapped[str]

    def to_value(self) -> DecisionChange:
        """The frozen value of this row."""
        return DecisionChange(
            number=self.number,
            kind=ChangeKind(self.kind),
            status=DecisionStatus(self.status),
            by=self.by,
            at=self.at,
            detail=self.detail,
        )


class SqlDecisions:
    """Implements `bot.ports.decisions.Decisions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: DecisionRecord) -> None:
        """Store a new one."""
        self._session.add(DecisionRow(**_values(record)))
        self._session.flush()

    def get(self, workspace: str, number: int) -> DecisionRecord | None:
        """One decision, or None."""
        row = self._session.get(DecisionRow, (workspace, number))
        return row.to_value() if row else None

    def highest(self, workspace: str) -> int:
        """The newest number, or 0."""
        query = select(func.max(DecisionRow.number)).where(DecisionRow.workspace == workspace)
        return self._session.scalar(query) or 0

    def replace(self, record: DecisionRecord) -> bool:
        """Compare and set on the version; the row count says who was first."""
        statement = (
            update(DecisionRow)
            .where(
                DecisionRow.workspace == record.workspace,
                DecisionRow.number == record.number,
                DecisionRow.version == record.version - 1,
            )
            .values(**_values(record))
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def newest(
        self, workspace: str, status: DecisionStatus | None, limit: int
    ) -> list[DecisionRecord]:
        """The newest ones, of one status or of all."""
        query = select(DecisionRow).where(DecisionRow.workspace == workspace)
        if status is not None:
            query = query.where(DecisionRow.status == status.value)
        query = query.order_by(DecisionRow.number.desc()).limit(limit)
        return [row.to_value() for row in self._session.scalars(query)]

    def search(self, workspace: str, words: Sequence[str], limit: int) -> list[DecisionRecord]:
        """Those that hold every word; `autoescape` keeps LIKE's own signs literal."""
        in_title = [
            case((DecisionRow.folded_title.contains(word, autoescape=True), 1), else_=0)
            for word in words
        ]
        rank = sum(in_title[1:], start=in_title[0])
        query = (
            select(DecisionRow)
            .where(DecisionRow.workspace == workspace)
            .where(*(DecisionRow.folded_text.contains(word, autoescape=True) for word in words))
            .order_by(rank.desc(), DecisionRow.number.desc())
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def append(self, workspace: str, change: DecisionChange) -> None:
        """Add to the audit trail; nothing here changes or deletes an entry."""
        row = DecisionChangeRow(
            workspace=workspace,
            number=change.number,
            kind=change.kind.value,
            status=change.status.value,
            by=change.by,
            at=change.at,
            detail=change.detail,
        )
        self._session.add(row)
        self._session.flush()

    def changes(self, workspace: str, number: int) -> list[DecisionChange]:
        """The audit trail of one decision, oldest first."""
        query = (
            select(DecisionChangeRow)
            .where(DecisionChangeRow.workspace == workspace, DecisionChangeRow.number == number)
            .order_by(DecisionChangeRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def changed_between(
        self, workspace: str, since: datetime, until: datetime
    ) -> list[DecisionRecord]:
        """Those that got a status in (since, until], by number."""
        numbers = select(DecisionChangeRow.number).where(
            DecisionChangeRow.workspace == workspace,
            DecisionChangeRow.kind != ChangeKind.EDITED.value,
            DecisionChangeRow.at > since,
            DecisionChangeRow.at <= until,
        )
        query = (
            select(DecisionRow)
            .where(DecisionRow.workspace == workspace, DecisionRow.number.in_(numbers))
            .order_by(DecisionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]


def _values(record: DecisionRecord) -> dict[str, Any]:
    values = {**vars(record), **vars(record.body)}
    del values["body"]
    for name in ("makers", "consulted", "informed", "tags"):
        values[name] = list(values[name])
    values["status"] = record.status.value
    values["folded_title"] = fold(record.title)
    values["folded_text"] = searchable(record.body)
    return values
