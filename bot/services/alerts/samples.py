"""What the mirror of MLflow holds for a rule: its evaluations and its baseline."""

import math
from datetime import datetime

from bot.domain.alerts.engine import is_number
from bot.domain.alerts.rules import Regression, RuleDraft, Threshold
from bot.domain.alerts.states import Baseline, Sample
from bot.domain.experiments.records import Run, RunStatus
from bot.ports.repositories import UnitOfWork

CHAMPION = "champion"
MODEL_TAG = "registered_model"


def of_experiment(
    runs: list[Run], rule: RuleDraft, threshold: Threshold, now: datetime
) -> list[Sample]:
    """Those of `runs` that are evaluations of a threshold rule, in their order."""
    return [
        sample_of(run, rule.metric, now)
        for run in runs
        if run.experiment_id == threshold.experiment_id and counts(run, rule.metric)
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
        sample_of(run, rule.metric, now, versions.get(run.run_id))
        for run in runs.values()
        if counts(run, rule.metric)
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


def counts(run: Run, metric: str) -> bool:
    """Whether a run is an evaluation: it is finished and has the metric."""
    return run.status is RunStatus.FINISHED and metric in run.metrics


def sample_of(run: Run, metric: str, now: datetime, version: int | None = None) -> Sample:
    """What a run that `counts` says of a metric."""
    ended = run.ended_at or run.started_at or now
    return Sample(
        key=run.run_id,
        experiment_id=run.experiment_id,
        name=run.name or run.run_id[:8],
        at=min(ended, now),
        value=run.metrics[metric],
        version=version,
    )
