"""The audit log: a table that the database itself refuses to change."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Index,
    Select,
    Table,
    UniqueConstraint,
    delete,
    event,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.audit import AuditEntry, AuditHead, AuditLine, AuditOutcome, hash_of
from bot.domain.privacy.audit_page import AuditFilter
from storage.base import Base
from storage.upsert import insert_if_absent

_REFUSED_UPDATE = "audit_entry is append-only"
_REFUSED_DELETE = "audit_entry: only what was dropped in audit_head may go"
_KEPT = (
    "EXISTS (SELECT 1 FROM audit_head WHERE audit_head.workspace = OLD.workspace"
    " AND OLD.seq > audit_head.dropped_seq)"
)

# Alembic writes none of these by itself. They guard against mistakes, above all our own: who may
# change the schema can drop them, and then the chain tells.
CREATED: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER audit_entry_changed BEFORE UPDATE ON audit_entry BEGIN"
        f" SELECT RAISE(ABORT, '{_REFUSED_UPDATE}'); END",
        f"CREATE TRIGGER audit_entry_removed BEFORE DELETE ON audit_entry WHEN {_KEPT} BEGIN"
        f" SELECT RAISE(ABORT, '{_REFUSED_DELETE}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{_REFUSED_UPDATE}'; END IF;"
        f" IF {_KEPT} THEN RAISE EXCEPTION '{_REFUSED_DELETE}'; END IF;"
        " RETURN OLD; END $$",
        "CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION audit_entry_kept()",
    ),
}
DROPPED: dict[str, tuple[str, ...]] = {
    "sqlite": (),
    "postgresql": ("DROP FUNCTION IF EXISTS audit_entry_kept() CASCADE",),
}
"""What must go before the table does."""

UNDECLARED = ("audit_entry_kept", "audit_entry_changed", "audit_entry_removed")


class AuditEntryRow(Base):
    """One line; people stand in it under their tokens."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "workspace", "at"), Index(None, "workspace", "actor", "seq"))

    workspace: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    person: Mapped[str]
    detail: Mapped[str]
    outcome: Mapped[str]
    team: Mapped[str]
    before: Mapped[str]
    hash: Mapped[str]

    def to_value(self) -> AuditEntry:
        """The frozen value of this row, as it was hashed."""
        line = AuditLine(
            workspace=self.workspace,
            at=self.at,
            actor=self.actor,
            action=self.action,
            subject=self.subject,
            person=self.person,
            detail=self.detail,
            outcome=AuditOutcome(self.outcome),
            team=self.team,
        )
        return AuditEntry(seq=self.seq, line=line, before=self.before, hash=self.hash)


class AuditHeadRow(Base):
    """Where each workspace's chain stands."""

    __tablename__ = "audit_head"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
    dropped_seq: Mapped[int]
    dropped_hash: Mapped[str]

    def to_value(self) -> AuditHead:
        """The frozen value of this row."""
        return AuditHead(
            seq=self.seq,
            hash=self.hash,
            dropped_seq=self.dropped_seq,
            dropped_hash=self.dropped_hash,
        )


