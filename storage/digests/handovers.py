"""The last hand-over of each person who gets theirs as a message."""

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.digests.handover_span import INSTANTS, HandoverMark, HandoverWindow
from storage.base import Base
from storage.upsert import insert_or_replace


class HandoverRow(Base):
    """One person's last hand-over: its local date and its instants, as
    `HandoverWindow` names them."""

    __tablename__ = "handover"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    since: Mapped[datetime]
    until: Mapped[datetime]
    issues_since: Mapped[datetime]
    issues_until: Mapped[datetime]
    runs_since: Mapped[datetime]
    runs_until: Mapped[datetime]
    before: Mapped[datetime]

    def to_value(self) -> HandoverMark:
        """The frozen value of this row."""
        window = HandoverWindow.at(*(getattr(self, name) for name in INSTANTS))
        return HandoverMark(day=self.day, window=window)


class SqlHandovers:
    """Implements `bot.ports.handovers.Handovers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, user_id: str) -> HandoverMark | None:
        """The person's last one, or None."""
        row = self._session.get(HandoverRow, (workspace, user_id), populate_existing=True)
        return row.to_value() if row else None

    def mark(self, workspace: str, user_id: str, mark: HandoverMark) -> None:
        """Keep what was decided last."""
        window = mark.window
        insert_or_replace(
            self._session,
            HandoverRow,
            workspace=workspace,
            user_id=user_id,
            day=mark.day,
            since=window.whole.since,
            until=window.whole.until,
            issues_since=window.issues.since,
            issues_until=window.issues.until,
            runs_since=window.runs.since,
            runs_until=window.runs.until,
            before=window.before,
        )

    def forget(self, workspace: str, user_id: str) -> None:
        """Drop the person's mark."""
        self._session.execute(
            delete(HandoverRow).where(
                HandoverRow.workspace == workspace, HandoverRow.user_id == user_id
            )
        )
