"""Silences, what channels want to hear, and feedback."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import CursorResult, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.rules import Severity
from bot.domain.alerts.silences import ChannelNoise, MuteTime, Silence
from storage.base import Base
from storage.upsert import insert_or_replace


class SilenceRow(Base):
    """One silence; an empty matcher matches everything."""

    __tablename__ = "silence"
    __table_args__ = (Index(None, "workspace", "until"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    rule_number: Mapped[int]
    model: Mapped[str]
    experiment: Mapped[str]
    severity: Mapped[str]

    def to_value(self) -> Silence:
        """The frozen value of this row."""
        return Silence(
            workspace=self.workspace,
            number=self.number,
            channel=self.channel,
            by=self.by,
            reason=self.reason,
            created_at=self.created_at,
            until=self.until,
            rule_number=self.rule_number,
            model=self.model,
            experiment=self.experiment,
            severity=Severity(self.severity) if self.severity else None,
        )


class ChannelNoiseRow(Base):
    """What one channel chose."""

    __tablename__ = "channel_noise"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    budget: Mapped[int]
    mutes: Mapped[list[Any]]

    def to_value(self) -> ChannelNoise:
        """The frozen value of this row."""
        mutes = tuple(_mute(stored) for stored in self.mutes)
        return ChannelNoise(
            workspace=self.workspace, channel=self.channel, budget=self.budget, mutes=mutes
        )


class FeedbackRow(Base):
    """One person's word on one incident."""

    __tablename__ = "alert_feedback"
    __table_args__ = (Index(None, "workspace", "at"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    rule_number: Mapped[int]
    useful: Mapped[bool]
    at: Mapped[datetime]

    def to_value(self) -> Feedback:
        """The frozen value of this row."""
        return Feedback(
            workspace=self.workspace,
            incident_id=self.incident_id,
            rule_number=self.rule_number,
            user_id=self.user_id,
            useful=self.useful,
            at=self.at,
        )


class SqlSilences:
    """Implements `bot.ports.alert_noise.Silences`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, silence: Silence) -> None:
        """Store a new one."""
        values = {**vars(silence), "severity": silence.severity or ""}
        self._session.add(SilenceRow(**values))
        self._session.flush()

    def get(self, workspace: str, number: int) -> Silence | None:
        """One, expired or not, or None."""
        row = self._session.get(SilenceRow, (workspace, number))
        return row.to_value() if row else None

    def active(self, workspace: str, now: datetime) -> list[Silence]:
        """Those that haven't expired, the first to expire first."""
        query = (
            select(SilenceRow)
            .where(SilenceRow.workspace == workspace, SilenceRow.until > now)
            .order_by(SilenceRow.until, SilenceRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def expire(self, workspace: str, number: int, now: datetime) -> bool:
        """Let one end now, once."""
        result = self._session.execute(
            update(SilenceRow)
            .where(
                SilenceRow.workspace == workspace,
                SilenceRow.number == number,
                SilenceRow.until > now,
            )
            .values(until=now)
        )
        assert isinstance(result, CursorResult)
        return result.rowcount == 1


class SqlNoise:
    """Implements `bot.ports.alert_noise.Noise`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, channel: str) -> ChannelNoise | None:
        """A channel's choice, or None."""
        row = self._session.get(ChannelNoiseRow, (workspace, channel))
        return row.to_value() if row else None

    def save(self, noise: ChannelNoise) -> None:
        """Insert or replace one."""
        insert_or_replace(
            self._session,
            ChannelNoiseRow,
            workspace=noise.workspace,
            channel=noise.channel,
            budget=noise.budget,
            mutes=[_packed(mute) for mute in noise.mutes],
        )


class SqlFeedbacks:
    """Implements `bot.ports.alert_noise.Feedbacks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def give(self, feedback: Feedback) -> None:
        """Keep a word; a person's later one on the same incident replaces it."""
        insert_or_replace(self._session, FeedbackRow, **vars(feedback))

    def of(self, workspace: str, incident_id: str) -> list[Feedback]:
        """Every word on an incident, oldest first."""
        query = (
            select(FeedbackRow)
            .where(FeedbackRow.workspace == workspace, FeedbackRow.incident_id == incident_id)
            .order_by(FeedbackRow.at, FeedbackRow.user_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def since(self, workspace: str, since: datetime) -> list[Feedback]:
        """Every word since then, oldest first."""
        query = (
            select(FeedbackRow)
            .where(FeedbackRow.workspace == workspace, FeedbackRow.at >= since)
            .order_by(FeedbackRow.at, FeedbackRow.incident_id, FeedbackRow.user_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]


def _packed(mute: MuteTime) -> dict[str, Any]:
    return {
        "weekdays": sorted(mute.weekdays),
        "start": mute.start.isoformat("minutes"),
        "end": mute.end.isoformat("minutes"),
        "zone": mute.zone,
    }


def _mute(stored: dict[str, Any]) -> MuteTime:
    return MuteTime(
        weekdays=frozenset(stored["weekdays"]),
        start=time.fromisoformat(stored["start"]),
        end=time.fromisoformat(stored["end"]),
        zone=stored["zone"],
    )
