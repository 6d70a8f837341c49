"""Members of workspaces."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.person import Person
from storage.base import Base
from storage.upsert import insert_or_replace


class PersonRow(Base):
    """One member of one workspace."""

    __tablename__ = "person"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    email: Mapped[str]
    is_bot: Mapped[bool]
    is_guest: Mapped[bool]
    is_external: Mapped[bool]
    deleted: Mapped[bool]

    def to_value(self) -> Person:
        """The frozen value of this row."""
        return Person(
            workspace=self.workspace,
            user_id=self.user_id,
            name=self.name,
            zone=self.zone,
            email=self.email,
            is_bot=self.is_bot,
            is_guest=self.is_guest,
            is_external=self.is_external,
            deleted=self.deleted,
        )


class SqlPeople:
    """Implements `bot.ports.repositories.People`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, people: Iterable[Person]) -> None:
        """Insert or replace them."""
        for person in people:
            insert_or_replace(self._session, PersonRow, **vars(person))

    def get(self, workspace: str, user_id: str) -> Person | None:
        """One member, or None."""
        row = self._session.get(PersonRow, (workspace, user_id))
        return row.to_value() if row else None

    def several(self, workspace: str, user_ids: Iterable[str]) -> dict[str, Person]:
        """Those of `user_ids` that are known, by id."""
        query = select(PersonRow).where(
            PersonRow.workspace == workspace, PersonRow.user_id.in_(list(user_ids))
        )
        return {row.user_id: row.to_value() for row in self._session.scalars(query)}

    def locked(self, workspace: str, user_ids: Iterable[str]) -> dict[str, Person]:
        """Like `several`, locked in the order of their ids, so that two never wait in a ring."""
        query = (
            select(PersonRow)
            .where(PersonRow.workspace == workspace, PersonRow.user_id.in_(list(user_ids)))
            .order_by(PersonRow.user_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return {row.user_id: row.to_value() for row in self._session.scalars(query)}

    def all(self, workspace: str) -> list[Person]:
        """Every known member, by name."""
        query = select(PersonRow).where(PersonRow.workspace == workspace).order_by(PersonRow.name)
        return [row.to_value() for row in self._session.scalars(query)]
