"""Which runs of the mirror are evaluations for a rule, what they say, and the baseline."""

import math
from collections.abc import Iterable
from datetime import datetime

from bot.domain.alerts.changes import needs_champion
from bot.domain.alerts.comparing import is_number
from bot.domain.alerts.rules import (
    FairnessGap,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Threshold,
)
from bot.domain.alerts.slices import Slices, slices_of, summary_of
from bot.domain.alerts.states import Baseline, Sample
from bot.domain.experiments.entries import SEED_TAG
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.servers import bare, server_of
from bot.ports.repositories import UnitOfWork

CHAMPION = "champion"
MODEL_TAG = "registered_model"
VERSION_TAG = "model_version"

# Longer numbers are no versions, and Python refuses to read very long ones.
VERSION_DIGITS = 9

# The runs of a sweep are tries; what comes of the sweep is a run of its own.
# (https://mlflow.org/docs/latest/ml/tracking/#parent-and-child-runs)
_PARENT_TAG = "mlflow.parentRunId"


def counts(run: Run, metric: str) -> bool:
    """Whether a run is an evaluation: it is finished and has the metric."""
    return run.status is RunStatus.FINISHED and metric in run.metrics


def is_sample(run: Run, rule: RuleDraft) -> bool:
    """Whether a run says anything to a rule, if it is one of what the rule watches.

    It is finished, has the metric (a slice of it; any, where the rule names none) and all tags of
    the rule. Children of a sweep say nothing to rules on the quality of an experiment's runs.
    """
    if run.status is not RunStatus.FINISHED or not _is_tagged(run, rule):
        return False
    if isinstance(rule.condition, Threshold | RunRegression) and _PARENT_TAG in run.tags:
        return False
    if isinstance(rule.condition, SliceFloor | FairnessGap):
        return bool(slices_of(rule.metric, run.metrics))
    return not rule.metric or rule.metric in run.metrics


def sample_of(run: Run, rule: RuleDraft, now: datetime, version: int | None = None) -> Sample:
    """What a run that `is_sample` says to a rule; `version` is the one that was made from it, else
    it is the one that its tag `model_version` names."""
    slices: Slices = ()
    value = run.metrics.get(rule.metric, math.nan)
    if isinstance(rule.condition, SliceFloor | FairnessGap):
        slices = slices_of(rule.metric, run.metrics)
        value = summary_of(rule.condition, slices)
    ended = run.ended_at or run.started_at or now
    return Sample(
        key=run.run_id,
        experiment_id=run.experiment_id,
        name=run.name or run.run_id[:8],
        at=min(ended, now),
        value=value,
        version=version if version is not None else tagged_version(run),
        slices=slices,
    )


def in_order(samples: Iterable[Sample]) -> list[Sample]:
    """By end time."""
    return sorted(samples, key=lambda sample: (sample.at, sample.key))


def evaluates(run: Run, model: str) -> bool:
    """Whether a run is tagged as an evaluation of a model, on the model's own server."""
    same_server = server_of(run.experiment_id) == server_of(model)
    return same_server and run.tags.get(MODEL_TAG) == bare(model)


def tagged_version(run: Run) -> int | None:
    """The version that a run says it evaluates (`14` or `v14`), or None."""
    digits = run.tags.get(VERSION_TAG, "").strip().lower().removeprefix("v")
    return int(digits) if digits.isdecimal() and len(digits) <= VERSION_DIGITS else None


def runs_of_model(uow: UnitOfWork, workspace: str, model: str) -> list[Run]:
    """All runs that are tagged as evaluations of a model, earliest start first.

    This reads a model's whole history: it is for setting a rule up, not for every evaluation.
    """
    tagged = uow.experiments.runs_tagged(workspace, MODEL_TAG, bare(model))
    return [run for run in tagged if evaluates(run, model)]


def sources(uow: UnitOfWork, workspace: str, model: str) -> dict[str, int]:
    """The first version made from each run, by run id."""
    found: dict[str, int] = {}
    for version in reversed(uow.experiments.versions(workspace, model)):
        if version.run_id:
            found.setdefault(version.run_id, version.version)
    return found


def champion_run(uow: UnitOfWork, workspace: str, model: str) -> tuple[int, Run] | None:
    """The version behind alias `champion` and its run, or None if either is unknown to us."""
    models = {found.name: found for found in uow.experiments.models(workspace)}
    number = models[model].aliases.get(CHAMPION) if model in models else None
    for version in uow.experiments.versions(workspace, model) if number is not None else ():
        if version.version == number:
            run = uow.experiments.run(workspace, version.run_id)
            return (version.version, run) if run else None
    return None


def baseline(uow: UnitOfWork, rule: RuleDraft) -> Baseline | None:
    """The champion's metric with its seeds; None for rules that don't compare with it, or where
    there is no such number."""
    found = champion(uow, rule)
    return with_seeds(uow, rule, found) if found else None


def champion(uow: UnitOfWork, rule: RuleDraft) -> Baseline | None:
    """`baseline` without its seeds: cheap enough to look at often."""
    if not needs_champion(rule):
        return None
    found = champion_run(uow, rule.workspace, rule.model)
    if found is None:
        return None
    version, run = found
    value = run.metrics.get(rule.metric, math.nan)
    if not is_number(value):
        return None
    return Baseline(
        version=version, run_id=run.run_id, experiment_id=run.experiment_id, value=value
    )


def blindness(uow: UnitOfWork, rule: RuleDraft) -> str:
    """Why there is no `champion` for a rule that needs one, in plain words."""
    found = champion_run(uow, rule.workspace, rule.model)
    if found is None:
        return f"{rule.model} has no champion whose run is known"
    version, run = found
    if rule.metric in run.metrics:
        return f"{rule.metric} of champion v{version} is not a number"
    return f"champion v{version} has no {rule.metric}"


def with_seeds(uow: UnitOfWork, rule: RuleDraft, found: Baseline) -> Baseline:
    """A baseline with the values of its run's seed group: how much is luck."""
    run = uow.experiments.run(rule.workspace, found.run_id)
    group = run.tags.get(SEED_TAG) if run else None
    if not group:
        return found
    runs = uow.experiments.runs_tagged(rule.workspace, SEED_TAG, group)
    values = [
        one.metrics[rule.metric]
        for one in runs
        if one.experiment_id == found.experiment_id and counts(one, rule.metric)
    ]
    seeds = tuple(value for value in values if is_number(value))
    return Baseline(**{**vars(found), "seeds": seeds})


def _is_tagged(run: Run, rule: RuleDraft) -> bool:
    return all(run.tags.get(name) == value for name, value in rule.tags)
