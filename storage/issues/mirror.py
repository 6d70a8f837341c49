"""The mirror of Jira."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from bot.domain.issues.changes import IssueNews
from bot.domain.issues.polling import ProjectProgress, Reading, new_watermark
from bot.domain.issues.records import STATUS, Issue, IssueChange, IssuePage
from storage.base import Base
from storage.mirror_json import storable
from storage.upsert import insert_if_absent

# SQLite and PostgreSQL both limit the parameters of a statement.
_CHUNK = 500


class IssueRow(Base):
    """One issue as last polled."""

    __tablename__ = "issue"
    __table_args__ = (Index(None, "workspace", "project", "noticed_at"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    issue_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    project: Mapped[str]
    summary: Mapped[str]
    status: Mapped[str]
    status_category: Mapped[str]
    assignee_id: Mapped[str | None]
    assignee_name: Mapped[str | None]
    updated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    creator_id: Mapped[str | None]
    noticed_at: Mapped[datetime]

    def to_value(self) -> Issue:
        """The frozen value of this row."""
        return Issue(
            issue_id=self.issue_id,
            key=self.key,
            project=self.project,
            summary=self.summary,
            status=self.status,
            status_category=self.status_category,
            assignee_id=self.assignee_id,
            assignee_name=self.assignee_name,
            updated_at=self.updated_at,
            created_at=self.created_at,
            creator_id=self.creator_id,
        )


class IssueChangeRow(Base):
    """One change of one field of an issue."""

    __tablename__ = "issue_change"
    __table_args__ = (Index(None, "workspace", "noticed_at"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    change_id: Mapped[str] = mapped_column(primary_key=True)
    issue_id: Mapped[str]
    field: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    author_id: Mapped[str | None]
    author_name: Mapped[str | None]
    at: Mapped[datetime]
    noticed_at: Mapped[datetime]

    def to_value(self) -> IssueChange:
        """The frozen value of this row."""
        return IssueChange(
            change_id=self.change_id,
            issue_id=self.issue_id,
            field=self.field,
            before=self.before,
            after=self.after,
            author_id=self.author_id,
            author_name=self.author_name,
            at=self.at,
        )


class IssueProjectRow(Base):
    """How far one project was read."""

    __tablename__ = "issue_project"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(primary_key=True)
    watermark: Mapped[datetime]
    read_at: Mapped[datetime]


class SqlIssues:
    """Implements `bot.ports.issues.Issues`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def progress(self, workspace: str) -> list[ProjectProgress]:
        """How far each project was read, by project."""
        query = (
            select(IssueProjectRow)
            .where(IssueProjectRow.workspace == workspace)
            .order_by(IssueProjectRow.project)
        )
        return [
            ProjectProgress(project=row.project, watermark=row.watermark, read_at=row.read_at)
            for row in self._session.scalars(query)
        ]

    def save(self, workspace: str, reading: Reading, page: IssuePage, now: datetime) -> int:
        """Store a page; unique keys make it safe to repeat, also at the same time elsewhere."""
        known = self._known(workspace, [issue.issue_id for issue in page.issues])
        for issue in page.issues:
            row = known.get(issue.issue_id)
            if row is None:
                noticed = reading.noticed_at(issue.created_at, now)
                insert_if_absent(
                    self._session,
                    IssueRow,
                    workspace=workspace,
                    noticed_at=noticed,
                    **_values(issue),
                )
            elif row.updated_at <= issue.updated_at:
                _replace(row, issue)
        self._session.flush()
        for project in reading.projects:
            self._advance(workspace, project, new_watermark(page, now), reading.since, now)
        return sum(
            insert_if_absent(
                self._session,
                IssueChangeRow,
                workspace=workspace,
                noticed_at=reading.noticed_at(change.at, now),
                **_values(change),
            )
            for change in page.changes
        )

    def news(
        self, workspace: str, projects: Sequence[str], since: datetime, until: datetime
    ) -> IssueNews:
        """New issues and changes of status noticed in the span."""
        return self._news(
            workspace,
            projects,
            (IssueRow.noticed_at > since) & (IssueRow.noticed_at <= until),
            (IssueChangeRow.noticed_at > since) & (IssueChangeRow.noticed_at <= until),
        )

    def by_person(
        self, workspace: str, account_id: str, projects: Sequence[str], since: datetime
    ) -> IssueNews:
        """What one account created and moved."""
        return self._news(
            workspace,
            projects,
            (IssueRow.noticed_at > since) & (IssueRow.creator_id == account_id),
            (IssueChangeRow.noticed_at > since) & (IssueChangeRow.author_id == account_id),
        )

    def people(self, workspace: str) -> list[tuple[str, str]]:
        """Accounts with the name that was seen last, by name."""
        assigned = _seen(IssueRow.assignee_id, IssueRow.assignee_name, IssueRow.updated_at)
        changed = _seen(IssueChangeRow.author_id, IssueChangeRow.author_name, IssueChangeRow.at)
        seen = [
            *self._session.execute(assigned.where(IssueRow.workspace == workspace)),
            *self._session.execute(changed.where(IssueChangeRow.workspace == workspace)),
        ]
        names = {key: name or key for key, name, _ in sorted(seen, key=lambda row: row[2]) if key}
        return sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))

    def by_keys(self, workspace: str, keys: Sequence[str]) -> list[Issue]:
        """Those mirrored issues that have these keys."""
        found: list[Issue] = []
        for start in range(0, len(keys), _CHUNK):
            query = select(IssueRow).where(
                IssueRow.workspace == workspace, IssueRow.key.in_(keys[start : start + _CHUNK])
            )
            found += [row.to_value() for row in self._session.scalars(query)]
        return found

    def _news(
        self,
        workspace: str,
        projects: Sequence[str],
        is_new: ColumnElement[bool],
        is_wanted: ColumnElement[bool],
    ) -> IssueNews:
        changes = self._changes(workspace, projects, is_wanted)
        changed = {change.issue_id for change in changes}
        query = (
            select(IssueRow, is_new)
            .where(
                IssueRow.workspace == workspace,
                IssueRow.project.in_(projects),
                or_(is_new, IssueRow.issue_id.in_(changed)),
            )
            .order_by(IssueRow.key)
        )
        rows = list(self._session.execute(query))
        return IssueNews(
            issues=tuple(row.to_value() for row, _ in rows),
            new_ids=frozenset(row.issue_id for row, new in rows if new),
            changes=tuple(change.to_value() for change in changes),
        )

    def _changes(
        self, workspace: str, projects: Sequence[str], is_wanted: ColumnElement[bool]
    ) -> list[IssueChangeRow]:
        query = (
            select(IssueChangeRow)
            .join(
                IssueRow,
                (IssueRow.workspace == IssueChangeRow.workspace)
                & (IssueRow.issue_id == IssueChangeRow.issue_id),
            )
            .where(
                IssueChangeRow.workspace == workspace,
                is_wanted,
                IssueChangeRow.field == STATUS,
                IssueRow.project.in_(projects),
            )
            .order_by(IssueChangeRow.at, IssueChangeRow.change_id)
        )
        return list(self._session.scalars(query))

    def _known(self, workspace: str, issue_ids: Sequence[str]) -> dict[str, IssueRow]:
        found: dict[str, IssueRow] = {}
        for start in range(0, len(issue_ids), _CHUNK):
            query = select(IssueRow).where(
                IssueRow.workspace == workspace,
                IssueRow.issue_id.in_(issue_ids[start : start + _CHUNK]),
            )
            rows = self._session.scalars(query.order_by(IssueRow.issue_id).with_for_update())
            found.update((row.issue_id, row) for row in rows)
        return found

    def _advance(
        self,
        workspace: str,
        project: str,
        watermark: datetime | None,
        since: datetime,
        now: datetime,
    ) -> None:
        insert_if_absent(
            self._session,
            IssueProjectRow,
            workspace=workspace,
            project=project,
            watermark=watermark or since,
            read_at=now,
        )
        row = self._session.get_one(
            IssueProjectRow, (workspace, project), populate_existing=True, with_for_update=True
        )
        row.watermark = max(row.watermark, watermark or row.watermark)
        row.read_at = max(row.read_at, now)
        self._session.flush()


def _seen(
    account: InstrumentedAttribute[str | None],
    name: InstrumentedAttribute[str | None],
    at: InstrumentedAttribute[datetime],
) -> Select[str | None, str | None, datetime]:
    """Accounts and names with when each pair was seen last."""
    return select(account, name, func.max(at)).group_by(account, name)


def _replace(row: IssueRow, issue: Issue) -> None:
    for name, value in _values(issue).items():
        setattr(row, name, value)


def _values(value: Issue | IssueChange) -> dict[str, Any]:
    return {k: storable(v) if isinstance(v, str) else v for k, v in vars(value).items()}
