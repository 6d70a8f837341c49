"""What the mirror of MLflow holds for a rule: its evaluations and its baseline."""

import math
from datetime import datetime, timedelta

from bot.domain.alert import (
    AlertState,
    Baseline,
    Regression,
    Rule,
    RuleDraft,
    Sample,
    Threshold,
)
from bot.domain.alert_rules import is_number
from bot.domain.experiment import Run, RunStatus
from bot.ports.repositories import UnitOfWork

CHAMPION = "champion"
MODEL_TAG = "registered_model"

# A run may be noticed long before its metric arrives (a client may log after the end, which only
# the hourly sweep sees), and a slow poll may commit after we have read past its moment.
LOOK_BACK = timedelta(hours=2)


def unread(uow: UnitOfWork, rule: Rule, state: AlertState, now: datetime) -> list[Sample]:
    """The evaluations that the rule hasn't processed yet, in the order to process them."""
    if isinstance(rule.condition, Threshold):
        since = state.read_until - LOOK_BACK
        runs = uow.experiments.noticed_ended(rule.workspace, since, now)
        found = of_experiment(runs, rule, rule.condition, now)
    else:
        found = of_model(uow, rule, rule.condition, now)
    excluded = {*state.champions, *((state.baseline.run_id,) if state.baseline else ())}
    fresh = [sample for sample in found if sample.key not in excluded]
    known = uow.alerts.known(rule.workspace, rule.number, [sample.key for sample in fresh])
    return [sample for sample in fresh if sample.key not in known]


def of_experiment(
    runs: list[Run], rule: RuleDraft, threshold: Threshold, now: datetime
) -> list[Sample]:
    """Those of `runs` that are evaluations of a threshold rule, in their order."""
    return [
        _sample(run, rule.metric, now)
        for run in runs
        if run.experiment_id == threshold.experiment_id and _counts(run, rule.metric)
    ]


def of_model(
    uow: UnitOfWork, rule: RuleDraft, regression: Regression, now: datetime
) -> list[Sample]:
    """All evaluations of a model: runs tagged with its name and its versions' source runs.

    By end time; the champion's own run is among them.
    """
    tagged = uow.experiments.runs_tagged(rule.workspace, MODEL_TAG, regression.model)
    runs = {run.run_id: run for run in tagged}
    versions: dict[str, int] = {}
    for version in uow.experiments.versions(rule.workspace, regression.model):
        source = uow.experiments.run(rule.workspace, version.run_id)
        if source is not None:
            runs[source.run_id] = source
            versions.setdefault(source.run_id, version.version)
    samples = [
        _sample(run, rule.metric, now, versions.get(run.run_id))
        for run in runs.values()
        if _counts(run, rule.metric)
    ]
    return sorted(samples, key=lambda sample: (sample.at, sample.key))


def champion_run(uow: UnitOfWork, workspace: str, model: str) -> tuple[int, Run] | None:
    """The version behind alias `champion` and its run, or None if either is unknown to us."""
    models = {found.name: found for found in uow.experiments.models(workspace)}
    number = models[model].aliases.get(CHAMPION) if model in models else None
    for version in uow.experiments.versions(workspace, model):
        if version.version == number:
            run = uow.experiments.run(workspace, version.run_id)
            return (version.version, run) if run else None
    return None


def baseline(uow: UnitOfWork, rule: RuleDraft) -> Baseline | None:
    """The champion's metric; None for a threshold, or where there is no such number."""
    if not isinstance(rule.condition, Regression):
        return None
    found = champion_run(uow, rule.workspace, rule.condition.model)
    if found is None:
        return None
    version, run = found
    value = run.metrics.get(rule.metric, math.nan)
    if not is_number(value):
        return None
    return Baseline(
        version=version, run_id=run.run_id, experiment_id=run.experiment_id, value=value
    )


def _counts(run: Run, metric: str) -> bool:
    return run.status is RunStatus.FINISHED and metric in run.metrics


def _sample(run: Run, metric: str, now: datetime, version: int | None = None) -> Sample:
    ended = run.ended_at or run.started_at or now
    return Sample(
        key=run.run_id,
        experiment_id=run.experiment_id,
        name=run.name or run.run_id[:8],
        at=min(ended, now),
        value=run.metrics[metric],
        version=version,
    )
