"""Roles that owners gave."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.privacy.roles import Grant, Role
from storage.base import Base
from storage.ledger import NumberRow
from storage.upsert import insert_if_absent, insert_or_replace

_LOCK = "roles"


class RoleRow(Base):
    """One person's role in one workspace."""

    __tablename__ = "role"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]

    def to_value(self) -> Grant:
        """The frozen value of this row."""
        return Grant(
            workspace=self.workspace,
            user_id=self.user_id,
            role=Role[self.role.upper()],
            by=self.by,
            at=self.at,
        )


class SqlRoles:
    """Implements `bot.ports.privacy.Roles`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, user_id: str) -> Grant | None:
        """What somebody was given, or None."""
        row = self._session.get(RoleRow, {"workspace": workspace, "user_id": user_id})
        return row.to_value() if row else None

    def all(self, workspace: str) -> list[Grant]:
        """Everything that was given, by person."""
        query = select(RoleRow).where(RoleRow.workspace == workspace).order_by(RoleRow.user_id)
        return [row.to_value() for row in self._session.scalars(query)]

    def locked(self, workspace: str) -> list[Grant]:
        """Two owners who step down at once must not both find the other one there."""
        insert_if_absent(self._session, NumberRow, workspace=workspace, name=_LOCK, value=0)
        key = {"workspace": workspace, "name": _LOCK}
        self._session.get_one(NumberRow, key, with_for_update=True)
        self._session.expire_all()
        return self.all(workspace)

    def give(self, grant: Grant) -> None:
        """Insert or replace one."""
        insert_or_replace(
            self._session,
            RoleRow,
            workspace=grant.workspace,
            user_id=grant.user_id,
            role=grant.role.word,
            by=grant.by,
            at=grant.at,
        )
