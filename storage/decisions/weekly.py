"""Weekly digests of decisions, and which decisions are open or due."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Exists, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.review import ReviewAnswer
from bot.domain.decisions.weekly import Scope, WeeklyChoice, WeeklySettings
from storage.base import Base
from storage.decisions.rows import DecisionReviewRow, DecisionRow
from storage.upsert import insert_if_absent


class WeeklyRow(Base):
    """One channel's weekly digest."""

    __tablename__ = "decision_weekly"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str]
    weekday: Mapped[int]
    wall_time: Mapped[time]
    scope: Mapped[str]
    active: Mapped[bool]
    owner: Mapped[str]
    version: Mapped[int]
    until: Mapped[datetime | None]

    def to_value(self) -> WeeklySettings:
        """The frozen value of this row."""
        return WeeklySettings(
            workspace=self.workspace,
            channel=self.channel,
            choice=WeeklyChoice(
                zone=self.zone,
                weekday=self.weekday,
                wall_time=self.wall_time,
                scope=Scope(self.scope),
                active=self.active,
            ),
            owner=self.owner,
            version=self.version,
            until=self.until,
        )


class SqlRhythm:
    """Implements `bot.ports.rhythm.Rhythm`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, channel: str) -> WeeklySettings | None:
        """The channel's settings, or None."""
        row = self._session.get(WeeklyRow, (workspace, channel), populate_existing=True)
        return row.to_value() if row else None

    def add(self, settings: WeeklySettings) -> bool:
        """Store a channel's first settings; the primary key decides who was first."""
        return insert_if_absent(
            self._session,
            WeeklyRow,
            workspace=settings.workspace,
            channel=settings.channel,
            until=settings.until,
            **_values(settings),
        )

    def change(self, settings: WeeklySettings, *, from_version: int) -> bool:
        """Replace them by compare-and-set on the version; `until` belongs to the tick."""
        result = self._session.execute(
            update(WeeklyRow)
            .where(
                WeeklyRow.workspace == settings.workspace,
                WeeklyRow.channel == settings.channel,
                WeeklyRow.version == from_version,
            )
            .values(**_values(settings))
        )
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def mark(self, workspace: str, channel: str, until: datetime | None) -> None:
        """Keep up to where the channel's digest reported."""
        self._session.execute(
            update(WeeklyRow)
            .where(WeeklyRow.workspace == workspace, WeeklyRow.channel == channel)
            .values(until=until)
        )

    def proposed(self, workspace: str) -> list[DecisionRecord]:
        """All that are proposed, by number."""
        query = (
            select(DecisionRow)
            .where(
                DecisionRow.workspace == workspace,
                DecisionRow.status == DecisionStatus.PROPOSED.value,
            )
            .order_by(DecisionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def review_dates(self, workspace: str, until: date) -> list[DecisionRecord]:
        """Accepted ones whose date comes up to `until`, and that nobody is asked to look at."""
        kept = DecisionReviewRow.answer == ReviewAnswer.KEPT.value
        as_written = (DecisionRow.review_on <= until) & ~_reviewed(workspace, kept)
        later = DecisionReviewRow.next_on <= until
        query = (
            select(DecisionRow)
            .where(
                DecisionRow.workspace == workspace,
                DecisionRow.status == DecisionStatus.ACCEPTED.value,
                as_written | _reviewed(workspace, kept & later),
                ~_reviewed(workspace, DecisionReviewRow.answer.is_(None)),
            )
            .order_by(DecisionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]


def _reviewed(workspace: str, how: ColumnElement[bool]) -> Exists:
    """Whether the decision has such a review."""
    return exists().where(
        DecisionReviewRow.workspace == workspace,
        DecisionReviewRow.number == DecisionRow.number,
        how,
    )


def _values(settings: WeeklySettings) -> dict[str, Any]:
    choice = settings.choice
    return {
        "zone": choice.zone,
        "weekday": choice.weekday,
        "wall_time": choice.wall_time,
        "scope": choice.scope.value,
        "active": choice.active,
        "owner": settings.owner,
        "version": settings.version,
    }
