"""What is in a digest: each section reads what is kept and knows when it has nothing to say."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import calendar
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.digests.content import (
    Digest,
    LatePlan,
    OpenAlert,
    OpenBlocker,
    SourceNote,
    StandupNews,
)
from bot.domain.digests.settings import DigestSettings
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.retraining import is_news
from bot.domain.experiments.servers import is_mlflow, server_name
from bot.domain.issues.changes import IssueMoves, net_moves
from bot.domain.issues.polling import ProjectProgress
from bot.ports.repositories import UnitOfWork
from bot.services import turns
from bot.services.decisions import waiting
from bot.services.experiments import hypothesis_pages, plans
from bot.services.experiments import pages as experiments
from bot.services.issues import mirror as issues

# Of more open decisions a digest doesn't say whom they wait for.
_AWAITED_NAMED = 6


def compose(
    uow: UnitOfWork, settings: DigestSettings, window: Window, *, brief: bool = False
) -> Digest:
    """All sections of a channel's digest over `window`, read from what is kept now.

    Only what belongs to the channel: its stand-ups, its decisions and alerts, the projects that
    its allow-list names and the experiments that it chose. A `brief` one only serves to ask whether
    there is something to say: it reads no experiment's whole history to find the best run.
    """
    workspace, channel = settings.workspace, settings.channel
    zone = calendar.zone_or_utc(settings.choice.zone)
    return Digest(
        day=calendar.local_date(window.whole.until, zone),
        window=window,
        blockers=_blockers(uow, workspace, channel),
        standup=_standup(uow, workspace, channel, window.whole),
        decisions=_decisions(uow, workspace, channel, window.whole),
        awaited=() if brief else _awaited(uow, workspace, channel, window.whole.until),
        moves=_moves(uow, workspace, settings.choice.projects, window.issues),
        runs=experiments.runs_since(
            uow,
            workspace,
            window.runs.since,
            window.runs.until,
            names=settings.choice.experiments,
            with_best=not brief,
        ),
        alerts=_alerts(uow, workspace, channel),
        late=_late(uow, workspace, channel, window.whole),
        learned=_learned(uow, workspace, channel, window.whole),
        sources=_sources(uow, settings, window),
    )


def issues_read_at(uow: UnitOfWork, workspace: str, projects: Sequence[str]) -> datetime | None:
    """When the mirror of these projects was last brought up to date, or None."""
    return max((p.read_at for p in _progress(uow, workspace, projects)), default=None)


def runs_read_at(uow: UnitOfWork, until: datetime) -> datetime:
    """When the mirror of MLflow was last brought up to date; `until` where it never was."""
    health = experiments.source(uow)
    return health.read_at if health and health.read_at else until


def _blockers(uow: UnitOfWork, workspace: str, channel: str) -> tuple[OpenBlocker, ...]:
    found = uow.blockers.open(workspace, channel)
    names = _names(uow, workspace, sorted({u for b in found for u in b.people}))
    return tuple(
        OpenBlocker(
            blocker=b,
            person=names[b.user_id],
            asked=tuple(names[u] for u in b.asked),
            taken_by=names.get(b.acknowledged_by, ""),
        )
        for b in found
    )


def _standup(uow: UnitOfWork, workspace: str, channel: str, span: Span) -> StandupNews:
    """Who reported, and who was asked in the span and has neither reported nor skipped since."""
    reports = uow.standups.reports_between(workspace, channel, span.since, span.until)
    reported = list(dict.fromkeys(r.user_id for r in reports))
    asked = uow.turns.asked_between(workspace, channel, span.since, span.until)
    awaited = [t.user_id for t in asked if not (t.absence or turns.is_reported(uow, t))]
    names = _names(uow, workspace, [*reported, *awaited])
    return StandupNews(
        reported=tuple(names[u] for u in reported),
        awaited=tuple(names[u] for u in dict.fromkeys(awaited)),
    )


def _decisions(
    uow: UnitOfWork, workspace: str, channel: str, span: Span
) -> tuple[DecisionRecord, ...]:
    changed = uow.decisions.changed_between(workspace, span.since, span.until)
    return tuple(record for record in changed if record.channel == channel)


def _awaited(
    uow: UnitOfWork, workspace: str, channel: str, now: datetime
) -> tuple[OpenDecision, ...]:
    proposed = [r for r in uow.rhythm.proposed(workspace) if r.channel == channel]
    named = waiting.waiting(uow, proposed[:_AWAITED_NAMED], now)
    return (*named, *(OpenDecision(record=record) for record in proposed[_AWAITED_NAMED:]))


def _moves(uow: UnitOfWork, workspace: str, projects: Sequence[str], span: Span) -> IssueMoves:
    if not projects:
        return IssueMoves()
    return net_moves(uow.issues.news(workspace, projects, span.since, span.until))


def _alerts(uow: UnitOfWork, workspace: str, channel: str) -> tuple[OpenAlert, ...]:
    found = [i for i in uow.alerts.open_incidents(workspace) if i.channel == channel]
    names = _names(uow, workspace, [i.acknowledged_by for i in found if i.acknowledged_by])
    return tuple(
        OpenAlert(incident=i, acknowledged_by=names.get(i.acknowledged_by, "")) for i in found
    )


def _late(uow: UnitOfWork, workspace: str, channel: str, span: Span) -> tuple[LatePlan, ...]:
    """The channel's models that were to be retrained, the most overdue first."""
    found = plans.overdue(uow, workspace, span.until, channel=channel)
    names = _names(uow, workspace, [state.plan.owner for state in found])
    return tuple(
        LatePlan(state=state, owner=names[state.plan.owner], is_news=is_news(state, span.since))
        for state in found
    )


def _learned(
    uow: UnitOfWork, workspace: str, channel: str, span: Span
) -> tuple[HypothesisDetail, ...]:
    """The channel's hypotheses that got a verdict."""
    return hypothesis_pages.learned(
        uow, workspace, lambda each: each.channel == channel, span.since, span.until
    )


def _sources(uow: UnitOfWork, settings: DigestSettings, window: Window) -> tuple[SourceNote, ...]:
    health = {source.source: source for source in uow.sources.health()}
    notes = []
    if settings.choice.projects:
        jira = health.get(issues.SOURCE)
        progress = _progress(uow, settings.workspace, settings.choice.projects)
        notes.append(
            SourceNote(
                name="Jira",
                as_of=window.issues.until if progress else None,
                down_since=jira.failed_at if jira else None,
                reason=jira.reason if jira else "",
                behind=_behind(settings.choice.projects, progress),
            )
        )
    for mlflow in (one for one in health.values() if is_mlflow(one.source)):
        as_of = window.runs.until if mlflow.read_at else None
        name = f"MLflow {server_name(mlflow.source)}".rstrip()
        notes.append(
            SourceNote(name=name, as_of=as_of, down_since=mlflow.failed_at, reason=mlflow.reason)
        )
    return tuple(notes)


def _behind(projects: Sequence[str], progress: Sequence[ProjectProgress]) -> tuple[str, ...]:
    """The projects that the latest successful reading did not bring."""
    latest = max((p.read_at for p in progress), default=None)
    current = {p.project for p in progress if p.read_at == latest}
    return tuple(key for key in projects if key not in current)


def _progress(uow: UnitOfWork, workspace: str, projects: Sequence[str]) -> list[ProjectProgress]:
    return [p for p in uow.issues.progress(workspace) if p.project in projects]


def _names(uow: UnitOfWork, workspace: str, user_ids: Sequence[str]) -> dict[str, str]:
    people = uow.people.several(workspace, user_ids)
    return {u: people[u].name if u in people else u for u in user_ids}
