"""Decision records and their audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
)
from bot.domain.decisions.search import Found, Happening, Query
from bot.domain.decisions.sight import Sight
from storage.decisions import search
from storage.decisions.rows import DecisionChangeRow, DecisionRow, DecisionVersionRow, pack, unpack
from storage.decisions.text import keep_text


class SqlDecisions:
    """Implements `bot.ports.decisions.Decisions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: DecisionRecord) -> None:
        """Store a new one."""
        self._session.add(DecisionRow(**_values(record)))
        self._keep_version(record)
        keep_text(self._session, record)

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
        keep_text(self._session, record)
        return True

    def body_at(self, workspace: str, number: int, version: int) -> DecisionBody | None:
        """What a decision said at one of its versions, or None."""
        row = self._session.get(DecisionVersionRow, (workspace, number, version))
        return unpack(row.body) if row else None

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

    def naming(self, workspace: str, kind: EvidenceKind, key: str) -> list[DecisionRecord]:
        """Those with this run or version as evidence, by number."""
        return search.naming(self._session, workspace, kind, key)

    def naming_issue(self, workspace: str, key: str) -> list[DecisionRecord]:
        """Those that name an issue, by number."""
        return search.naming_issue(self._session, workspace, key)

    def models(self, workspace: str) -> list[str]:
        """The models of which some decision promotes a version, by name."""
        query = (
            select(DecisionRow.model)
            .where(DecisionRow.workspace == workspace, DecisionRow.model != "")
            .distinct()
        )
        return sorted(self._session.scalars(query))

    def search(
        self, workspace: str, sight: Sight, query: Query, limit: int, offset: int = 0
    ) -> list[Found]:
        """What `query` asks for, of what is in `sight`, the best first."""
        return search.search(self._session, workspace, sight, query, limit, offset)

    def happenings(
        self, workspace: str, sight: Sight, query: Query, limit: int, offset: int = 0
    ) -> list[Happening]:
        """What became of the decisions in `sight` that `query` asks for, the latest first."""
        return search.happenings(self._session, workspace, sight, query, limit, offset)

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
