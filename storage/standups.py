"""Stand-ups and reports."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CursorResult, Index, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.report import Answer, FollowUp, PlanItem, Report
from bot.domain.standup import PostMode, Standup, StandupPlan
from storage.base import Base, Json
from storage.experiments.tried_text import keep_report
from storage.statements import Rows
from storage.upsert import insert_or_replace


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
    optional: Mapped[list[str]] = mapped_column(Json)
    observers: Mapped[list[str]] = mapped_column(Json)
    managers: Mapped[list[str]] = mapped_column(Json)
    everyone: Mapped[bool]
    excluded: Mapped[list[str]] = mapped_column(Json)
    close_after: Mapped[int]
    reminders: Mapped[int]
    post_mode: Mapped[str]
    escalate_after: Mapped[int]
    projects: Mapped[list[str]] = mapped_column(Json)
    days_off: Mapped[list[str]] = mapped_column(Json)
    mood: Mapped[bool]
    call_weekday: Mapped[int]
    created_by: Mapped[str]
    version: Mapped[int]
    active: Mapped[bool]
    paused: Mapped[bool]
    resting: Mapped[list[str]] = mapped_column(Json)
    changed_by: Mapped[str]
    changed_at: Mapped[datetime | None]

    def to_value(self) -> Standup:
        """The frozen value of this row."""
        plan = StandupPlan(
            name=self.name,
            questions=tuple(self.questions),
            blocker_question=self.blocker_question,
            wall_time=self.wall_time,
            weekdays=frozenset(self.weekdays),
            participants=tuple(self.participants),
            optional=tuple(self.optional),
            observers=tuple(self.observers),
            managers=tuple(self.managers),
            everyone=self.everyone,
            excluded=tuple(self.excluded),
            close_after=self.close_after,
            reminders=self.reminders,
            post_mode=PostMode(self.post_mode),
            escalate_after=self.escalate_after,
            projects=tuple(self.projects),
            days_off=tuple(date.fromisoformat(day) for day in self.days_off),
            mood=self.mood,
            call_weekday=self.call_weekday,
        )
        return Standup(
            id=self.id,
            workspace=self.workspace,
            channel=self.channel,
            plan=plan,
            created_by=self.created_by,
            version=self.version,
            active=self.active,
            paused=self.paused,
            resting=tuple(self.resting),
            changed_by=self.changed_by,
            changed_at=self.changed_at,
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
    reviewed: Mapped[list[Any]]
    links: Mapped[list[Any]] = mapped_column(Json)

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
            reviewed=tuple(
                PlanItem(text=t, carried=n, became=FollowUp(became) if became else None)
                for t, n, became in self.reviewed
            ),
            references=tuple(
                Reference(kind=ReferenceKind(kind), key=key, anchor=anchor)
                for kind, key, anchor in self.links
            ),
        )


_STANDUP = Rows(
    StandupRow,
    StandupRow.to_value,
    lambda c: [c.id == bindparam("id"), c.workspace == bindparam("workspace")],
)
_SEVERAL = Rows(
    StandupRow,
    StandupRow.to_value,
    lambda c: [
        c.workspace == bindparam("workspace"),
        c.id.in_(bindparam("ids", expanding=True)),
    ],
)
_REPORT = Rows(
    ReportRow,
    ReportRow.to_value,
    lambda c: [
        c.standup_id == bindparam("standup_id"),
        c.local_date == bindparam("local_date"),
        c.user_id == bindparam("user_id"),
    ],
)
_LAST_REPORT = Rows(
    ReportRow,
    ReportRow.to_value,
    lambda c: [
        c.standup_id == bindparam("standup_id"),
        c.user_id == bindparam("user_id"),
        c.local_date < bindparam("before"),
    ],
    order_by=lambda c: [c.local_date.desc()],
    limit=1,
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
        return _STANDUP.first(self._session, id=standup_id, workspace=workspace)

    def several(self, workspace: str, standup_ids: Collection[str]) -> dict[str, Standup]:
        """Those of `standup_ids` that are known, by id."""
        found = _SEVERAL.all(self._session, workspace=workspace, ids=list(standup_ids))
        return {standup.id: standup for standup in found}

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
        values = {
            **vars(report),
            "answers": [[a.question, a.text] for a in report.answers],
            "reviewed": [[i.text, i.carried, i.became] for i in report.reviewed],
            "links": [[r.kind, r.key, r.anchor] for r in report.references],
        }
        del values["references"]
        insert_or_replace(self._session, ReportRow, **values)
        keep_report(self._session, report)

    def report(self, standup_id: str, local_date: date, user_id: str) -> Report | None:
        """One report, or None."""
        return _REPORT.first(
            self._session, standup_id=standup_id, local_date=local_date, user_id=user_id
        )

    def last_report(self, standup_id: str, user_id: str, before: date) -> Report | None:
        """The person's latest report of an earlier date, or None."""
        return _LAST_REPORT.first(
            self._session, standup_id=standup_id, user_id=user_id, before=before
        )

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

    def locked(self, workspace: str, standup_id: str) -> Standup | None:
        """One stand-up, its row locked."""
        query = (
            select(StandupRow)
            .where(StandupRow.id == standup_id, StandupRow.workspace == workspace)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def reports_of_days(
        self, standup_ids: Sequence[str], first: date, last: date, user_id: str = ""
    ) -> list[Report]:
        """Reports of these local dates, oldest first."""
        query = (
            select(ReportRow)
            .where(ReportRow.standup_id.in_(standup_ids), ReportRow.local_date.between(first, last))
            .order_by(ReportRow.local_date, ReportRow.submitted_at, ReportRow.user_id)
        )
        if user_id:
            query = query.where(ReportRow.user_id == user_id)
        return [row.to_value() for row in self._session.scalars(query)]


def _columns(standup: Standup) -> dict[str, Any]:
    plan = standup.plan
    return {
        **vars(plan),
        "questions": list(plan.questions),
        "weekdays": sorted(plan.weekdays),
        "participants": list(plan.participants),
        "optional": list(plan.optional),
        "observers": list(plan.observers),
        "managers": list(plan.managers),
        "excluded": list(plan.excluded),
        "post_mode": plan.post_mode.value,
        "projects": list(plan.projects),
        "days_off": [day.isoformat() for day in sorted(plan.days_off)],
        "id": standup.id,
        "workspace": standup.workspace,
        "channel": standup.channel,
        "created_by": standup.created_by,
        "version": standup.version,
        "active": standup.active,
        "paused": standup.paused,
        "resting": list(standup.resting),
        "changed_by": standup.changed_by,
        "changed_at": standup.changed_at,
    }
