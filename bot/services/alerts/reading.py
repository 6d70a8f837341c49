"""What a rule has to read: what its samples are compared with now, and those it hasn't seen.

Runs are read by when the mirror last saw them change, so nothing is read twice but a little, and a
metric that was logged long after its run had ended is read when it comes. That is why evaluations
are not delayed: what isn't complete yet is seen again once it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.alerts.engine import Evaluation, follow_alias, follow_champion, needs_champion
from bot.domain.alerts.rules import (
    ModelThreshold,
    Rule,
    RuleDraft,
    RunRegression,
    Staleness,
    Threshold,
)
from bot.domain.alerts.states import AlertState, Baseline, Sample
from bot.domain.experiments.records import Run
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.alerts import version_samples

# A slow poll may commit after we have read past the moment at which it began.
LOOK_BACK = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The champion's metric for a regression rule, and the version that a rule on an alias looks
    at; each None where it is unknown to us or the rule needs none. `blind` says why the champion's
    is unknown."""

    baseline: Baseline | None = None
    version: int | None = None
    blind: str = ""


def ground(uow: UnitOfWork, rule: RuleDraft) -> Ground:
    """What the samples of a rule stand on now."""
    if (condition := follows(rule)) is not None:
        return Ground(version=version_samples.watched(uow, rule, condition))
    baseline = alert_samples.champion(uow, rule)
    is_blind = baseline is None and needs_champion(rule)
    return Ground(baseline=baseline, blind=alert_samples.blindness(uow, rule) if is_blind else "")


def follows(rule: RuleDraft) -> ModelThreshold | None:
    """The condition of a rule that looks at the version under an alias only; None for others."""
    condition = rule.condition
    return condition if isinstance(condition, ModelThreshold) and condition.alias else None


def moved(
    uow: UnitOfWork, rule: RuleDraft, state: AlertState, found: Ground, now: datetime
) -> Evaluation | None:
    """What another ground than that of `state` means for a rule; None if it is the same one."""
    if (condition := follows(rule)) is not None:
        return follow_alias(condition, state, found.version, now)
    if found.baseline is None or _is_baseline(state, found.baseline):
        return None
    return follow_champion(state, alert_samples.with_seeds(uow, rule, found.baseline), now)


def kept(state: AlertState, found: Ground) -> AlertState:
    """The state with the champion's metric as it is now; its seeds are those of the promotion."""
    if found.baseline is None or state.baseline is None:
        return state
    return replace(state, baseline=replace(found.baseline, seeds=state.baseline.seeds))


def can_judge(rule: RuleDraft, found: Ground) -> bool:
    """Whether samples can be judged; else they wait until there is something to stand on."""
    if follows(rule) is not None:
        return found.version is not None
    return found.baseline is not None or not needs_champion(rule)


def recent(uow: UnitOfWork, workspace: str, read_until: datetime, now: datetime) -> list[Run]:
    """Ended runs that may be news to a rule which has read the mirror until then."""
    return uow.experiments.changed(workspace, read_until - LOOK_BACK, now)


def unread(
    uow: UnitOfWork, rule: Rule, state: AlertState, runs: Sequence[Run], now: datetime
) -> list[Sample]:
    """The evaluations that the rule hasn't processed yet, in the order to process them; `runs` are
    `recent` ones, of whatever they are."""
    excluded = {*state.champions, *((state.baseline.run_id,) if state.baseline else ())}
    found = of_rule(uow, rule, _with_sources(uow, rule, state, runs), state.version, now)
    fresh = [sample for sample in found if sample.key not in excluded]
    known = uow.alerts.known(rule.workspace, rule.number, [sample.key for sample in fresh])
    return [sample for sample in fresh if sample.key not in known]


def of_rule(
    uow: UnitOfWork, rule: RuleDraft, runs: Sequence[Run], version: int | None, now: datetime
) -> list[Sample]:
    """Those of `runs` that are evaluations for a rule, in their order; `version` is the one that a
    rule on an alias looks at."""
    said = [run for run in runs if alert_samples.is_sample(run, rule)]
    if not said:
        return []
    match rule.condition:
        case Threshold() | RunRegression() | Staleness(model="") as condition:
            own = [run for run in said if run.experiment_id == condition.experiment_id]
            return [alert_samples.sample_of(run, rule, now) for run in own]
        case ModelThreshold(alias=alias) if alias:
            tagged = [run for run in said if alert_samples.evaluates(run, rule.model)]
            if version is None or not tagged:
                return []
            own = version_samples.speaks_for(uow, rule.workspace, rule.model, version, tagged)
            return [alert_samples.sample_of(run, rule, now, version) for run in own]
        case _:
            made = alert_samples.sources(uow, rule.workspace, rule.model)
            return [
                alert_samples.sample_of(run, rule, now, made.get(run.run_id))
                for run in said
                if run.run_id in made or alert_samples.evaluates(run, rule.model)
            ]


def last(uow: UnitOfWork, rule: Rule, state: AlertState, now: datetime) -> Sample | None:
    """The last sample that was processed, if the mirror still has it."""
    run = uow.experiments.run(rule.workspace, state.last_key) if state.last_key else None
    if run is None or not alert_samples.is_sample(run, rule):
        return None
    made = alert_samples.sources(uow, rule.workspace, rule.model) if rule.model else {}
    return alert_samples.sample_of(run, rule, now, made.get(run.run_id))


def _with_sources(
    uow: UnitOfWork, rule: Rule, state: AlertState, runs: Sequence[Run]
) -> Sequence[Run]:
    """With the runs of versions made since: such a run may have ended long before."""
    if not rule.model or follows(rule) is not None:
        return runs
    since, seen = state.read_until - LOOK_BACK, {run.run_id for run in runs}
    made = []
    for version in uow.experiments.versions(rule.workspace, rule.model):
        if version.created_at > since and version.run_id not in seen:
            run = uow.experiments.run(rule.workspace, version.run_id)
            made += [run] if run is not None else []
    return [*runs, *made]


def _is_baseline(state: AlertState, found: Baseline) -> bool:
    return state.baseline is not None and state.baseline.version == found.version
