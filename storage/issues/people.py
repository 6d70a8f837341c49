"""Who was seen in Jira, project by project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.issues.records import IssuePage
from storage.issues.rows import IssuePersonRow
from storage.mirror_json import storable
from storage.upsert import insert_if_absent


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """An account in a project under a name."""

    project: str
    account_id: str
    name: str
    at: datetime


def keep(session: Session, workspace: str, page: IssuePage) -> None:
    """Keep whom a page names; of two names the one that was seen last."""
    newest = {(s.project, s.account_id): s for s in sorted(_seen(page), key=lambda s: s.at)}
    projects = sorted({project for project, _ in newest})
    rows = {(row.project, row.account_id): row for row in _rows(session, workspace, projects)}
    # First what is new, then what changes, both in order: else two pages wait in a ring.
    for place, seen in sorted(newest.items()):
        if place not in rows:
            insert_if_absent(
                session,
                IssuePersonRow,
                workspace=workspace,
                project=seen.project,
                account_id=seen.account_id,
                name=seen.name,
                seen_at=seen.at,
            )
    for place, seen in newest.items():
        row = rows.get(place)
        if row is not None and row.seen_at < seen.at:
            row.name, row.seen_at = seen.name, seen.at
    session.flush()


def named(session: Session, workspace: str, projects: Sequence[str]) -> list[tuple[str, str]]:
    """The accounts of these projects with the name that was seen last, by name."""
    rows = sorted(_rows(session, workspace, projects), key=lambda row: row.seen_at)
    names = {row.account_id: row.name or row.account_id for row in rows}
    return sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))


def _rows(session: Session, workspace: str, projects: Sequence[str]) -> list[IssuePersonRow]:
    query = select(IssuePersonRow).where(
        IssuePersonRow.workspace == workspace, IssuePersonRow.project.in_(projects)
    )
    return list(session.scalars(query))


def _seen(page: IssuePage) -> Iterator[_Seen]:
    """Whoever is assigned to an issue of the page or changed it."""
    projects = {issue.issue_id: issue.project for issue in page.issues}
    named = [
        *((i.issue_id, i.assignee_id, i.assignee_name, i.updated_at) for i in page.issues),
        *((c.issue_id, c.author_id, c.author_name, c.at) for c in page.changes),
    ]
    for issue_id, account, name, at in named:
        if account and issue_id in projects:
            yield _Seen(
                project=projects[issue_id],
                account_id=storable(account),
                name=storable(name or ""),
                at=at,
            )
