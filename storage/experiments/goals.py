"""Goals and what their numbers came to, as they are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import CursorResult, Index, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.decisions.sight import Sight
from bot.domain.experiments.goals import Goal, GoalSample, GoalWatch
from storage.base import Base
from storage.upsert import insert_or_replace

_GOAL = TypeAdapter(Goal)


class GoalRow(Base):
    """One goal; what is asked for in queries stands beside its body.

    `shown` is what its card shows; `seen_version` and `read_until` say how far the mirror was read
    for it.
    """

    __tablename__ = "goal"
    __table_args__ = (Index("ix_goal_channel", "workspace", "channel"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str]
    owner: Mapped[str]
    author: Mapped[str]
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    shown: Mapped[str] = mapped_column(default="")
    seen_version: Mapped[int | None]
    read_until: Mapped[datetime | None]

    def to_value(self) -> Goal:
        """The frozen value of this row."""
        return _GOAL.validate_python(self.body)


class GoalSampleRow(Base):
    """The last number of a goal that came to be on a day (UTC, as 2026-11-22)."""

    __tablename__ = "goal_sample"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    value: Mapped[float]

    def to_value(self) -> GoalSample:
        """The frozen value of this row."""
        return GoalSample(value=self.value, at=self.at)


class SqlGoals:
    """Implements `bot.ports.goals.Goals`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, goal: Goal) -> None:
        """Store a new one."""
        self._session.add(GoalRow(**_values(goal), seen_version=None, read_until=None))
        self._session.flush()

    def get(self, workspace: str, number: int) -> Goal | None:
        """One goal, or None."""
        row = self._session.get(GoalRow, (workspace, number))
        return row.to_value() if row else None

    def locked(self, workspace: str, number: int) -> Goal | None:
        """One, its row locked."""
        row = self._session.get(
            GoalRow, (workspace, number), with_for_update=True, populate_existing=True
        )
        return row.to_value() if row else None

    def replace(self, goal: Goal) -> bool:
        """Compare and set on the version; the row count says who was first."""
        statement = (
            update(GoalRow)
            .where(
                GoalRow.workspace == goal.workspace,
                GoalRow.number == goal.number,
                GoalRow.version == goal.version - 1,
            )
            .values(**_values(goal))
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def note_shown(self, workspace: str, number: int, shown: str) -> bool:
        """Remember what its card shows; the row count says whether that is new."""
        statement = (
            update(GoalRow)
            .where(GoalRow.workspace == workspace, GoalRow.number == number, GoalRow.shown != shown)
            .values(shown=shown)
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def listed(self, workspace: str, sight: Sight, limit: int) -> list[Goal]:
        """Those in sight, the open ones first, then the newest."""
        query = (
            select(GoalRow)
            .where(
                GoalRow.workspace == workspace,
                or_(
                    GoalRow.channel.in_(sorted(sight.channels)),
                    GoalRow.owner == sight.user_id,
                    GoalRow.author == sight.user_id,
                ),
            )
            .order_by(GoalRow.ended_at.desc().nulls_first(), GoalRow.number.desc())
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def open(self, workspace: str, channel: str = "") -> list[Goal]:
        """Those that nobody has ended, of one channel or of all, by number."""
        query = select(GoalRow).where(GoalRow.workspace == workspace, GoalRow.ended_at.is_(None))
        if channel:
            query = query.where(GoalRow.channel == channel)
        return [row.to_value() for row in self._session.scalars(query.order_by(GoalRow.number))]

    def channels(self, workspace: str) -> list[str]:
        """The channels of goals, ended ones too."""
        query = select(GoalRow.channel).where(GoalRow.workspace == workspace).distinct()
        return sorted(self._session.scalars(query))

    def watch(self, workspace: str, number: int) -> GoalWatch:
        """How far the mirror was read for a goal."""
        query = select(GoalRow.seen_version, GoalRow.read_until).where(
            GoalRow.workspace == workspace, GoalRow.number == number
        )
        row = self._session.execute(query).first()
        return GoalWatch(version=row[0], read_until=row[1]) if row else GoalWatch()

    def watched(self, workspace: str, number: int, watch: GoalWatch) -> None:
        """Keep how far the mirror was read for a goal."""
        self._session.execute(
            update(GoalRow)
            .where(GoalRow.workspace == workspace, GoalRow.number == number)
            .values(seen_version=watch.version, read_until=watch.read_until)
        )

    def keep(self, workspace: str, number: int, samples: Sequence[GoalSample]) -> None:
        """Keep numbers, of each day the latest."""
        latest = {sample.at.date(): sample for sample in sorted(samples, key=lambda one: one.at)}
        for day, sample in latest.items():
            insert_or_replace(
                self._session,
                GoalSampleRow,
                only_if=GoalSampleRow.at <= sample.at,
                workspace=workspace,
                number=number,
                day=day.isoformat(),
                at=sample.at,
                value=sample.value,
            )

    def forget(self, workspace: str, number: int) -> None:
        """Drop all numbers of a goal."""
        self._session.execute(
            delete(GoalSampleRow).where(
                GoalSampleRow.workspace == workspace, GoalSampleRow.number == number
            )
        )

    def latest(self, workspace: str, number: int, until: datetime) -> GoalSample | None:
        """The last kept number at or before `until`, or None; by the primary key."""
        query = (
            select(GoalSampleRow)
            .where(
                GoalSampleRow.workspace == workspace,
                GoalSampleRow.number == number,
                GoalSampleRow.day <= until.date().isoformat(),
                GoalSampleRow.at <= until,
            )
            .order_by(GoalSampleRow.day.desc())
            .limit(1)
        )
        row = self._session.scalars(query).first()
        return row.to_value() if row else None

    def samples(self, workspace: str, number: int) -> list[GoalSample]:
        """All kept numbers, the oldest first."""
        query = (
            select(GoalSampleRow)
            .where(GoalSampleRow.workspace == workspace, GoalSampleRow.number == number)
            .order_by(GoalSampleRow.day)
        )
        return [row.to_value() for row in self._session.scalars(query)]


def _values(goal: Goal) -> dict[str, Any]:
    return {
        "workspace": goal.workspace,
        "number": goal.number,
        "channel": goal.channel,
        "owner": goal.owner,
        "author": goal.author,
        "ended_at": goal.ended.at if goal.ended else None,
        "version": goal.version,
        "body": _GOAL.dump_python(goal, mode="json"),
    }
