"""Who passed a week of a facilitator rotation on."""

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base
from storage.upsert import insert_if_absent


class RotationPassRow(Base):
    """One person's passed week."""

    __tablename__ = "rotation_pass"

    standup_id: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]


class SqlRotations:
    """Implements `bot.ports.rotations.Rotations`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def pass_on(self, workspace: str, standup_id: str, week: int, user_id: str) -> bool:
        """Keep that this person passed the week on."""
        return insert_if_absent(
            self._session,
            RotationPassRow,
            standup_id=standup_id,
            week=week,
            user_id=user_id,
            workspace=workspace,
        )

    def take_back(self, standup_id: str, week: int, user_id: str) -> bool:
        """Forget it."""
        statement = delete(RotationPassRow).where(
            RotationPassRow.standup_id == standup_id,
            RotationPassRow.week == week,
            RotationPassRow.user_id == user_id,
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def passes(self, standup_id: str, last: int) -> frozenset[tuple[int, str]]:
        """(week, user id) of the passes up to that week."""
        query = select(RotationPassRow.week, RotationPassRow.user_id).where(
            RotationPassRow.standup_id == standup_id, RotationPassRow.week <= last
        )
        return frozenset((row.week, row.user_id) for row in self._session.execute(query))
