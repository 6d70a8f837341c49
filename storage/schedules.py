"""Durable schedules and their occurrences."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    Index,
    Row,
    Select,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from tzdata import IANA_VERSION

from bot.domain.schedule import Ran, Schedule, ScheduleKind
from storage.base import Base, Json
from storage.batches import execute_many
from storage.statements import run
from storage.upsert import insert_or_replace, replace_all


class ScheduleRow(Base):
    """One schedule; `next_run_at` is the index that the tick reads.

    `zone_data` is the IANA version (as 2026f) by which the next run was computed.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        # An idle tick looks at one entry, however many schedules rest or are still to come.
        Index(
            "ix_schedule_due",
            "next_run_at",
            "id",
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
        Index(
            "ix_schedule_zone_data",
            "zone_data",
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str]
    zone: Mapped[str]
    wall_time: Mapped[time]
    weekdays: Mapped[list[int]] = mapped_column(Json)
    next_run_at: Mapped[datetime]
    next_date: Mapped[date]
    zone_data: Mapped[str]
    active: Mapped[bool]


class OccurrenceRow(Base):
    """What became of one local date of one schedule: at most one row each."""

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("schedule_id", "local_date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[str]
    workspace: Mapped[str]
    local_date: Mapped[date]
    run_at: Mapped[datetime]
    outcome: Mapped[str]
    reason: Mapped[str]


class SqlSchedules:
    """Implements `bot.ports.repositories.Schedules`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, schedule: Schedule) -> None:
        """Insert or replace one."""
        insert_or_replace(self._session, ScheduleRow, **_columns(schedule))

    def save_all(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace several at once."""
        replace_all(self._session, ScheduleRow, [_columns(schedule) for schedule in schedules])

    def advance_all(self, schedules: Sequence[Schedule]) -> None:
        """Each row is written once, and nothing of it but when it runs next."""
        statement = (
            update(ScheduleRow)
            .where(ScheduleRow.id == bindparam("of"))
            .values(
                next_run_at=bindparam("run_at"), next_date=bindparam("on"), zone_data=IANA_VERSION
            )
        )
        rows = [{"of": s.id, "run_at": s.next_run_at, "on": s.next_date} for s in schedules]
        if rows:
            execute_many(self._session, statement, rows)

    def get(self, schedule_id: str) -> Schedule | None:
        """One schedule, or None."""
        row = self._session.execute(_one(schedule_id)).first()
        return _value(row) if row else None

    def locked(self, schedule_id: str) -> Schedule | None:
        """Like `get`, locked; the tick of another node passes it over meanwhile."""
        row = run(self._session, _LOCKED, {"id": schedule_id}).first()
        return _value(row) if row else None

    def due(self, now: datetime, limit: int) -> list[Schedule]:
        """Active ones that are due; on PostgreSQL rows that another node holds are passed over."""
        query = _overdue(now).limit(limit).with_for_update(skip_locked=True)
        return self._values(query)

    def computed_before(self, limit: int) -> list[Schedule]:
        """The versions of IANA sort as text: 2025b, 2026a, 2026f."""
        query = (
            select(*_COLUMNS)
            .where(ScheduleRow.active, ScheduleRow.zone_data < IANA_VERSION)
            .order_by(ScheduleRow.zone_data)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._values(query)

    def overdue(self, now: datetime) -> list[Schedule]:
        """Nothing is locked."""
        return self._values(_overdue(now))

    def next_run(self) -> datetime | None:
        """The first entry of the index."""
        return self._session.scalar(
            select(func.min(ScheduleRow.next_run_at)).where(ScheduleRow.active)
        )

    def active(self) -> list[Schedule]:
        """All active schedules, earliest next run first."""
        return self._values(_active())

    def of(self, workspace: str, kind: ScheduleKind, subject: str) -> list[Schedule]:
        """The schedules of one subject."""
        query = (
            select(*_COLUMNS)
            .where(
                ScheduleRow.workspace == workspace,
                ScheduleRow.kind == kind.value,
                ScheduleRow.subject == subject,
            )
            .order_by(ScheduleRow.next_run_at, ScheduleRow.id)
        )
        return self._values(query)

    def record(self, results: Sequence[Ran]) -> set[tuple[str, date]]:
        """Whoever records a date holds its schedule; the unique key would stop anybody else."""
        wanted = {ran.key for ran in results}
        known = select(OccurrenceRow.schedule_id, OccurrenceRow.local_date).where(
            OccurrenceRow.schedule_id.in_({key[0] for key in wanted}),
            OccurrenceRow.local_date.in_({key[1] for key in wanted}),
        )
        fresh = wanted - {(row[0], row[1]) for row in self._session.execute(known)}
        rows = [
            {
                "schedule_id": ran.schedule.id,
                "workspace": ran.schedule.workspace,
                "local_date": ran.occurrence.local_date,
                "run_at": ran.occurrence.run_at,
                "outcome": ran.outcome.value,
                "reason": ran.reason,
            }
            for ran in results
            if ran.key in fresh
        ]
        if rows:
            execute_many(self._session, insert(OccurrenceRow).values(rows[0]), rows)
        return fresh

    def had_turn(self, schedule_id: str, local_date: date) -> bool:
        """Whether it is recorded what became of that local date."""
        query = select(OccurrenceRow.id).where(
            OccurrenceRow.schedule_id == schedule_id, OccurrenceRow.local_date == local_date
        )
        return self._session.scalar(query) is not None

    def _values(self, query: Select[*tuple[Any, ...]]) -> list[Schedule]:
        # Columns, not entities: the tick writes the rows past the session.
        return [_value(row) for row in self._session.execute(query)]


_COLUMNS = ScheduleRow.__table__.c
_LOCKED = select(*_COLUMNS).where(_COLUMNS.id == bindparam("id")).with_for_update()


def _one(schedule_id: str) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(ScheduleRow.id == schedule_id)


def _active() -> Select[*tuple[Any, ...]]:
    query = select(*_COLUMNS).where(ScheduleRow.active)
    return query.order_by(ScheduleRow.next_run_at, ScheduleRow.id)


def _overdue(now: datetime) -> Select[*tuple[Any, ...]]:
    return _active().where(ScheduleRow.next_run_at <= now)


def _value(row: Row[*tuple[Any, ...]]) -> Schedule:
    return Schedule(
        id=row.id,
        workspace=row.workspace,
        kind=ScheduleKind(row.kind),
        subject=row.subject,
        user_id=row.user_id,
        zone=row.zone,
        wall_time=row.wall_time,
        weekdays=frozenset(row.weekdays),
        next_run_at=row.next_run_at,
        next_date=row.next_date,
        active=row.active,
    )


def _columns(schedule: Schedule) -> dict[str, Any]:
    return {
        **vars(schedule),
        "weekdays": sorted(schedule.weekdays),
        "zone_data": IANA_VERSION,
    }
