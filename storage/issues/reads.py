"""What is read from the mirror of Jira; an issue that is gone is in none of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, or_, select
from sqlalchemy.orm import Session

from bot.domain.issues.changes import IssueNews
from bot.domain.issues.polling import ProjectProgress
from bot.domain.issues.records import DONE, NOT_DONE, STATUS, Issue, IssueChange
from storage.issues import people
from storage.issues.rows import IssueChangeRow, IssueProjectRow, IssueRow

# SQLite and PostgreSQL both limit the parameters of a statement.
CHUNK = 500


class IssueReads:
    """The reading half of `bot.ports.issues.Issues`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def progress(self, workspace: str) -> list[ProjectProgress]:
        """How far each project was read, by project."""
        query = (
            select(IssueProjectRow)
            .where(IssueProjectRow.workspace == workspace)
            .order_by(IssueProjectRow.project)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def news(
        self,
        workspace: str,
        projects: Sequence[str],
        since: datetime,
        until: datetime,
        *,
        own: str = "",
    ) -> IssueNews:
        """New issues and changes of all fields noticed in the span."""
        return self._news(
            workspace,
            projects,
            own,
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
            "",
            (IssueRow.noticed_at > since) & (IssueRow.creator_id == account_id),
            (IssueChangeRow.noticed_at > since)
            & (IssueChangeRow.author_id == account_id)
            & (IssueChangeRow.field == STATUS),
        )

    def people(self, workspace: str, projects: Sequence[str]) -> list[tuple[str, str]]:
        """Accounts of these projects with the name that was seen last, by name."""
        return people.named(self._session, workspace, projects)

    def by_keys(self, workspace: str, keys: Sequence[str]) -> list[Issue]:
        """Those mirrored issues that have these keys."""
        return [
            row.to_value()
            for some in chunks(keys)
            for row in self._session.scalars(_shown(workspace).where(IssueRow.key.in_(some)))
        ]

    def by_ids(self, workspace: str, issue_ids: Sequence[str]) -> list[Issue]:
        """Those mirrored issues that have these ids."""
        return [
            row.to_value()
            for some in chunks(issue_ids)
            for row in self._session.scalars(_shown(workspace).where(IssueRow.issue_id.in_(some)))
        ]

    def open_of(self, workspace: str, projects: Sequence[str], *, own: str = "") -> list[Issue]:
        """What is not done in these projects, or by the account `own`, by key."""
        return self._issues(workspace, projects, own, IssueRow.is_open)

    def changes(
        self, workspace: str, issue_ids: Sequence[str], since: datetime, until: datetime
    ) -> list[IssueChange]:
        """Changes of all fields noticed in the span, oldest first."""
        found = [
            row.to_value()
            for some in chunks(issue_ids)
            for row in self._session.scalars(
                _of_shown(workspace).where(
                    IssueChangeRow.issue_id.in_(some),
                    IssueChangeRow.noticed_at > since,
                    IssueChangeRow.noticed_at <= until,
                )
            )
        ]
        return sorted(found, key=lambda change: (change.at, change.change_id))

    def gone(self, workspace: str, since: datetime, until: datetime) -> frozenset[str]:
        """Ids of issues that went out of sight in the span and are not back."""
        query = select(IssueRow.issue_id).where(
            IssueRow.workspace == workspace, IssueRow.gone_at > since, IssueRow.gone_at <= until
        )
        return frozenset(self._session.scalars(query))

    def done_statuses(self, workspace: str, project: str, names: Iterable[str]) -> frozenset[str]:
        """Those of these statuses in which an issue of the project is, or was, done; where it has
        none, an issue of any other."""
        return frozenset(name for name in names if self._is_done(workspace, project, name))

    def _is_done(self, workspace: str, project: str, name: str) -> bool:
        inside = IssueRow.project == project
        if self._has(workspace, name, IssueRow.status_category == DONE, inside):
            return True
        if self._has(workspace, name, IssueRow.status_category.in_(NOT_DONE), inside):
            return False
        return self._has(workspace, name, IssueRow.status_category == DONE)

    def _has(self, workspace: str, status: str, *wanted: ColumnElement[bool]) -> bool:
        query = select(IssueRow.issue_id).where(
            IssueRow.workspace == workspace, IssueRow.status == status, *wanted
        )
        return self._session.scalar(query.limit(1)) is not None

    def _issues(
        self,
        workspace: str,
        projects: Sequence[str],
        own: str,
        wanted: ColumnExpressionArgument[bool],
    ) -> list[Issue]:
        """By key; each place is asked for by itself, so that each has its index."""
        found = {
            row.issue_id: row.to_value()
            for place in _places(projects, own)
            for row in self._session.scalars(_shown(workspace).where(place, wanted))
        }
        return sorted(found.values(), key=lambda issue: issue.key)

    def _news(
        self,
        workspace: str,
        projects: Sequence[str],
        own: str,
        is_new: ColumnElement[bool],
        is_wanted: ColumnElement[bool],
    ) -> IssueNews:
        query = (
            _of_shown(workspace)
            .where(is_wanted, or_(*_places(projects, own)))
            .order_by(IssueChangeRow.at, IssueChangeRow.change_id)
        )
        changes = [row.to_value() for row in self._session.scalars(query)]
        new = self._issues(workspace, projects, own, is_new)
        issues = {issue.issue_id: issue for issue in new}
        new_ids = frozenset(issues)
        moved = list(dict.fromkeys(c.issue_id for c in changes if c.issue_id not in new_ids))
        issues |= {each.issue_id: each for each in self.by_ids(workspace, moved)}
        return IssueNews(
            issues=tuple(sorted(issues.values(), key=lambda issue: issue.key)),
            new_ids=new_ids,
            changes=tuple(changes),
        )


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Parts that fit one statement."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _shown(workspace: str) -> Select[IssueRow]:
    return select(IssueRow).where(IssueRow.workspace == workspace, IssueRow.gone_at.is_(None))


def _places(projects: Sequence[str], own: str) -> list[ColumnElement[bool]]:
    """Issues of these projects, and those of one account wherever they belong."""
    inside = IssueRow.project.in_(projects)
    return [inside, IssueRow.assignee_id == own] if own else [inside]


def _of_shown(workspace: str) -> Select[IssueChangeRow]:
    """Changes of issues that may be shown."""
    return (
        select(IssueChangeRow)
        .join(
            IssueRow,
            (IssueRow.workspace == IssueChangeRow.workspace)
            & (IssueRow.issue_id == IssueChangeRow.issue_id),
        )
        .where(IssueChangeRow.workspace == workspace, IssueRow.gone_at.is_(None))
    )
