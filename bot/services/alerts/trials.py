"""Dry runs over what the mirror holds: of a form, and of a rule that there is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.alerts.defaults import suggested_delta
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Regression, Rule, RuleDraft, RunRegression
from bot.domain.alerts.states import Baseline, Phase, Sample
from bot.domain.alerts.titles import title
from bot.domain.alerts.trial import Trial, try_out
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import routing, suspects
from bot.services.alerts import samples as alert_samples
from bot.services.alerts.history import past


@dataclass(frozen=True, kw_only=True)
class TriedOut:
    """A dry run of `rule`, with its names looked up, over `samples`, oldest first; `baseline` is
    what it was measured against (None: the past itself)."""

    rule: RuleDraft
    trial: Trial
    samples: Sequence[Sample]
    baseline: Baseline | None = None


def dry_run(uow: UnitOfWork, draft: RuleDraft, now: datetime, *, propose: bool = False) -> TriedOut:
    """What a rule would have said over the last 90 days, from the mirror alone.

    With `propose` the usual noise of the metric takes the place of a regression's `abs_delta`.
    Raises InvalidForm by field names where there is nothing to look at, or nothing to propose.
    """
    known, history = past(uow, draft, now)
    baseline = alert_samples.baseline(uow, known)
    if propose:
        known = _with_usual_delta(known, history, baseline)
    trial = try_out(known, history, now, baseline)
    return TriedOut(rule=known, trial=trial, samples=history, baseline=baseline)


def of_rule(uow: UnitOfWork, rule: Rule, now: datetime) -> TriedOut | None:
    """The dry run of a rule that there is; None where what it watched is gone."""
    try:
        return dry_run(uow, rule, now)
    except InvalidForm:
        return None


def example(uow: UnitOfWork, rule: Rule, found: TriedOut, now: datetime) -> Incident | None:
    """An incident as the rule would tell of it: the last one of the dry run, else one of the newest
    evaluation; it isn't stored. None where there is no evaluation at all."""
    sample, phase = (found.samples[-1] if found.samples else None), Phase.FIRING
    reason = "this is what an alert looks like; nothing was bad"
    if found.trial.episodes:
        last = found.trial.episodes[-1]
        reason, phase = last.reason, last.phase
        named = (s for s in found.samples if s.at <= last.opened_at and s.name == last.name)
        sample = max(named, key=lambda each: each.at, default=sample)
    if sample is None:
        return None
    stored = uow.alerts.state(rule.workspace, rule.number)
    shown = Incident(
        id=f"{rule.workspace}:{rule.label}:test",
        workspace=rule.workspace,
        rule_number=rule.number,
        channel=rule.channel,
        severity=rule.severity,
        title=title(rule, sample, reason, found.baseline, phase),
        latest=reason,
        sample=sample,
        baseline=found.baseline,
        opened_at=now,
        changed_at=now,
        phase=phase,
        suspects=suspects.find(uow, rule, sample, stored.state) if stored else (),
    )
    return replace(shown, call=routing.route(uow, rule, shown, now))


def _with_usual_delta(
    rule: RuleDraft, history: Sequence[Sample], baseline: Baseline | None
) -> RuleDraft:
    """The rule with how much worse its metric must be to mean something."""
    condition, seeds = rule.condition, baseline.seeds if baseline else ()
    delta = suggested_delta([sample.value for sample in history], seeds)
    if delta is None or not isinstance(condition, Regression | RunRegression):
        raise InvalidForm({"abs_delta": "Type by how much worse is too much, such as 0.01."})
    return replace(rule, condition=replace(condition, abs_delta=delta))
