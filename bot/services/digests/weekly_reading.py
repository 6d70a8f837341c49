"""What only the weekly digest reads."""

from collections import defaultdict
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain import participation as attendance
from bot.domain.alerts.precision import PrecisionReport
from bot.domain.decisions.sight import Viewer
from bot.domain.digests.content import Digest, OpenBlocker
from bot.domain.digests.improvements import Improvement, improvement
from bot.domain.digests.settings import DigestSettings
from bot.domain.digests.weekly import WEEK, Coming, Failure, ways_of_failing
from bot.domain.digests.windows import Span
from bot.domain.experiments.hypothesis_detail import HypothesesNews
from bot.domain.experiments.records import Experiment, Run
from bot.domain.experiments.retraining import PlanState
from bot.domain.participation import Tally
from bot.domain.turn import Entry
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.precision import report
from bot.services.digests.scope import names
from bot.services.experiments import directions, pages, plans

# Of each experiment: reading all of its runs would take longer with every month.
_COMPARED = 300


def failures(uow: UnitOfWork, settings: DigestSettings, span: Span) -> tuple[Failure, ...]:
    """Runs of the channel's experiments that failed, were stopped, or whose number became none:
    one for each way of an experiment, the most frequent first."""
    found = [
        failure
        for experiment, runs in _ended(uow, settings, span)
        for failure in ways_of_failing(experiment, runs)
    ]
    return tuple(sorted(found, key=lambda each: -each.count))


def improved(uow: UnitOfWork, settings: DigestSettings, span: Span) -> tuple[Improvement, ...]:
    """The channel's experiments that the week made better, compared with their last few hundred
    runs before it."""
    workspace = settings.workspace
    found = []
    for experiment, ended in _ended(uow, settings, span):
        if experiment is None:
            continue
        known = experiment.experiment_id
        before = uow.experiments.latest_ended(workspace, known, span.since, _COMPARED)
        runs = sorted([*before, *ended], key=_started)
        champions = pages.champions(uow, workspace, experiment, runs)
        found.append(improvement(experiment, runs, {run.run_id for run in ended}, champions))
    return tuple(each for each in found if each is not None)


def _ended(
    uow: UnitOfWork, settings: DigestSettings, span: Span
) -> list[tuple[Experiment | None, list[Run]]]:
    """The runs that ended in the span, by those experiments that the channel chose."""
    workspace, wanted = settings.workspace, {n.casefold() for n in settings.choice.experiments}
    known = {each.experiment_id: each for each in directions.experiments(uow, workspace)}
    by_experiment: defaultdict[str, list[Run]] = defaultdict(list)
    for run in uow.experiments.noticed_ended(workspace, span.since, span.until):
        experiment = known.get(run.experiment_id)
        if not wanted or (experiment and experiment.name.casefold() in wanted):
            by_experiment[run.experiment_id].append(run)
    return [(known.get(key), runs) for key, runs in by_experiment.items()]


def _started(run: Run) -> float:
    return run.started_at.timestamp() if run.started_at else 0.0


def had_alerts(uow: UnitOfWork, workspace: str, channel: str, span: Span) -> bool:
    """Whether the channel was told of an alert."""
    opened = uow.alerts.opened(workspace, span.since, span.until)
    return any(each.is_told and each.channel == channel for each in opened)


def precision(uow: UnitOfWork, workspace: str, channel: str, span: Span) -> PrecisionReport:
    """What the alerts of the channel's rules were worth."""
    everybody = Viewer(workspace=workspace, user_id="", now=span.until, channel=channel)
    return report(uow, everybody, span.since)


def participation(
    uow: UnitOfWork, workspace: str, channel: str, zone: str, span: Span, now: datetime
) -> Tally:
    """The counts of the channel's stand-ups on the seven dates that ended by the week's end."""
    last = calendar.local_date(span.until, calendar.zone_or_utc(zone)) - timedelta(days=1)
    first = last - WEEK + timedelta(days=1)
    ids = [s.id for s in uow.history.standups(workspace) if s.channel == channel]
    reports = {
        (r.standup_id, r.local_date, r.user_id): r
        for r in uow.standups.reports_of_days(ids, first, last)
    }
    entries = [
        Entry(turn=turn, report=reports.get((turn.standup_id, turn.local_date, turn.user_id)))
        for turn in uow.turns.of_days(ids, first, last)
    ]
    return attendance.participation(entries, {}, now).total


def unblocked(uow: UnitOfWork, workspace: str, channel: str, span: Span) -> tuple[OpenBlocker, ...]:
    """The channel's blockers that were solved; `taken_by` is who took or closed each."""
    found = [
        each
        for each in uow.blockers.closed(workspace, span.since, span.until)
        if each.channel == channel
    ]
    helpers = {each.number: each.acknowledged_by or each.closed_by for each in found}
    known = names(uow, workspace, sorted({*helpers.values(), *(b.user_id for b in found)} - {""}))
    return tuple(
        OpenBlocker(
            blocker=each,
            person=known.get(each.user_id, each.user_id),
            taken_by=known.get(helpers[each.number], ""),
        )
        for each in found
    )


def coming(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    week: Digest,
    hypotheses: HypothesesNews,
    now: datetime,
) -> Coming:
    """What is due within seven days; decisions to look at again are told with the others."""
    until = now + WEEK
    due = _due_plans(uow, workspace, channel, now)
    sprint = week.sprint.sprint if week.sprint else None
    return Coming(
        plans=due,
        hypotheses=tuple(h for h in hypotheses.open if h.hypothesis.deadline <= until),
        goals=tuple(
            state
            for state in week.goals
            if state.goal.due_on and state.today <= state.goal.due_on <= state.today + WEEK
        ),
        sprint_ends=sprint.ends_at if sprint and now <= sprint.ends_at <= until else None,
        owners=names(uow, workspace, [state.plan.owner for state in due]),
    )


def _due_plans(
    uow: UnitOfWork, workspace: str, channel: str, now: datetime
) -> tuple[PlanState, ...]:
    pages, _ = plans.listed(uow, workspace, now)
    states = [page.state for page in pages if page.state and page.state.plan.channel == channel]
    return tuple(
        state
        for state in states
        if state.due_on and state.due_on <= calendar.local_date(now, state.zone) + WEEK
    )
