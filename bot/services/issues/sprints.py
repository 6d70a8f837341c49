"""Sprints: how the running one stands for some readers, and why there is none."""

from dataclasses import replace
from datetime import datetime

from bot.domain.issues.burning import burndown
from bot.domain.issues.sharing import IssueField, IssueSight
from bot.domain.issues.sprint_states import Histories
from bot.domain.issues.sprints import KANBAN, Missing, Sprint, SprintState
from bot.ports.repositories import UnitOfWork
from bot.ports.sprints import KeptSprint

_ELSEWHERE = "A sprint of another project"
_UNNAMED = "The running sprint"


def standing(
    uow: UnitOfWork, workspace: str, sight: IssueSight, now: datetime, *, zone: str = "UTC"
) -> SprintState | None:
    """The running sprint that holds most of what these readers may see, None without one.

    It stands as last read, at most `now`; working days are those of `zone` (IANA).
    """
    if not sight.projects:
        return None
    found = [
        (kept, seen)
        for kept in uow.sprints.running(workspace)
        if (seen := _seen(uow, workspace, kept, sight))
    ]
    if not found:
        return None
    found.sort(key=lambda each: (-len(each[1]), -each[0].sprint.starts_at.timestamp()))
    (kept, histories), others = found[0], found[1:]
    health = uow.sprints.health(workspace)
    as_of = min(kept.read_at, now)
    return SprintState(
        sprint=_shown(kept.sprint, sight),
        burndown=burndown(
            histories,
            starts_at=kept.sprint.starts_at,
            ends_at=kept.sprint.ends_at,
            known=kept.known,
            as_of=as_of,
            zone_name=zone,
        ),
        as_of=as_of,
        zone=zone,
        others=tuple(_shown(other.sprint, sight).name for other, _ in others),
        failure=health.failure if health and kept.read_at < health.tried_at else "",
    )


def missing(uow: UnitOfWork, workspace: str, sight: IssueSight) -> Missing:
    """Why `standing` gave none."""
    if not sight.projects:
        return Missing.NO_PROJECT
    health = uow.sprints.health(workspace)
    if health is None or health.read_at is None:
        return Missing.NOT_READ
    boards = uow.sprints.boards(workspace, sight.projects)
    if not boards:
        return Missing.NO_BOARD
    if all(board.kind == KANBAN for board in boards):
        return Missing.ONLY_KANBAN
    projects = {kept.sprint.project for kept in uow.sprints.running(workspace)}
    return Missing.EMPTY if projects & sight.projects else Missing.NOT_RUNNING


def why_unread(uow: UnitOfWork, workspace: str) -> str:
    """The sentence of the last try that failed, or nothing."""
    health = uow.sprints.health(workspace)
    return health.failure if health else ""


def _seen(uow: UnitOfWork, workspace: str, kept: KeptSprint, sight: IssueSight) -> Histories:
    """What became of the issues that these readers may see; nothing where none is inside."""
    histories = uow.sprints.histories(workspace, kept.sprint.sprint_id)
    issues = uow.issues.by_ids(workspace, list(histories))
    visible = {issue.issue_id for issue in issues if sight.sees(issue)}
    seen = {key: history for key, history in histories.items() if key in visible}
    return seen if any(history[-1].inside for history in seen.values()) else {}


def _shown(sprint: Sprint, sight: IssueSight) -> Sprint:
    """Names and goals are free text: whoever may not read the project's summaries doesn't read
    them either."""
    if sprint.project not in sight.projects:
        return replace(sprint, name=_ELSEWHERE, board="", goal="")
    if not sight.may_see(IssueField.SUMMARY, sprint.project):
        return replace(sprint, name=_UNNAMED, board="", goal="")
    return sprint
