"""What a rule has to read: what its samples are compared with now, and those it hasn't seen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.alerts.engine import Evaluation, follow_alias, follow_champion
from bot.domain.alerts.rules import ModelThreshold, Regression, Rule, RuleDraft, Threshold
from bot.domain.alerts.states import AlertState, Baseline, Sample
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.alerts import version_samples

# A run may be noticed long before its metric arrives (a client may log after the end, which only
# the hourly sweep sees), and a slow poll may commit after we have read past its moment.
LOOK_BACK = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The champion's metric for a regression rule, and the version that a rule on an alias looks
    at; each None where it is unknown to us or the rule needs none."""

    baseline: Baseline | None = None
    version: int | None = None


def ground(uow: UnitOfWork, rule: RuleDraft) -> Ground:
    """What the samples of a rule stand on now."""
    if isinstance(rule.condition, ModelThreshold):
        return Ground(version=version_samples.watched(uow, rule, rule.condition))
    return Ground(baseline=alert_samples.baseline(uow, rule))


def moved(rule: RuleDraft, state: AlertState, found: Ground, now: datetime) -> Evaluation | None:
    """What another ground than that of `state` means for a rule; None if it is the same one."""
    if isinstance(rule.condition, ModelThreshold):
        return follow_alias(rule.condition, state, found.version, now)
    return follow_champion(state, found.baseline, now) if found.baseline else None


def can_judge(rule: RuleDraft, found: Ground) -> bool:
    """Whether samples can be judged; else they wait until there is something to stand on."""
    if isinstance(rule.condition, ModelThreshold):
        return found.version is not None
    return found.baseline is not None or not isinstance(rule.condition, Regression)


def unread(uow: UnitOfWork, rule: Rule, state: AlertState, now: datetime) -> list[Sample]:
    """The evaluations that the rule hasn't processed yet, in the order to process them."""
    found = _samples(uow, rule, state, now)
    excluded = {*state.champions, *((state.baseline.run_id,) if state.baseline else ())}
    fresh = [sample for sample in found if sample.key not in excluded]
    known = uow.alerts.known(rule.workspace, rule.number, [sample.key for sample in fresh])
    return [sample for sample in fresh if sample.key not in known]


def _samples(uow: UnitOfWork, rule: Rule, state: AlertState, now: datetime) -> list[Sample]:
    match rule.condition:
        case Threshold() as condition:
            since = state.read_until - LOOK_BACK
            runs = uow.experiments.noticed_ended(rule.workspace, since, now)
            return alert_samples.of_experiment(runs, rule, condition, now)
        case Regression() as condition:
            return alert_samples.of_model(uow, rule, condition, now)
        case ModelThreshold() as condition:
            return version_samples.of_version(uow, rule, condition, state.version, now)
