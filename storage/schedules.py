"""Durable schedules and their occurrences."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BindParameter,
    Index,
    Integer,
    Row,
    Select,
    UniqueConstraint,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from tzdata import IANA_VERSION

from bot.domain.calendar import Occurrence
from bot.domain.schedule import Ran, Schedule, ScheduleKind
from storage.base import Base, Json, UtcDateTime
from storage.batches import insert_fresh, update_all
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

    def advance_all(self, following: Mapping[str, Occurrence]) -> None:
        """Each row is written once, and nothing of it but when it runs next."""
        rows = [
            {
                "id": schedule_id,
                "next_run_at": upcoming.run_at,
                "next_date": upcoming.local_date,
                "zone_data": IANA_VERSION,
            }
            for schedule_id, upcoming in following.items()
        ]
        update_all(self._session, ScheduleRow, rows)

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
        found = run(self._session, _DUE, {"now": now, "most": limit})
        return [_value(row) for row in found]

    def computed_before(self, limit: int) -> list[Schedule]:
        """The versions of IANA sort as text: 2025b, 2026a, 2026f."""
        query = (
            select(*_COLUMNS)
            .where(*_OUTDATED)
            .order_by(ScheduleRow.zone_data)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._values(query)

    def outdated_ids(self, limit: int) -> list[str]:
        """Nothing else is read: a row may hold what only a newer release understands."""
        # In the order of its index, which is read then whatever the statistics say.
        query = select(ScheduleRow.id).where(*_OUTDATED).order_by(ScheduleRow.zone_data)
        return list(self._session.scalars(query.limit(limit)))

    def overdue(self, now: datetime) -> list[Schedule]:
        """Nothing is locked."""
        return self._values(_overdue(now))

    def overdue_ids(self, now: datetime) -> list[str]:
        """Nothing else is read: a row may hold what only a newer release understands."""
        query = (
            select(ScheduleRow.id)
            .where(ScheduleRow.active, ScheduleRow.next_run_at <= now)
            .order_by(ScheduleRow.next_run_at, ScheduleRow.id)
        )
        return list(self._session.scalars(query))

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
        ids, days = ({key[part] for key in wanted} for part in (0, 1))
        known = run(self._session, _RECORDED, {"ids": list(ids), "days": list(days)})
        fresh = wanted - {(row[0], row[1]) for row in known}
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
        return insert_fresh(self._session, OccurrenceRow, rows, ("schedule_id", "local_date"))

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
_OUTDATED = (ScheduleRow.active, ScheduleRow.zone_data < IANA_VERSION)
_LOCKED = select(*_COLUMNS).where(_COLUMNS.id == bindparam("id")).with_for_update()


_RECORDED = select(OccurrenceRow.schedule_id, OccurrenceRow.local_date).where(
    OccurrenceRow.schedule_id.in_(bindparam("ids", expanding=True)),
    OccurrenceRow.local_date.in_(bindparam("days", expanding=True)),
)


def _one(schedule_id: str) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(ScheduleRow.id == schedule_id)


def _active() -> Select[*tuple[Any, ...]]:
    query = select(*_COLUMNS).where(ScheduleRow.active)
    return query.order_by(ScheduleRow.next_run_at, ScheduleRow.id)


def _overdue(now: datetime | BindParameter[datetime]) -> Select[*tuple[Any, ...]]:
    return _active().where(ScheduleRow.next_run_at <= now)


# Built once: an idle node asks this each second.
_DUE = (
    _overdue(bindparam("now", type_=UtcDateTime))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)


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
