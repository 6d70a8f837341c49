"""How old what a digest shows of each source is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.digests.content import SourceNote
from bot.domain.experiments.servers import is_mlflow, server_name
from bot.domain.issues.polling import ProjectProgress
from bot.domain.source import SourceHealth
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.experiments import pages as experiments
from bot.services.issues import mirror as issues


def read(uow: UnitOfWork, scope: Scope) -> tuple[SourceNote, ...]:
    """One note for each source that the digest tells of; none in a past one."""
    if scope.past:
        return ()
    health = {source.source: source for source in uow.sources.health()}
    servers = [one for one in health.values() if is_mlflow(one.source)]
    jira = _jira(uow, scope, health.get(issues.SOURCE)) if scope.sight.projects else ()
    return (*jira, *_hidden(uow, scope), *(_mlflow(one, scope) for one in servers))


def issues_read_at(uow: UnitOfWork, workspace: str, projects: Iterable[str]) -> datetime | None:
    """When the mirror of these projects was last brought up to date, or None."""
    return max((p.read_at for p in _progress(uow, workspace, projects)), default=None)


def runs_read_at(uow: UnitOfWork, until: datetime) -> datetime:
    """When the mirror of MLflow was last brought up to date; `until` where it never was."""
    health = experiments.source(uow)
    return health.read_at if health and health.read_at else until


def _jira(uow: UnitOfWork, scope: Scope, health: SourceHealth | None) -> tuple[SourceNote, ...]:
    projects = sorted(scope.sight.projects)
    progress = _progress(uow, scope.workspace, projects)
    note = SourceNote(
        name="Jira",
        as_of=scope.window.issues.until if progress else None,
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
        as_of=scope.window.runs.until if health.read_at else None,
        down_since=health.failed_at,
        reason=health.reason,
    )


def _behind(projects: Sequence[str], progress: Sequence[ProjectProgress]) -> tuple[str, ...]:
    """The projects that the latest successful reading did not bring."""
    latest = max((p.read_at for p in progress), default=None)
    current = {p.project for p in progress if p.read_at == latest}
    return tuple(key for key in projects if key not in current)


def _progress(uow: UnitOfWork, workspace: str, projects: Iterable[str]) -> list[ProjectProgress]:
    wanted = frozenset(projects)
    return [p for p in uow.issues.progress(workspace) if p.project in wanted]
