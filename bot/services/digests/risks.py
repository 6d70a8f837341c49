"""Open alerts and models that are late, as risks that anybody understands."""

from collections.abc import Mapping, Sequence

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import (
    FairnessGap,
    ModelThreshold,
    Rule,
    SliceFloor,
    Staleness,
)
from bot.domain.alerts.states import Phase
from bot.domain.decisions.measure import Measure
from bot.domain.digests.content import Digest, OpenAlert
from bot.domain.digests.stakeholder import Risk, RiskKind
from bot.domain.experiments.goals import BestOf, GoalState
from bot.ports.repositories import UnitOfWork

_GROUPS = 2

_PHASES = {
    Phase.DRIFTING: RiskKind.SLOWLY,
    Phase.INVALID: RiskKind.NO_NUMBER,
    Phase.NO_DATA: RiskKind.UNCHECKED,
}


def read(uow: UnitOfWork, workspace: str, content: Digest) -> tuple[Risk, ...]:
    """The channel's open alerts on models, those that goals stand on first, then the oldest.

    An alert on the runs of an experiment is a risk only where a goal is measured there. Several
    alerts that say the same of one model are one risk.
    """
    found: dict[tuple[str, RiskKind], Risk] = {}
    for alert in sorted(content.alerts, key=lambda one: one.incident.opened_at):
        rule = uow.alerts.rule(workspace, alert.incident.rule_number)
        risk = _risk(rule, alert, content.goals) if rule else None
        if risk is not None:
            key = (risk.model, risk.kind)
            found[key] = _merged(found[key], risk) if key in found else risk
    return tuple(sorted(found.values(), key=lambda risk: not risk.objectives))


def _risk(rule: Rule, alert: OpenAlert, goals: Sequence[GoalState]) -> Risk | None:
    incident = alert.incident
    objectives = tuple(state.goal.objective for state in goals if _stands_on(state, rule))
    if not (rule.model or objectives):
        return None
    return Risk(
        kind=_kind(rule, incident),
        model=rule.model or rule.experiment,
        since=incident.opened_at,
        groups=_groups(rule, incident),
        objectives=objectives,
        looked_at_by=alert.acknowledged_by,
        looked_at_since=incident.acknowledged_at if alert.acknowledged_by else None,
    )


def _stands_on(state: GoalState, rule: Rule) -> bool:
    measured = state.goal.measured
    if isinstance(measured, BestOf):
        return getattr(rule.condition, "experiment_id", "") == measured.experiment_id
    return isinstance(measured, Measure) and bool(rule.model) and measured.model == rule.model


def _kind(rule: Rule, incident: Incident) -> RiskKind:
    if incident.phase in _PHASES:
        return _PHASES[incident.phase]
    match rule.condition:
        case Staleness():
            return RiskKind.UNCHECKED
        case SliceFloor():
            return RiskKind.WORSE_FOR_SOME
        case FairnessGap():
            return RiskKind.UNEVEN
        case ModelThreshold(unit=unit):
            return RiskKind.OVER_BUDGET if unit else RiskKind.BELOW_AGREED
    return RiskKind.WORSE


def _groups(rule: Rule, incident: Incident) -> tuple[str, ...]:
    """The worst slices of the evaluation that the alert rests on."""
    if incident.sample is None or not isinstance(rule.condition, SliceFloor):
        return ()
    operator, bound = rule.condition.operator, rule.condition.bound
    beyond: Mapping[str, float] = {
        name: value for name, value in incident.sample.slices if operator.passed(value, bound)
    }
    worst = sorted(beyond, key=lambda name: (-abs(beyond[name] - bound), name))
    return tuple(worst[:_GROUPS])


def _merged(one: Risk, other: Risk) -> Risk:
    """The older one; with the person of whichever is being looked at."""
    on_it = one if one.looked_at_by or not other.looked_at_by else other
    groups = tuple(dict.fromkeys((*one.groups, *other.groups)))[:_GROUPS]
    return Risk(
        kind=one.kind,
        model=one.model,
        since=one.since,
        groups=groups,
        objectives=one.objectives,
        looked_at_by=on_it.looked_at_by,
        looked_at_since=on_it.looked_at_since,
    )
