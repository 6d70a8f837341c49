"""Stand-ups, reports, skips and blockers."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CursorResult, Index, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.blocker import Blocker
from bot.domain.schedule import Outcome, ScheduleKind
from bot.domain.standup import Answer, Report, Standup, StandupPlan
from storage.base import Base, Json
from storage.schedules import OccurrenceRow, ScheduleRow
from storage.upsert import insert_if_absent, insert_or_replace


class StandupRow(Base):
    """One stand-up."""

    __tablename__ = "standup"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(index=True)
    channel: Mapped[str]
    name: Mapped[str]
    questions: Mapped[list[str]] = mapped_column(Json)
    blocker_question: Mapped[str]
    wall_time: Mapped[time]
    weekdays: Mapped[list[int]] = mapped_column(Json)
    participants: Mapped[list[str]] = mapped_column(Json)
    created_by: Mapped[str]
    version: Mapped[int]
    active: Mapped[bool]

    def to_value(self) -> Standup:
        """The frozen value of this row."""
        plan = StandupPlan(
            name=self.name,
            questions=tuple(self.questions),
            blocker_question=self.blocker_question,
            wall_time=self.wall_time,
            weekdays=frozenset(self.weekdays),
            participants=tuple(self.participants),
        )
        return Standup(
            id=self.id,
            workspace=self.workspace,
            channel=self.channel,
            plan=plan,
            created_by=self.created_by,
            version=self.version,
            active=self.active,
        )


class ReportRow(Base):
    """One person's report of one local date."""

    __tablename__ = "report"
    __table_args__ = (Index(None, "workspace", "submitted_at"),)

    standup_id: Mapped[str] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    answers: Mapped[list[Any]]
    blocker: Mapped[str]
    submitted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]

    def to_value(self) -> Report:
        """The frozen value of this row."""
        return Report(
            workspace=self.workspace,
            standup_id=self.standup_id,
            local_date=self.local_date,
            user_id=self.user_id,
            answers=tuple(Answer(question=q, text=t) for q, t in self.answers),
            blocker=self.blocker,
            submitted_at=self.submitted_at,
            edited_at=self.edited_at,
        )


class SkipRow(Base):
    """One person's word that there will be no report for a date."""

    __tablename__ = "skip"

    standup_id: Mapped[str] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]


