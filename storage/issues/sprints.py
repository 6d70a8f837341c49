"""Sprints: boards, sprints, and what became of their issues."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.digests.windows import Span
from bot.domain.issues.records import IssueChange
from bot.domain.issues.sprint_states import Histories, IssueState
from bot.domain.issues.sprints import Board, Sprint, SprintsHealth
from bot.ports.sprints import KeptSprint
from storage.base import Base
from storage.issues.rows import IssueChangeRow, IssueRow
from storage.mirror_json import storable
from storage.upsert import insert_absent, insert_or_replace


class SprintHealthRow(Base):
    """How reading sprints went."""

    __tablename__ = "sprint_health"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    failure: Mapped[str]


class BoardRow(Base):
    """A board of a project."""

    __tablename__ = "sprint_board"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]


class SprintRow(Base):
    """A sprint as last read; `known` are pairs of ISO instants."""

    __tablename__ = "sprint"
    __table_args__ = (Index(None, "workspace", "is_running"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    sprint_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    board_id: Mapped[int] = mapped_column(BigInteger)
    board: Mapped[str]
    project: Mapped[str]
    name: Mapped[str]
    goal: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    estimate: Mapped[str]
    estimate_id: Mapped[str]
    read_at: Mapped[datetime]
    known: Mapped[list[Any]]
    is_running: Mapped[bool]

    def to_value(self) -> KeptSprint:
        """The frozen value of this row."""
        sprint = Sprint(**{name: getattr(self, name) for name in Sprint.__dataclass_fields__})
        instants = ([datetime.fromisoformat(text) for text in pair] for pair in self.known)
        known = tuple(Span(since=since, until=until) for since, until in instants)
        return KeptSprint(sprint=sprint, read_at=self.read_at, known=known)


class SprintStateRow(Base):
    """How an issue stood to a sprint from an instant on."""

    __tablename__ = "sprint_state"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    sprint_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    issue_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    inside: Mapped[bool]
    done: Mapped[bool]
    points: Mapped[float | None]


class SqlSprints:
    """Implements `bot.ports.sprints.Sprints`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def health(self, workspace: str) -> SprintsHealth | None:
        """How reading went, or None."""
        row = self._session.get(SprintHealthRow, workspace, populate_existing=True)
        if row is None:
            return None
        return SprintsHealth(tried_at=row.tried_at, read_at=row.read_at, failure=row.failure)

    def tried(self, workspace: str, now: datetime, failure: str, *, is_read: bool = False) -> None:
        """Keep when, and whether it brought something."""
        known = self.health(workspace)
        read_at = now if is_read or not failure else known.read_at if known else None
        insert_or_replace(
            self._session,
            SprintHealthRow,
            workspace=workspace,
            tried_at=now,
            read_at=read_at,
            failure=storable(failure),
        )

    def save_boards(
        self, workspace: str, projects: Collection[str], boards: Sequence[Board]
    ) -> None:
        """Replace the boards of these projects."""
        self._session.execute(
            delete(BoardRow).where(
                BoardRow.workspace == workspace, BoardRow.project.in_(list(projects))
            )
        )
        insert_absent(
            self._session,
            BoardRow,
            [_columns(board) | {"workspace": workspace} for board in boards],
        )

    def boards(self, workspace: str, projects: Collection[str]) -> list[Board]:
        """The boards of these projects, by id."""
        query = (
            select(BoardRow)
            .where(BoardRow.workspace == workspace, BoardRow.project.in_(list(projects)))
            .order_by(BoardRow.board_id)
        )
        return [
            Board(board_id=row.board_id, project=row.project, name=row.name, kind=row.kind)
            for row in self._session.scalars(query)
        ]

    def save(self, workspace: str, kept: KeptSprint) -> bool:
        """Insert or replace, unless what is there was read later."""
        insert_or_replace(
            self._session,
            SprintRow,
            only_if=SprintRow.read_at <= kept.read_at,
            workspace=workspace,
            read_at=kept.read_at,
            known=[[s.since.isoformat(), s.until.isoformat()] for s in kept.known],
            is_running=True,
            **_columns(kept.sprint),
        )
        stored = self.get(workspace, kept.sprint.sprint_id)
        return stored is not None and stored.read_at == kept.read_at

    def get(self, workspace: str, sprint_id: int) -> KeptSprint | None:
        """One sprint, or None."""
        row = self._session.get(SprintRow, (workspace, sprint_id), populate_existing=True)
        return row.to_value() if row else None

    def running(self, workspace: str) -> list[KeptSprint]:
        """Those that run, by id."""
        query = (
            select(SprintRow)
            .where(SprintRow.workspace == workspace, SprintRow.is_running)
            .order_by(SprintRow.sprint_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def end_others(
        self, workspace: str, projects: Collection[str], running: Collection[int]
    ) -> None:
        """The others don't run any more."""
        self._session.execute(
            update(SprintRow)
            .where(
                SprintRow.workspace == workspace,
                SprintRow.is_running,
                SprintRow.project.in_(list(projects)),
                SprintRow.sprint_id.not_in(list(running)),
            )
            .values(is_running=False)
            .execution_options(synchronize_session=False)
        )

    def add_states(self, workspace: str, sprint_id: int, states: Sequence[IssueState]) -> None:
        """Insert those of instants of which nothing is known."""
        key = {"workspace": workspace, "sprint_id": sprint_id}
        insert_absent(self._session, SprintStateRow, [_columns(state) | key for state in states])

    def histories(self, workspace: str, sprint_id: int) -> Histories:
        """The states of each issue, oldest first."""
        query = (
            select(SprintStateRow)
            .where(SprintStateRow.workspace == workspace, SprintStateRow.sprint_id == sprint_id)
            .order_by(SprintStateRow.issue_id, SprintStateRow.at)
        )
        found: defaultdict[str, list[IssueState]] = defaultdict(list)
        for row in self._session.scalars(query):
            found[row.issue_id].append(
                IssueState(
                    issue_id=row.issue_id,
                    at=row.at,
                    inside=row.inside,
                    done=row.done,
                    points=row.points,
                )
            )
        return dict(found)

    def changes(
        self, workspace: str, projects: Collection[str], fields: Collection[str], since: datetime
    ) -> list[IssueChange]:
        """Mirrored changes after `since`, oldest first.

        Nothing is noticed before it happens, so the index on when it was noticed leads there.
        """
        query = (
            select(IssueChangeRow)
            .join(
                IssueRow,
                (IssueRow.workspace == IssueChangeRow.workspace)
                & (IssueRow.issue_id == IssueChangeRow.issue_id),
            )
            .where(
                IssueChangeRow.workspace == workspace,
                IssueChangeRow.noticed_at > since,
                IssueChangeRow.at > since,
                IssueChangeRow.field.in_(list(fields)),
                IssueRow.project.in_(list(projects)),
                IssueRow.gone_at.is_(None),
            )
            .order_by(IssueChangeRow.at, IssueChangeRow.change_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]


def _columns(value: Board | Sprint | IssueState) -> dict[str, Any]:
    return {k: storable(v) if isinstance(v, str) else v for k, v in vars(value).items()}
