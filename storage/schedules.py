"""Durable schedules and their occurrences."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.schedule import Outcome, Schedule, ScheduleKind
from storage.base import Base, Json
from storage.upsert import insert_if_absent, insert_or_replace, replace_all


class ScheduleRow(Base):
    """One schedule; `next_run_at` is the index that the tick reads."""

    __tablename__ = "schedule"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str]
    zone: Mapped[str]
    wall_time: Mapped[time]
    weekdays: Mapped[list[int]] = mapped_column(Json)
    next_run_at: Mapped[datetime] = mapped_column(index=True)
    next_date: Mapped[date]
    active: Mapped[bool]

    def to_value(self) -> Schedule:
        """The frozen value of this row."""
        return Schedule(
            id=self.id,
            workspace=self.workspace,
            kind=ScheduleKind(self.kind),
            subject=self.subject,
            user_id=self.user_id,
            zone=self.zone,
            wall_time=self.wall_time,
            weekdays=frozenset(self.weekdays),
            next_run_at=self.next_run_at,
            next_date=self.next_date,
            active=self.active,
        )


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

    def get(self, schedule_id: str) -> Schedule | None:
        """One schedule, or None."""
        row = self._session.get(ScheduleRow, schedule_id)
        return row.to_value() if row else None

    def locked(self, schedule_id: str) -> Schedule | None:
        """Like `get`, locked; the tick of another node passes it over meanwhile."""
        row = self._session.get(
            ScheduleRow, schedule_id, populate_existing=True, with_for_update=True
        )
        return row.to_value() if row else None

    def due(self, now: datetime, limit: int) -> list[Schedule]:
        """Active ones that are due; on PostgreSQL rows that another node holds are passed over."""
        query = (
            select(ScheduleRow)
            .where(ScheduleRow.active, ScheduleRow.next_run_at <= now)
            .order_by(ScheduleRow.next_run_at, ScheduleRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def active(self) -> list[Schedule]:
        """All active schedules, earliest next run first."""
        query = (
            select(ScheduleRow)
            .where(ScheduleRow.active)
            .order_by(ScheduleRow.next_run_at, ScheduleRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def of(self, workspace: str, kind: ScheduleKind, subject: str) -> list[Schedule]:
        """The schedules of one subject."""
        query = (
            select(ScheduleRow)
            .where(
                ScheduleRow.workspace == workspace,
                ScheduleRow.kind == kind.value,
                ScheduleRow.subject == subject,
            )
            .order_by(ScheduleRow.next_run_at, ScheduleRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def record(
        self,
        schedule: Schedule,
        local_date: date,
        run_at: datetime,
        outcome: Outcome,
        reason: str = "",
    ) -> bool:
        """Store what became of a local date; the unique key decides who was first."""
        return insert_if_absent(
            self._session,
            OccurrenceRow,
            schedule_id=schedule.id,
            workspace=schedule.workspace,
            local_date=local_date,
            run_at=run_at,
            outcome=outcome.value,
            reason=reason,
        )

    def had_turn(self, schedule_id: str, local_date: date) -> bool:
        """Whether it is recorded what became of that local date."""
        query = select(OccurrenceRow.id).where(
            OccurrenceRow.schedule_id == schedule_id, OccurrenceRow.local_date == local_date
        )
        return self._session.scalar(query) is not None


def _columns(schedule: Schedule) -> dict[str, Any]:
    return {**vars(schedule), "weekdays": sorted(schedule.weekdays)}
