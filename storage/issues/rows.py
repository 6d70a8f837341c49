"""Rows of the mirror of Jira."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.issues.polling import ProjectProgress
from bot.domain.issues.records import Issue, IssueChange
from storage.base import Base
from storage.mirror_json import storable

_GONE = text("gone_at IS NOT NULL")


class IssueRow(Base):
    """One issue as last polled.

    `gone_at` is since when nobody may be shown it, `check_at` when to ask Jira next whether it is
    still there (never again where it is None), `is_open` that it is neither done nor gone.
    """

    __tablename__ = "issue"
    __table_args__ = (
        Index(None, "workspace", "project", "noticed_at"),
        Index(None, "workspace", "project", "is_open"),
        Index(None, "workspace", "key"),
        Index(None, "workspace", "assignee_id", "noticed_at"),
        Index(None, "workspace", "assignee_id", "is_open"),
        Index(None, "workspace", "status", "status_category", "project"),
        Index(None, "workspace", "check_at"),
        # Of nearly all it is nothing: told of those, SQLite would look for a key among all issues.
        Index(None, "workspace", "gone_at", sqlite_where=_GONE, postgresql_where=_GONE),
    )

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
    issue_type: Mapped[str]
    priority: Mapped[str]
    due_on: Mapped[date | None]
    labels: Mapped[list[Any]]
    parent_key: Mapped[str]
    blocked_by: Mapped[list[Any]]
    flagged: Mapped[bool]
    status_since: Mapped[datetime | None]
    noticed_at: Mapped[datetime]
    is_open: Mapped[bool]
    gone_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None]

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
            issue_type=self.issue_type,
            priority=self.priority,
            due_on=self.due_on,
            labels=tuple(self.labels),
            parent_key=self.parent_key,
            blocked_by=tuple(self.blocked_by),
            flagged=self.flagged,
            status_since=self.status_since,
        )


class IssueChangeRow(Base):
    """One change of one field of an issue."""

    __tablename__ = "issue_change"
    __table_args__ = (
        Index(None, "workspace", "noticed_at"),
        Index(None, "workspace", "issue_id", "noticed_at"),
    )

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


class IssuePersonRow(Base):
    """Somebody who changed, or is assigned to, something in a project, by the name that was seen
    last; kept beside the changes, which grow for ever."""

    __tablename__ = "issue_person"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    seen_at: Mapped[datetime]


class IssueProjectRow(Base):
    """How far one project was read."""

    __tablename__ = "issue_project"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(primary_key=True)
    watermark: Mapped[datetime]
    read_at: Mapped[datetime]
    swept_at: Mapped[datetime | None]
    backlog_at: Mapped[datetime | None]

    def to_value(self) -> ProjectProgress:
        """The frozen value of this row."""
        return ProjectProgress(
            project=self.project,
            watermark=self.watermark,
            read_at=self.read_at,
            swept_at=self.swept_at,
            backlog_at=self.backlog_at,
        )


class IssueTokenRow(Base):
    """A token that Jira took, known by its fingerprint alone."""

    __tablename__ = "issue_token"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    setting: Mapped[str]
    is_mortal: Mapped[bool]
    expires_on: Mapped[date | None]
    first_worked_at: Mapped[datetime]
    in_use: Mapped[bool]


def stored(value: Issue | IssueChange) -> dict[str, Any]:
    """The columns of a value; texts and lists of texts are made storable."""
    return {name: _plain(each) for name, each in vars(value).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [storable(each) for each in value]
    return storable(value) if isinstance(value, str) else value
