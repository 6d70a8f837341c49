"""How old what a digest shows of each source is."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.digests.content import SourceNote
from bot.domain.digests.windows import Span
from bot.domain.experiments.servers import is_mlflow, server_name
from bot.domain.issues.polling import ProjectProgress
from bot.domain.source import SourceHealth
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.issues import mirror as issues
from bot.services.sources import shown

# A server that was read so much earlier than another is down, slow beyond reason or gone: the
# others don't wait for it.
_ABREAST = timedelta(hours=1)


def read(uow: UnitOfWork, scope: Scope) -> tuple[SourceNote, ...]:
    """One note for each source that the digest tells of; none in a past one."""
    if scope.past:
        return ()
    health = {each.source: each for each in shown(uow, scope.workspace)}
    servers = [one for one in health.values() if is_mlflow(one.source)]
    jira = _jira(uow, scope, health.get(issues.SOURCE)) if scope.sight.projects else ()
    return (*jira, *_hidden(uow, scope), *(_mlflow(one, scope) for one in servers))


def issues_read_at(uow: UnitOfWork, workspace: str, projects: Iterable[str]) -> datetime | None:
    """When the mirror of these projects was last brought up to date, or None."""
    return max((p.read_at for p in _progress(uow, workspace, projects)), default=None)


def runs_read_at(uow: UnitOfWork, until: datetime) -> datetime:
    """Up to when what MLflow's servers noticed is known; `until` where none was ever read.

    Of those that answer the one that was read first counts: what a poll of it under way brings is
    stamped later than that. One that doesn't answer holds up no other.
    """
    servers = [one for one in uow.sources.health() if is_mlflow(one.source)]
    answering = [one.read_at for one in servers if one.read_at and not one.down]
    if not answering:
        return max((one.read_at for one in servers if one.read_at), default=until)
    return min(at for at in answering if max(answering) - at <= _ABREAST)


def _jira(uow: UnitOfWork, scope: Scope, health: SourceHealth | None) -> tuple[SourceNote, ...]:
    projects = sorted(scope.sight.projects)
    progress = _progress(uow, scope.workspace, projects)
    note = SourceNote(
        name="Jira",
        as_of=_as_of(scope.window.issues, max((p.read_at for p in progress), default=None)),
        down_since=health.failed_at if health else None,
        reason=health.reason if health else "",
        behind=_behind(projects, progress),
        warning=issues.token_warning(uow, scope.until),
    )
    return (note,)


def _hidden(uow: UnitOfWork, scope: Scope) -> tuple[SourceNote, ...]:
    """A word where the channel chose projects that its readers may not see."""
    known = uow.channels.known(scope.workspace, [scope.channel]).get(scope.channel)
    is_hidden = scope.settings.choice.projects and not scope.sight.projects
    if not is_hidden or known is None or not known.shared:
        return ()
    return (SourceNote(name="Jira", as_of=None, hidden=True),)


def _mlflow(health: SourceHealth, scope: Scope) -> SourceNote:
    return SourceNote(
        name=f"MLflow {server_name(health.source)}".rstrip(),
        as_of=_as_of(scope.window.runs, health.read_at),
        down_since=health.failed_at,
        reason=health.reason,
    )


def _as_of(told: Span, read_at: datetime | None) -> datetime | None:
    """Nothing is younger than its source was read, or than the end of what is told of it."""
    return min(told.until, read_at) if read_at else None


def _behind(projects: Sequence[str], progress: Sequence[ProjectProgress]) -> tuple[str, ...]:
    """The projects that the latest successful reading did not bring."""
    latest = max((p.read_at for p in progress), default=None)
    current = {p.project for p in progress if p.read_at == latest}
    return tuple(key for key in projects if key not in current)


def _progress(uow: UnitOfWork, workspace: str, projects: Iterable[str]) -> list[ProjectProgress]:
    wanted = frozenset(projects)
    return [p for p in uow.issues.progress(workspace) if p.project in wanted]
