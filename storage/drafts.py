"""What people have typed and not sent yet."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.draft import Draft
from storage.base import Base
from storage.statements import run
from storage.upsert import insert_or_replace


class DraftRow(Base):
    """One draft."""

    __tablename__ = "draft"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    filled: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(index=True)

    def to_value(self) -> Draft:
        """The frozen value of this row."""
        return Draft(
            workspace=self.workspace,
            user_id=self.user_id,
            place=self.place,
            values=self.filled,
            saved_at=self.saved_at,
        )


_TABLE = cast(Table, DraftRow.__table__)
_DROP = delete(_TABLE).where(
    _TABLE.c.workspace == bindparam("workspace"),
    _TABLE.c.user_id == bindparam("user_id"),
    _TABLE.c.place == bindparam("place"),
)


class SqlDrafts:
    """Implements `bot.ports.drafts.Drafts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, draft: Draft) -> None:
        """Insert or replace it, unless a newer one is kept: two windows may race."""
        known = self.get(draft.workspace, draft.user_id, draft.place)
        if known is not None and known.saved_at > draft.saved_at:
            return
        insert_or_replace(
            self._session,
            DraftRow,
            workspace=draft.workspace,
            user_id=draft.user_id,
            place=draft.place,
            filled=dict(draft.values),
            saved_at=draft.saved_at,
        )

    def get(self, workspace: str, user_id: str, place: str) -> Draft | None:
        """The draft, or None."""
        row = self._session.get(DraftRow, (workspace, user_id, place))
        return row.to_value() if row else None

    def drop(self, workspace: str, user_id: str, place: str) -> None:
        """Forget it."""
        run(self._session, _DROP, {"workspace": workspace, "user_id": user_id, "place": place})

    def forget(self, before: datetime) -> int:
        """Drop what was saved before then; how many."""
        result = self._session.execute(delete(DraftRow).where(DraftRow.saved_at < before))
        assert isinstance(result, CursorResult)
        return result.rowcount
