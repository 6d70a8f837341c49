"""Decision records and their audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.search import Found, Query, fold, searchable, snippet
from storage.decisions.rows import DecisionChangeRow, DecisionRow, DecisionVersionRow, pack, unpack


class SqlDecisions:
    """Implements `bot.ports.decisions.Decisions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: DecisionRecord) -> None:
        """Store a new one."""
        self._session.add(DecisionRow(**_values(record)))
        self._keep_version(record)
        self._session.flush()

    def get(self, workspace: str, number: int) -> DecisionRecord | None:
        """One decision, or None."""
        row = self._session.get(DecisionRow, (workspace, number))
        return row.to_value() if row else None

    def locked(self, workspace: str, number: int) -> DecisionRecord | None:
        """One decision as it is once nobody else is changing it, or None."""
        row = self._session.get(
            DecisionRow, (workspace, number), with_for_update=True, populate_existing=True
        )
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
        if result.rowcount != 1:
            return False
        self._keep_version(record)
        return True

    def body_at(self, workspace: str, number: int, version: int) -> DecisionBody | None:
        """What a decision said at one of its versions, or None."""
        row = self._session.get(DecisionVersionRow, (workspace, number, version))
        return unpack(row.body) if row else None

    def newest(
        self, workspace: str, status: DecisionStatus | None, limit: int
    ) -> list[DecisionRecord]:
        """The newest ones, of one status or of all."""
        query = select(DecisionRow).where(DecisionRow.workspace == workspace)
        if status is not None:
            query = query.where(DecisionRow.status == status.value)
        query = query.order_by(DecisionRow.number.desc()).limit(limit)
        return [row.to_value() for row in self._session.scalars(query)]

    def all(self, workspace: str) -> list[DecisionRecord]:
        """Every one, by number."""
        query = (
            select(DecisionRow)
            .where(DecisionRow.workspace == workspace)
            .order_by(DecisionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def promoting(self, workspace: str, model: str) -> list[DecisionRecord]:
        """Those that promote a version of this model, by number."""
        query = (
            select(DecisionRow)
            .where(DecisionRow.workspace == workspace, DecisionRow.model == model)
            .order_by(DecisionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def search(self, workspace: str, query: Query, limit: int) -> list[Found]:
        """What `query` asks for, the best first."""
        found = [
            record
            for record in reversed(self.all(workspace))
            if all(word in searchable(record.body) for word in query.words)
        ]
        found.sort(key=lambda record: -sum(word in fold(record.title) for word in query.words))
        return [Found(record=r, snippet=snippet(r.body, query.words)) for r in found[:limit]]

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
            DecisionChangeRow.kind.in_((ChangeKind.LOGGED.value, ChangeKind.MOVED.value)),
            DecisionChangeRow.at > since,
            DecisionChangeRow.at <= until,
        )
        query = (
            select(DecisionRow)
            .where(DecisionRow.workspace == workspace, DecisionRow.number.in_(numbers))
            .order_by(DecisionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def _keep_version(self, record: DecisionRecord) -> None:
        self._session.add(
            DecisionVersionRow(
                workspace=record.workspace,
                number=record.number,
                version=record.version,
                body=pack(record.body),
            )
        )


def _values(record: DecisionRecord) -> dict[str, Any]:
    promotion = record.body.promotion
    return {
        **vars(record),
        "status": record.status.value,
        "model": promotion.model if promotion else "",
        "review_on": record.body.review_on,
        "body": pack(record.body),
    }