class AuditActorRow(Base):
    """Whose token it is: without this row nobody can tell."""

    __tablename__ = "audit_actor"
    __table_args__ = (UniqueConstraint("workspace", "token"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]


def _create(_table: Table, connection: Connection, **_: object) -> None:
    for statement in CREATED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _drop(_table: Table, connection: Connection, **_: object) -> None:
    for statement in DROPPED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(AuditEntryRow.__table__, "after_create", _create)
event.listen(AuditEntryRow.__table__, "before_drop", _drop)


class SqlAudit:
    """Implements `bot.ports.audit.Audit`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, line: AuditLine) -> None:
        """The head's lock lets one transaction of a workspace at a time add to its chain."""
        tokens = [self._token(line.workspace, who) for who in (line.actor, line.person)]
        kept = replace(line, actor=tokens[0], person=tokens[1])
        head = self._locked(line.workspace)
        seq = head.seq + 1
        row = AuditEntryRow(
            workspace=kept.workspace,
            seq=seq,
            at=kept.at,
            actor=kept.actor,
            action=kept.action,
            subject=kept.subject,
            person=kept.person,
            detail=kept.detail,
            outcome=kept.outcome.value,
            team=kept.team,
            before=head.hash,
            hash=hash_of(seq, head.hash, kept),
        )
        head.seq, head.hash = seq, row.hash
        self._session.add(row)
        self._session.flush()

    def page(self, workspace: str, wanted: AuditFilter, limit: int) -> list[AuditEntry]:
        """The newest wanted lines, first the newest."""
        query = self._wanted(workspace, wanted).order_by(AuditEntryRow.seq.desc()).limit(limit)
        found = [row.to_value() for row in self._session.scalars(query)]
        names = self._known(workspace, {w for e in found for w in (e.line.actor, e.line.person)})
        return [_named(entry, names) for entry in found]

    def head(self, workspace: str) -> AuditHead:
        """Where the chain stands."""
        row = self._session.get(AuditHeadRow, workspace)
        return row.to_value() if row else AuditHead()

    def chain(self, workspace: str, after: int, limit: int) -> Sequence[AuditEntry]:
        """Lines as they were hashed, from the oldest on."""
        query = (
            select(AuditEntryRow)
            .where(AuditEntryRow.workspace == workspace, AuditEntryRow.seq > after)
            .order_by(AuditEntryRow.seq)
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def drop(self, workspace: str, before: datetime, limit: int) -> int:
        """The head keeps the last dropped hash, from which the rest is proven."""
        head = self._locked(workspace)
        old: list[AuditEntry] = []
        for entry in self.chain(workspace, head.dropped_seq, limit):
            if entry.line.at >= before:
                break
            old.append(entry)
        if old:
            head.dropped_seq, head.dropped_hash = old[-1].seq, old[-1].hash
            self._session.flush()
            mine = AuditEntryRow.workspace == workspace
            self._session.execute(
                delete(AuditEntryRow).where(mine, AuditEntryRow.seq <= old[-1].seq)
            )
        return len(old)

    def forget(self, workspace: str, user_id: str) -> None:
        """Their token stays in the log and means nobody."""
        self._session.execute(
            delete(AuditActorRow).where(
                AuditActorRow.workspace == workspace, AuditActorRow.user_id == user_id
            )
        )

    def _locked(self, workspace: str) -> AuditHeadRow:
        start = AuditHead()
        insert_if_absent(
            self._session,
            AuditHeadRow,
            workspace=workspace,
            seq=start.seq,
            hash=start.hash,
            dropped_seq=start.dropped_seq,
            dropped_hash=start.dropped_hash,
        )
        return self._session.get_one(
            AuditHeadRow, workspace, populate_existing=True, with_for_update=True
        )

    def _token(self, workspace: str, user_id: str) -> str:
        if not user_id:
            return ""
        key = {"workspace": workspace, "user_id": user_id}
        row = self._session.get(AuditActorRow, key)
        if row is None:
            token = f"p-{uuid4().hex}"
            insert_if_absent(self._session, AuditActorRow, **key, token=token)
            row = self._session.get_one(AuditActorRow, key)
        return row.token

    def _wanted(self, workspace: str, wanted: AuditFilter) -> Select[AuditEntryRow]:
        row = AuditEntryRow
        query = select(row).where(row.workspace == workspace)
        if wanted.actor:
            key = {"workspace": workspace, "user_id": wanted.actor}
            known = self._session.get(AuditActorRow, key)
            token = known.token if known else wanted.actor
            query = query.where(or_(row.actor == token, row.person == token))
        if wanted.action:
            query = query.where(row.action.startswith(wanted.action, autoescape=True))
        if wanted.subject:
            query = query.where(row.subject == wanted.subject)
        if wanted.outcome:
            query = query.where(row.outcome == wanted.outcome.value)
        if wanted.since:
            query = query.where(row.at >= wanted.since)
        if wanted.before is not None:
            query = query.where(row.seq < wanted.before)
        return query

    def _known(self, workspace: str, tokens: Iterable[str]) -> dict[str, str]:
        query = select(AuditActorRow).where(
            AuditActorRow.workspace == workspace, AuditActorRow.token.in_(list(tokens))
        )
        return {row.token: row.user_id for row in self._session.scalars(query)}


def _named(entry: AuditEntry, names: dict[str, str]) -> AuditEntry:
    line = entry.line
    actor, person = names.get(line.actor, line.actor), names.get(line.person, line.person)
    return replace(entry, line=replace(line, actor=actor, person=person))
