"""Reading sprints: which are due, and keeping what was read."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.domain.digests.settings import all_projects
from bot.domain.digests.windows import Span
from bot.domain.issues.polling import FIRST_LOOK_BACK, FIRST_NEWS, Reading
from bot.domain.issues.records import STATUS, Issue, IssueChange, IssuePage
from bot.domain.issues.sprint_states import (
    SPRINT,
    Histories,
    IssueState,
    Told,
    Walked,
    newer,
    state_at,
    walked,
)
from bot.domain.issues.sprints import READ_EVERY, Sprint, SprintReading, SprintsFound
from bot.ports.repositories import UnitOfWork
from bot.ports.sprints import KeptSprint

# Between readings this far apart nothing that matters to a day's line is lost.
_CLOSE = timedelta(hours=2)


def plan(
    uow: UnitOfWork, workspace: str, now: datetime, every: timedelta = READ_EVERY
) -> tuple[str, ...]:
    """The projects whose sprints are to be read now; none before `every` has passed.

    A project waits until its issues were polled: their changelog tells what was before.
    """
    health = uow.sprints.health(workspace)
    if health is not None and not health.is_due(now, every):
        return ()
    wanted = {*all_projects(uow.digests.all(workspace))}
    wanted |= {key for standup in uow.standups.all(workspace) for key in standup.plan.projects}
    polled = {each.project for each in uow.issues.progress(workspace)}
    return tuple(sorted(wanted & polled))


def store(uow: UnitOfWork, workspace: str, found: SprintsFound, now: datetime) -> None:
    """Keep what was read at `now`; a later reading that is kept already stays."""
    _mirror(uow, workspace, found, now)
    uow.sprints.save_boards(workspace, found.projects, found.boards)
    for reading in found.sprints:
        _store(uow, workspace, found, reading, now)
    running = [reading.sprint.sprint_id for reading in found.sprints]
    # Nobody knows whether the sprints of a board that was refused still run.
    running += [
        kept.sprint.sprint_id
        for kept in uow.sprints.running(workspace)
        if kept.sprint.board_id in found.closed
    ]
    uow.sprints.end_others(workspace, found.projects, running)
    # By their numbers: this is read in channels that may not see the other boards' projects.
    refused = "; ".join(f"board {number}: {why}" for number, why in sorted(found.closed.items()))
    uow.sprints.tried(workspace, now, refused, is_read=True)


def failed(uow: UnitOfWork, workspace: str, failure: str, now: datetime) -> None:
    """Keep that Jira didn't answer; what is known stays."""
    uow.sprints.tried(workspace, now, failure)


def _store(
    uow: UnitOfWork, workspace: str, found: SprintsFound, reading: SprintReading, now: datetime
) -> None:
    sprint = reading.sprint
    kept = uow.sprints.get(workspace, sprint.sprint_id)
    since = _since(uow, workspace, sprint, kept, now)
    told = Told(sprint=sprint.name, estimate=sprint.estimate, is_done=found.is_done)
    histories = uow.sprints.histories(workspace, sprint.sprint_id)
    changes = _changes(uow, workspace, found.projects, told, since)
    walks = _walks(uow, workspace, reading, histories, changes, told, since, now)
    gap = max((walk.gap_until for walk in walks if walk.gap_until), default=since)
    if uow.sprints.save(
        workspace,
        KeptSprint(sprint=sprint, read_at=now, known=_known(kept, max(since, gap), now)),
    ):
        states = [state for walk in walks for state in _added(walk, histories)]
        uow.sprints.add_states(workspace, sprint.sprint_id, states)


def _since(
    uow: UnitOfWork, workspace: str, sprint: Sprint, kept: KeptSprint | None, now: datetime
) -> datetime:
    """From when on it can be told what was in the sprint: from the last reading on, where the
    mirror has the changes since, else from now on."""
    read = [p.read_at for p in uow.issues.progress(workspace) if p.project == sprint.project]
    is_mirrored = bool(read) and now - max(read) <= 2 * READ_EVERY
    last = kept.read_at if kept else sprint.starts_at
    if is_mirrored:
        return min(max(last, now - FIRST_LOOK_BACK), now)
    return last if kept and now - last <= _CLOSE else now


def _known(kept: KeptSprint | None, since: datetime, now: datetime) -> tuple[Span, ...]:
    spans = kept.known if kept else ()
    if spans and since <= spans[-1].until:
        return (*spans[:-1], Span(since=spans[-1].since, until=now))
    return (*spans, Span(since=since, until=now))


def _mirror(uow: UnitOfWork, workspace: str, found: SprintsFound, now: datetime) -> None:
    """A sprint may hold what nobody touched since before the first poll.

    What is mirrored stays as it is: only who reads changes too may say how it is now, or that it
    is back.
    """
    turn = uow.issues.turn(workspace, now)
    issues = {issue.issue_id: issue for reading in found.sprints for issue in reading.issues}
    known = uow.issues.sightings(workspace, list(issues))
    unknown = tuple(issue for key, issue in issues.items() if key not in known)
    how = Reading(projects=(), since=now, news_since=now - FIRST_NEWS)
    uow.issues.save(workspace, how, IssuePage(issues=unknown), turn)


def _changes(
    uow: UnitOfWork, workspace: str, projects: Collection[str], told: Told, since: datetime
) -> Mapping[str, list[IssueChange]]:
    fields = {STATUS, SPRINT, told.estimate} - {""}
    found: dict[str, list[IssueChange]] = {}
    for change in uow.sprints.changes(workspace, projects, fields, since):
        found.setdefault(change.issue_id, []).append(change)
    return found


def _walks(
    uow: UnitOfWork,
    workspace: str,
    reading: SprintReading,
    histories: Histories,
    changes: Mapping[str, list[IssueChange]],
    told: Told,
    since: datetime,
    now: datetime,
) -> list[Walked]:
    inside = {issue.issue_id: issue for issue in reading.issues}
    named = {key for key, each in changes.items() if any(told.names(c) for c in each)}
    elsewhere = sorted((named | histories.keys()) - inside.keys())
    outside = {issue.issue_id: issue for issue in uow.issues.by_ids(workspace, elsewhere)}
    return [
        walked(
            _observed(issue, key in inside, reading.points, histories.get(key, ()), now),
            issue.status,
            changes.get(key, ()),
            told,
            min(max(since, issue.created_at), now),
        )
        for key, issue in (inside | outside).items()
    ]


def _observed(
    issue: Issue,
    inside: bool,
    points: Mapping[str, float],
    history: Collection[IssueState],
    now: datetime,
) -> IssueState:
    """What was read; the estimate of what left the sprint is the one it had."""
    last = state_at(tuple(history), now)
    estimate = points.get(issue.issue_id) if inside or last is None else last.points
    return IssueState(
        issue_id=issue.issue_id, at=now, inside=inside, done=issue.is_done, points=estimate
    )


def _added(walk: Walked, histories: Histories) -> list[IssueState]:
    """What isn't known yet; what never was inside is no part of it."""
    before = histories.get(walk.states[0].issue_id)
    if before:
        return newer(before[-1], walk)
    return list(walk.states) if any(state.inside for state in walk.states) else []
