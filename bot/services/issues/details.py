"""One issue as one person may see it."""

from datetime import datetime

from bot.domain.decisions.sight import Viewer
from bot.domain.issues.detail import IssueDetail
from bot.domain.issues.records import Issue
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import sight as decision_sight
from bot.services.issues import rights, runs, sight


def require_seen(uow: UnitOfWork, workspace: str, user_id: str, key: str) -> None:
    """Raises NotFound where this person may not know of the issue, whether there is one or not."""
    if not rights.may_see(uow, workspace, user_id, key):
        raise unknown(key)


def known(uow: UnitOfWork, viewer: Viewer, key: str) -> IssueDetail | None:
    """An issue as last polled; None where the mirror doesn't hold it.

    Raises NotFound as `require_seen` does.
    """
    require_seen(uow, viewer.workspace, viewer.user_id, key)
    found = uow.issues.by_keys(viewer.workspace, [key])
    project = key.rpartition("-")[0]
    read = [p.read_at for p in uow.issues.progress(viewer.workspace) if p.project == project]
    if not found or not read:
        return None
    return of(uow, viewer, found[0], max(read))


def of(
    uow: UnitOfWork, viewer: Viewer, issue: Issue, as_of: datetime, *, live: bool = False
) -> IssueDetail:
    """This issue, with what is kept about it here; raises NotFound where they may not see it."""
    seen = sight.of_person(uow, viewer.workspace, viewer.user_id)
    if not seen.sees(issue):
        raise unknown(issue.key)
    reader = uow.people.get(viewer.workspace, viewer.user_id)
    account = reader.choices.jira_account if reader else None
    best, count = runs.best_of(uow, viewer.workspace, [issue.key]).get(issue.key, (None, 0))
    theirs = decision_sight.of(uow, viewer)
    named = uow.decisions.naming_issue(viewer.workspace, issue.key)
    return IssueDetail(
        issue=seen.shown(issue),
        best=best,
        runs=count,
        decisions=tuple(record for record in named if theirs.sees(record)),
        as_of=as_of,
        live=live,
        mine=bool(account) and issue.assignee_id == account,
    )


def unknown(key: str) -> NotFound:
    """The same sentence whether there is none or they may not see it."""
    return NotFound(
        f"I don't see {key}: Jira has no such issue, or no channel that you are in names its "
        "project. `/digest settings` in a channel names one."
    )
