"""Members of workspaces."""

from collections.abc import Iterable
from datetime import time

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.person import Choices, Person
from bot.domain.working_time import WorkingTime
from storage.base import Base, Json
from storage.privacy.rows import ForgottenRow
from storage.statements import Rows
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
    is_admin: Mapped[bool]
    deleted: Mapped[bool]

    def to_value(self, choices: Choices) -> Person:
        """The frozen value of this row, with what the person chose."""
        return Person(
            workspace=self.workspace,
            user_id=self.user_id,
            name=self.name,
            zone=choices.zone or self.zone,
            slack_zone=self.zone,
            email=self.email,
            is_bot=self.is_bot,
            is_guest=self.is_guest,
            is_external=self.is_external,
            is_admin=self.is_admin,
            deleted=self.deleted,
            choices=choices,
        )


class ChoicesRow(Base):
    """What a person chose about themselves; Slack's word on them never overwrites it."""

    __tablename__ = "choices"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str]
    day_start: Mapped[time]
    day_end: Mapped[time]
    weekdays: Mapped[list[int]] = mapped_column(Json)
    country: Mapped[str]
    region: Mapped[str]
    jira_account: Mapped[str]
    jira_name: Mapped[str]
    jira_found: Mapped[str]
    mlflow_user: Mapped[str]
    handover: Mapped[bool]

    def to_value(self) -> Choices:
        """The frozen value of this row."""
        return Choices(
            zone=self.zone,
            hours=WorkingTime(start=self.day_start, end=self.day_end),
            weekdays=frozenset(self.weekdays),
            country=self.country,
            region=self.region,
            jira_account=self.jira_account,
            jira_name=self.jira_name,
            jira_found=self.jira_found,
            mlflow_user=self.mlflow_user,
            handover=self.handover,
        )


class SqlPeople:
    """Implements `bot.ports.repositories.People`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, people: Iterable[Person]) -> None:
        """Insert or replace what Slack says of them; what they chose stays, who asked to be
        forgotten too."""
        for person in self._wanted(list(people)):
            insert_or_replace(
                self._session,
                PersonRow,
                workspace=person.workspace,
                user_id=person.user_id,
                name=person.name,
                zone=person.slack_zone or person.zone,
                email=person.email,
                is_bot=person.is_bot,
                is_guest=person.is_guest,
                is_external=person.is_external,
                is_admin=person.is_admin,
                deleted=person.deleted,
            )

    def _wanted(self, people: list[Person]) -> list[Person]:
        query = select(ForgottenRow).where(
            ForgottenRow.workspace.in_({person.workspace for person in people})
        )
        forgotten = {(row.workspace, row.user_id) for row in self._session.scalars(query)}
        return [each for each in people if (each.workspace, each.user_id) not in forgotten]

    def choose(self, workspace: str, user_id: str, choices: Choices) -> None:
        """Keep what a person chose."""
        insert_or_replace(
            self._session,
            ChoicesRow,
            workspace=workspace,
            user_id=user_id,
            zone=choices.zone,
            day_start=choices.hours.start,
            day_end=choices.hours.end,
            weekdays=sorted(choices.weekdays),
            country=choices.country,
            region=choices.region,
            jira_account=choices.jira_account,
            jira_name=choices.jira_name,
            jira_found=choices.jira_found,
            mlflow_user=choices.mlflow_user,
            handover=choices.handover,
        )

    def get(self, workspace: str, user_id: str) -> Person | None:
        """One member, or None."""
        return self.several(workspace, [user_id]).get(user_id)

    def several(self, workspace: str, user_ids: Iterable[str]) -> dict[str, Person]:
        """Those of `user_ids` that are known, by id."""
        wanted = {"of": workspace, "ids": list(user_ids)}
        choices = _CHOSEN.all(self._session, **wanted)
        chosen = {row.user_id: ChoicesRow.to_value(row) for row in choices}
        return {
            row.user_id: PersonRow.to_value(row, chosen.get(row.user_id, _NOTHING_CHOSEN))
            for row in _SAID.all(self._session, **wanted)
        }

    def locked(self, workspace: str, user_ids: Iterable[str]) -> dict[str, Person]:
        """Like `several`, locked in the order of their ids, so that two never wait in a ring."""
        query = (
            _everything(workspace)
            .where(PersonRow.user_id.in_(list(user_ids)))
            .order_by(PersonRow.user_id)
            .with_for_update(of=PersonRow)
            .execution_options(populate_existing=True)
        )
        return self._people(query)

    def all(self, workspace: str) -> list[Person]:
        """Every known member, by name."""
        return list(self._people(_everything(workspace).order_by(PersonRow.name)).values())

    def _people(self, query: Select[PersonRow, ChoicesRow]) -> dict[str, Person]:
        found = (_person(row) for row in self._session.execute(query))
        return {person.user_id: person for person in found}


def _everything(workspace: str) -> Select[PersonRow, ChoicesRow]:
    same = and_(
        ChoicesRow.workspace == PersonRow.workspace, ChoicesRow.user_id == PersonRow.user_id
    )
    query = select(PersonRow, ChoicesRow).join(ChoicesRow, same, isouter=True)
    return query.where(PersonRow.workspace == workspace)


_NOTHING_CHOSEN = Choices()
_SAID = Rows(
    PersonRow,
    lambda row: row,
    lambda c: [c.workspace == bindparam("of"), c.user_id.in_(bindparam("ids", expanding=True))],
)
_CHOSEN = Rows(
    ChoicesRow,
    lambda row: row,
    lambda c: [c.workspace == bindparam("of"), c.user_id.in_(bindparam("ids", expanding=True))],
)


def _person(row: Row[PersonRow, ChoicesRow]) -> Person:
    slack, chosen = row[0], row[1]
    return slack.to_value(chosen.to_value() if chosen else Choices())
