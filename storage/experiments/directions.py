"""Which way metrics get better, as people said."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments.directions import SaidDirection
from bot.domain.metrics import Direction
from storage.base import Base
from storage.upsert import insert_if_absent, insert_or_replace


class SaidDirectionRow(Base):
    """What somebody said of one metric of one experiment."""

    __tablename__ = "said_direction"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    experiment_id: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str]
    said_by: Mapped[str]
    said_at: Mapped[datetime]

    def to_value(self) -> SaidDirection:
        """The frozen value of this row."""
        return SaidDirection(
            workspace=self.workspace,
            experiment_id=self.experiment_id,
            metric=self.metric,
            direction=Direction(self.direction),
            said_by=self.said_by,
            said_at=self.said_at,
        )


class SqlDirections:
    """Implements `bot.ports.directions.Directions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, experiment_id: str, metric: str) -> SaidDirection | None:
        """What was said, or None."""
        row = self._session.get(SaidDirectionRow, (workspace, experiment_id, metric))
        return row.to_value() if row else None

    def all(self, workspace: str) -> list[SaidDirection]:
        """Everything that was said."""
        query = (
            select(SaidDirectionRow)
            .where(SaidDirectionRow.workspace == workspace)
            .order_by(SaidDirectionRow.experiment_id, SaidDirectionRow.metric)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def add(self, said: SaidDirection) -> bool:
        """Keep it; False where somebody was faster."""
        return insert_if_absent(self._session, SaidDirectionRow, **vars(said))

    def save(self, said: SaidDirection) -> None:
        """Insert or replace it."""
        insert_or_replace(self._session, SaidDirectionRow, **vars(said))
