"""Settings of digests and up to where each one reported."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.digests.settings import Audience, DigestChoice, DigestSettings, Marks, Weekly
from bot.domain.issues.naming import Unfurl
from bot.domain.issues.sharing import IssueField
from storage.base import Base, Json
from storage.upsert import insert_if_absent


class DigestRow(Base):
    """One channel's digest."""

    __tablename__ = "digest"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str]
    wall_time: Mapped[time]
    weekdays: Mapped[list[int]] = mapped_column(Json)
    projects: Mapped[list[str]] = mapped_column(Json)
    fields: Mapped[list[str]] = mapped_column(Json)
    shared_ok: Mapped[bool]
    experiments: Mapped[list[str]] = mapped_column(Json)
    audience: Mapped[str]
    weekly_day: Mapped[int | None]
    weekly_time: Mapped[time]
    unfurl: Mapped[str]
    active: Mapped[bool]
    owner: Mapped[str]
    version: Mapped[int]
    until: Mapped[datetime | None]
    issues_until: Mapped[datetime | None]
    runs_until: Mapped[datetime | None]
    weekly_until: Mapped[datetime | None]

    def to_value(self) -> DigestSettings:
        """The frozen value of this row."""
        return DigestSettings(
            workspace=self.workspace,
            channel=self.channel,
            choice=DigestChoice(
                zone=self.zone,
                wall_time=self.wall_time,
                weekdays=frozenset(self.weekdays),
                projects=tuple(self.projects),
                fields=frozenset(map(IssueField, self.fields)),
                shared_ok=self.shared_ok,
                experiments=tuple(self.experiments),
                audience=Audience(self.audience),
                weekly=Weekly(weekday=self.weekly_day, wall_time=self.weekly_time),
                unfurl=Unfurl(self.unfurl),
                active=self.active,
            ),
            owner=self.owner,
            version=self.version,
            marks=Marks(until=self.until, issues=self.issues_until, runs=self.runs_until),
            weekly_until=self.weekly_until,
        )


class SqlDigests:
    """Implements `bot.ports.digests.Digests`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, channel: str) -> DigestSettings | None:
        """The channel's settings, or None."""
        row = self._session.get(DigestRow, (workspace, channel), populate_existing=True)
        return row.to_value() if row else None

    def all(self, workspace: str) -> list[DigestSettings]:
        """Every channel's settings, by channel."""
        query = (
            select(DigestRow).where(DigestRow.workspace == workspace).order_by(DigestRow.channel)
        )
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return [row.to_value() for row in rows]

    def add(self, settings: DigestSettings) -> bool:
        """Store a channel's first settings; the primary key decides who was first."""
        return insert_if_absent(
            self._session,
            DigestRow,
            workspace=settings.workspace,
            channel=settings.channel,
            **_values(settings),
            **_mark_values(settings.marks),
            weekly_until=settings.weekly_until,
        )

    def change(self, settings: DigestSettings, *, from_version: int) -> bool:
        """Replace them by compare-and-set on the version; marks belong to the tick."""
        result = self._session.execute(
            update(DigestRow)
            .where(
                DigestRow.workspace == settings.workspace,
                DigestRow.channel == settings.channel,
                DigestRow.version == from_version,
            )
            .values(**_values(settings))
        )
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def mark(self, workspace: str, channel: str, marks: Marks) -> None:
        """Keep up to where the channel's digest reported."""
        self._session.execute(
            update(DigestRow)
            .where(DigestRow.workspace == workspace, DigestRow.channel == channel)
            .values(**_mark_values(marks))
        )

    def mark_weekly(self, workspace: str, channel: str, until: datetime | None) -> None:
        """Keep up to where the channel's weekly digest reported."""
        self._session.execute(
            update(DigestRow)
            .where(DigestRow.workspace == workspace, DigestRow.channel == channel)
            .values(weekly_until=until)
        )


def _values(settings: DigestSettings) -> dict[str, Any]:
    choice = settings.choice
    return {
        "zone": choice.zone,
        "wall_time": choice.wall_time,
        "weekdays": sorted(choice.weekdays),
        "projects": list(choice.projects),
        "fields": sorted(choice.fields),
        "shared_ok": choice.shared_ok,
        "experiments": list(choice.experiments),
        "audience": choice.audience.value,
        "weekly_day": choice.weekly.weekday,
        "weekly_time": choice.weekly.wall_time,
        "unfurl": choice.unfurl.value,
        "active": choice.active,
        "owner": settings.owner,
        "version": settings.version,
    }


def _mark_values(marks: Marks) -> dict[str, Any]:
    return {"until": marks.until, "issues_until": marks.issues, "runs_until": marks.runs}
