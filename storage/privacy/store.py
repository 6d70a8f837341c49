"""Retention, export, deletion and purge: every table of the metadata, by its policy."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Table, and_, delete, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.privacy.retention import Area
from bot.ports.privacy import Erased
from storage.base import Base
from storage.ledger import SourceRow
from storage.privacy import cells, erasing
from storage.privacy.policy import POLICIES, policy_of
from storage.privacy.rows import ForgottenRow, RetentionRow, SweepRow
from storage.upsert import insert_if_absent, insert_or_replace

# They are erased by their own rules, or stand for the forgetting itself.
_NOT_EXPORTED = frozenset({"forgotten", "audit_head", "audit_actor", "audit_entry"})


class SqlPrivacy:
    """Implements `bot.ports.privacy.Privacy`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def days(self, workspace: str) -> Mapping[Area, int]:
        """The days that somebody chose."""
        query = select(RetentionRow).where(RetentionRow.workspace == workspace)
        return {Area(row.area): row.days for row in self._session.scalars(query)}

    def choose(self, workspace: str, area: Area, days: int, by: str, now: datetime) -> None:
        """Keep an area for so many days."""
        insert_or_replace(
            self._session,
            RetentionRow,
            workspace=workspace,
            area=area.value,
            days=days,
            by=by,
            at=now,
        )

    def sweep(self, workspace: str, area: Area, before: datetime, limit: int) -> int:
        """Table by table; what the first ones free, later ones and later calls delete."""
        left = limit
        for table in _tables():
            policy = policy_of(table)
            if policy.area is not area or policy.old is None or left <= 0:
                continue
            mine = table.c[policy.workspace] == workspace
            left -= self._delete(table, and_(mine, policy.old(table, before)), left)
        return limit - left

    def claim_sweep(self, workspace: str, now: datetime, every_seconds: int) -> bool:
        """The row count says who was first."""
        if insert_if_absent(self._session, SweepRow, workspace=workspace, at=now):
            return True
        last = now - timedelta(seconds=every_seconds)
        mine = update(SweepRow).where(SweepRow.workspace == workspace, SweepRow.at <= last)
        return self._run(mine.values(at=now)) == 1

    def export(self, workspace: str, user_id: str) -> dict[str, Any]:
        """Rows that are theirs as they are; of others' rows the key and where they are named."""
        found: dict[str, Any] = {}
        for table in _tables():
            policy = policy_of(table)
            if policy.mirror or table.name in _NOT_EXPORTED or not policy.workspace:
                continue
            if rows := self._rows_about(table, workspace, user_id):
                found[table.name] = rows
        return found

    def erase(self, workspace: str, user_id: str, now: datetime) -> Erased:
        """In the caller's transaction, so all of it or nothing."""
        self._session.flush()
        erased = erasing.erase(self._session, _tables(), workspace, user_id)
        insert_if_absent(self._session, ForgottenRow, workspace=workspace, user_id=user_id, at=now)
        self._session.expire_all()
        return erased

    def is_forgotten(self, workspace: str, user_id: str) -> bool:
        """Whether they asked for it and haven't come back."""
        key = {"workspace": workspace, "user_id": user_id}
        return self._session.get(ForgottenRow, key) is not None

    def welcome_back(self, workspace: str, user_id: str) -> None:
        """They use Meridian again."""
        row = ForgottenRow
        self._run(delete(row).where(row.workspace == workspace, row.user_id == user_id))

    def forgotten(self, workspace: str) -> frozenset[str]:
        """Everybody who is forgotten here."""
        query = select(ForgottenRow.user_id).where(ForgottenRow.workspace == workspace)
        return frozenset(self._session.scalars(query))

    def purge(self, workspace: str, limit: int) -> int:
        """The chain's head goes before its lines: it is what keeps them."""
        left = limit
        tables = [table for table in _tables() if policy_of(table).workspace == "workspace"]
        for table in sorted(tables, key=lambda each: each.name != "audit_head"):
            if left > 0:
                left -= self._delete(table, table.c.workspace == workspace, left)
        self._run(delete(SourceRow).where(SourceRow.source.endswith(f":{workspace}")))
        self._session.expire_all()
        return limit - left

    def _rows_about(self, table: Table, workspace: str, user_id: str) -> list[dict[str, Any]]:
        policy = policy_of(table)
        columns = cells.texts(table)
        mine = table.c[policy.workspace] == workspace
        about = cells.names(table, user_id, columns)
        rows = self._session.execute(select(table).where(mine, about)).mappings().all()
        told = [erasing.told(table, policy, dict(row), user_id) for row in rows]
        return [each for each in told if each]

    def _delete(self, table: Table, which: ColumnElement[bool], limit: int) -> int:
        keys = list(table.primary_key.columns)
        chosen = select(*keys).where(which).limit(limit)
        return self._run(delete(table).where(tuple_(*keys).in_(chosen)))

    def _run(self, statement: Any) -> int:
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount


def _tables() -> list[Table]:
    """Every table that has a policy, in an order that locks alike everywhere."""
    known = Base.metadata.tables
    return [known[name] for name in POLICIES if name in known]
