"""Small books: handled interactions, gapless numbers, how far each source was read."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import CursorResult, bindparam, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from bot.domain.source import SourceHealth
from storage.base import Base
from storage.statements import run
from storage.upsert import insert_if_absent


class InteractionRow(Base):
    """One interaction that was committed."""

    __tablename__ = "interaction"

    key: Mapped[str] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(index=True)


class NumberRow(Base):
    """The last number given out under a name in a workspace."""

    __tablename__ = "number"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class SourceRow(Base):
    """How far a source was read and how it answered last."""

    __tablename__ = "source"

    source: Mapped[str] = mapped_column(primary_key=True)
    watermark: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    reason: Mapped[str]
    failures: Mapped[int]


def _next(build: Callable[..., postgresql.Insert | sqlite.Insert]) -> ReturningInsert[int]:
    table = NumberRow.__table__
    first = build(table).values(
        workspace=bindparam("workspace"), name=bindparam("name"), value=literal(1)
    )
    key = [table.c.workspace, table.c.name]
    counted = first.on_conflict_do_update(index_elements=key, set_={"value": table.c.value + 1})
    return counted.returning(table.c.value)


_NEXT = {"postgresql": _next(postgresql.insert), "sqlite": _next(sqlite.insert)}


class SqlInteractions:
    """Implements `bot.ports.repositories.Interactions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, key: str, now: datetime) -> bool:
        """Remember `key`; False if it is known already."""
        return insert_if_absent(self._session, InteractionRow, key=key, handled_at=now)

    def forget(self, before: datetime) -> int:
        """Drop what was handled before then; how many."""
        old = delete(InteractionRow).where(InteractionRow.handled_at < before)
        result = self._session.execute(old)
        assert isinstance(result, CursorResult)
        return result.rowcount


class SqlNumbers:
    """Implements `bot.ports.repositories.Numbers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next(self, workspace: str, name: str) -> int:
        """The row lock keeps other transactions waiting, so a rollback leaves no gap."""
        statement = _NEXT[self._session.get_bind().dialect.name]
        number: int = run(self._session, statement, {"workspace": workspace, "name": name}).scalar()
        return number

    def reach(self, workspace: str, name: str, number: int) -> None:
        """Give out nothing up to `number` any more."""
        row = self._locked(workspace, name)
        row.value = max(row.value, number)
        self._session.flush()

    def _locked(self, workspace: str, name: str) -> NumberRow:
        insert_if_absent(self._session, NumberRow, workspace=workspace, name=name, value=0)
        query = select(NumberRow).where(NumberRow.workspace == workspace, NumberRow.name == name)
        fresh = query.with_for_update().execution_options(populate_existing=True)
        return self._session.scalars(fresh).one()


class SqlSources:
    """Implements `bot.ports.repositories.Sources`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def watermark(self, source: str) -> datetime | None:
        """Up to when `source` was read, or None."""
        row = self._session.get(SourceRow, source)
        return row.watermark if row else None

    def read_ok(self, source: str, watermark: datetime | None, now: datetime) -> None:
        """`source` answered."""
        row = self._row(source)
        row.watermark = watermark or row.watermark
        row.read_at, row.failed_at, row.reason, row.failures = now, None, "", 0
        self._session.flush()

    def read_failed(self, source: str, reason: str, now: datetime) -> None:
        """`source` didn't answer; the first failure's time stays."""
        row = self._row(source)
        row.failed_at, row.reason = row.failed_at or now, reason
        row.failures += 1
        self._session.flush()

    def health(self) -> Sequence[SourceHealth]:
        """Every source that was ever polled; a name with two colons is a part's bookkeeping."""
        query = select(SourceRow).where(SourceRow.source.not_like("%:%:%"))
        rows = self._session.scalars(query.order_by(SourceRow.source))
        return [
            SourceHealth(
                source=row.source,
                read_at=row.read_at,
                failed_at=row.failed_at,
                reason=row.reason,
                failures=row.failures,
            )
            for row in rows
        ]

    def _row(self, source: str) -> SourceRow:
        insert_if_absent(self._session, SourceRow, source=source, reason="", failures=0)
        return self._session.get_one(
            SourceRow, source, populate_existing=True, with_for_update=True
        )