class BlockerRow(Base):
    """One blocker."""

    __tablename__ = "blocker"
    __table_args__ = (Index(None, "standup_id", "user_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    standup_id: Mapped[str]
    channel: Mapped[str]
    user_id: Mapped[str]
    text: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    def to_value(self) -> Blocker:
        """The frozen value of this row."""
        return Blocker(
            id=self.id,
            workspace=self.workspace,
            standup_id=self.standup_id,
            channel=self.channel,
            user_id=self.user_id,
            text=self.text,
            opened_at=self.opened_at,
            closed_at=self.closed_at,
        )


class SqlStandups:
    """Implements `bot.ports.standups.Standups`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, standup: Standup) -> None:
        """Store a new one."""
        self._session.add(StandupRow(**_columns(standup)))
        self._session.flush()

    def change(self, standup: Standup, *, from_version: int) -> bool:
        """Compare and set on the version."""
        statement = (
            update(StandupRow)
            .where(StandupRow.id == standup.id, StandupRow.version == from_version)
            .values(**_columns(standup))
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def get(self, workspace: str, standup_id: str) -> Standup | None:
        """One stand-up, or None."""
        query = select(StandupRow).where(
            StandupRow.id == standup_id, StandupRow.workspace == workspace
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def all(self, workspace: str) -> list[Standup]:
        """The active ones, by name."""
        query = (
            select(StandupRow)
            .where(StandupRow.workspace == workspace, StandupRow.active)
            .order_by(StandupRow.name, StandupRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def save_report(self, report: Report) -> None:
        """Insert or replace the person's report of that date."""
        values = {**vars(report), "answers": [[a.question, a.text] for a in report.answers]}
        insert_or_replace(self._session, ReportRow, **values)

    def report(self, standup_id: str, local_date: date, user_id: str) -> Report | None:
        """One report, or None."""
        row = self._session.get(ReportRow, (standup_id, local_date, user_id))
        return row.to_value() if row else None

    def last_report(self, standup_id: str, user_id: str, before: date) -> Report | None:
        """The person's latest report of an earlier date, or None."""
        query = (
            select(ReportRow)
            .where(
                ReportRow.standup_id == standup_id,
                ReportRow.user_id == user_id,
                ReportRow.local_date < before,
            )
            .order_by(ReportRow.local_date.desc())
            .limit(1)
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def reports(self, standup_id: str, local_date: date) -> list[Report]:
        """All reports of one date, in the order in which they came."""
        query = (
            select(ReportRow)
            .where(ReportRow.standup_id == standup_id, ReportRow.local_date == local_date)
            .order_by(ReportRow.submitted_at, ReportRow.user_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def reports_between(
        self, workspace: str, channel: str, since: datetime, until: datetime
    ) -> list[Report]:
        """Reports submitted in (since, until] for the channel's stand-ups, in that order."""
        query = (
            select(ReportRow)
            .join(StandupRow, StandupRow.id == ReportRow.standup_id)
            .where(
                ReportRow.workspace == workspace,
                StandupRow.channel == channel,
                ReportRow.submitted_at > since,
                ReportRow.submitted_at <= until,
            )
            .order_by(ReportRow.submitted_at, ReportRow.user_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def skip(self, workspace: str, standup_id: str, local_date: date, user_id: str) -> bool:
        """The person doesn't report that date; False if that was known."""
        return insert_if_absent(
            self._session,
            SkipRow,
            workspace=workspace,
            standup_id=standup_id,
            local_date=local_date,
            user_id=user_id,
        )

    def unskip(self, standup_id: str, local_date: date, user_id: str) -> None:
        """The person reports after all."""
        self._session.execute(
            delete(SkipRow).where(
                SkipRow.standup_id == standup_id,
                SkipRow.local_date == local_date,
                SkipRow.user_id == user_id,
            )
        )

    def skipped(self, standup_id: str, local_date: date) -> list[str]:
        """Who skips that date."""
        query = select(SkipRow.user_id).where(
            SkipRow.standup_id == standup_id, SkipRow.local_date == local_date
        )
        return list(self._session.scalars(query.order_by(SkipRow.user_id)))

    def prompted(self, standup_id: str, local_date: date) -> list[str]:
        """Who was asked for that date, in that order."""
        query = (
            select(ScheduleRow.user_id)
            .join(OccurrenceRow, OccurrenceRow.schedule_id == ScheduleRow.id)
            .where(
                ScheduleRow.subject == standup_id,
                ScheduleRow.kind == ScheduleKind.STANDUP_PROMPT.value,
                OccurrenceRow.local_date == local_date,
                OccurrenceRow.outcome == Outcome.RAN.value,
            )
            .order_by(OccurrenceRow.run_at, ScheduleRow.user_id)
        )
        return list(self._session.scalars(query))

    def prompted_between(
        self, workspace: str, channel: str, since: datetime, until: datetime
    ) -> Sequence[tuple[str, date, str]]:
        """(stand-up id, local date, user id) of the prompts of (since, until]."""
        query = (
            select(StandupRow.id, OccurrenceRow.local_date, ScheduleRow.user_id)
            .join(ScheduleRow, ScheduleRow.subject == StandupRow.id)
            .join(OccurrenceRow, OccurrenceRow.schedule_id == ScheduleRow.id)
            .where(
                StandupRow.workspace == workspace,
                StandupRow.channel == channel,
                StandupRow.active,
                ScheduleRow.active,
                OccurrenceRow.outcome == Outcome.RAN.value,
                OccurrenceRow.run_at > since,
                OccurrenceRow.run_at <= until,
            )
            .order_by(OccurrenceRow.run_at, ScheduleRow.user_id)
        )
        return [(row[0], row[1], row[2]) for row in self._session.execute(query)]


class SqlBlockers:
    """Implements `bot.ports.standups.Blockers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_of(self, standup_id: str, user_id: str) -> Blocker | None:
        """The person's open blocker in one stand-up, or None."""
        query = select(BlockerRow).where(
            BlockerRow.standup_id == standup_id,
            BlockerRow.user_id == user_id,
            BlockerRow.closed_at.is_(None),
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def open(self, workspace: str, channel: str) -> list[Blocker]:
        """The open blockers of a channel, oldest first."""
        query = (
            select(BlockerRow)
            .where(
                BlockerRow.workspace == workspace,
                BlockerRow.channel == channel,
                BlockerRow.closed_at.is_(None),
            )
            .order_by(BlockerRow.opened_at, BlockerRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def save(self, blocker: Blocker) -> None:
        """Insert or replace one."""
        insert_or_replace(self._session, BlockerRow, **vars(blocker))


def _columns(standup: Standup) -> dict[str, Any]:
    plan = standup.plan
    return {
        "id": standup.id,
        "workspace": standup.workspace,
        "channel": standup.channel,
        "name": plan.name,
        "questions": list(plan.questions),
        "blocker_question": plan.blocker_question,
        "wall_time": plan.wall_time,
        "weekdays": sorted(plan.weekdays),
        "participants": list(plan.participants),
        "created_by": standup.created_by,
        "version": standup.version,
        "active": standup.active,
    }
