"""Looking back: deleted stand-ups and closed blockers, too."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.domain.blocker import Blocker
from bot.domain.standup import Standup
from storage.blockers import BlockerRow
from storage.standups import StandupRow


class SqlHistory:
    """Implements `bot.ports.history.History`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standups(self, workspace: str) -> list[Standup]:
        """Every stand-up that there ever was."""
        query = (
            select(StandupRow)
            .where(StandupRow.workspace == workspace)
            .order_by(StandupRow.active.desc(), StandupRow.name, StandupRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def blockers(self, standup_ids: Sequence[str], since: datetime) -> list[Blocker]:
        """The blockers that were open at some time since then."""
        query = (
            select(BlockerRow)
            .where(
                BlockerRow.standup_id.in_(standup_ids),
                or_(BlockerRow.closed_at.is_(None), BlockerRow.closed_at >= since),
            )
            .order_by(BlockerRow.opened_at, BlockerRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]
