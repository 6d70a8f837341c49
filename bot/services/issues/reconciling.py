"""Whether the mirrored issues are still there, and still ours to show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.ports.repositories import UnitOfWork
from bot.services.issues.mirror import Found, wanted_projects

AT_ONCE = 1000
"""For so many issues Jira is asked in one go; ten calls on Cloud."""


def to_check(uow: UnitOfWork, workspace: str, now: datetime) -> list[str]:
    """Ids of issues that Jira wasn't asked for within a day, those that are gone too."""
    return uow.issues.to_check(workspace, now, AT_ONCE)


def store(
    uow: UnitOfWork,
    workspace: str,
    asked: Sequence[str],
    seen: IssuePage,
    caught_up: Sequence[Found],
    now: datetime,
) -> None:
    """Keep how the issues of `asked` stand, and what was missed of them.

    What is hidden, and what moved to a project that nobody reads about, is gone. One that Jira
    could not tell of stays as it is.
    """
    wanted = wanted_projects(uow, workspace)
    turn = uow.issues.turn(workspace, now)
    for reading, page in caught_up:
        uow.issues.save(workspace, reading, _within(page, wanted), turn)
    uow.issues.save(
        workspace, Reading(projects=(), since=now, news_since=now), _within(seen, wanted), turn
    )
    uow.issues.checked(workspace, asked, now)


def _within(page: IssuePage, projects: frozenset[str]) -> IssuePage:
    left = tuple(issue.issue_id for issue in page.issues if issue.project not in projects)
    shown = {i.issue_id for i in page.issues}.difference(left)
    return replace(
        page,
        issues=tuple(issue for issue in page.issues if issue.issue_id in shown),
        changes=tuple(change for change in page.changes if change.issue_id in shown),
        hidden=(*page.hidden, *left),
    )
