"""The evaluations so far of what a rule names; refusals say what there is instead."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.engine import needs_champion
from bot.domain.alerts.rules import (
    FairnessGap,
    ModelThreshold,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.states import Sample
from bot.domain.experiments.records import RegisteredModel, Run, RunStatus
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import reading, version_samples
from bot.services.alerts import samples as alert_samples

_METRICS_NAMED = 10

OfExperiment = Threshold | RunRegression | Staleness


def past(uow: UnitOfWork, draft: RuleDraft, now: datetime) -> tuple[RuleDraft, list[Sample]]:
    """The draft with what it names looked up, and its evaluations so far, by end time.

    This reads a whole history. Raises InvalidForm by the names of the fields of `RuleDraft` and its
    condition; a decision's rule may name what isn't there yet.
    """
    condition = draft.condition
    if isinstance(condition, Threshold | RunRegression) or (
        isinstance(condition, Staleness) and not condition.model
    ):
        return _of_experiment(uow, draft, condition, now)
    if draft.decision is None:
        _check_model(uow, draft)
    runs = _of_model(uow, draft)
    version = None
    if (follows := reading.follows(draft)) is not None:
        version = version_samples.watched(uow, draft, follows)
    found = reading.of_rule(uow, draft, runs, version, now)
    if draft.decision is None and not found:
        _check_metric(draft, "This model's evaluations", runs)
    return draft, alert_samples.in_order(found)


def metrics(runs: Iterable[Run]) -> tuple[str, ...]:
    """The metrics that finished runs have, by name."""
    finished = (run for run in runs if run.status is RunStatus.FINISHED)
    return tuple(sorted({name for run in finished for name in run.metrics}))


def _of_experiment(
    uow: UnitOfWork, draft: RuleDraft, condition: OfExperiment, now: datetime
) -> tuple[RuleDraft, list[Sample]]:
    experiment = uow.experiments.by_name(draft.workspace, condition.experiment)
    if experiment is None:
        names = [each.name for each in uow.experiments.all(draft.workspace)]
        raise InvalidForm({"experiment": _unknown("experiment", condition.experiment, names)})
    found = replace(condition, experiment=experiment.name, experiment_id=experiment.experiment_id)
    known = replace(draft, condition=found)
    runs = uow.experiments.runs(draft.workspace, [experiment.experiment_id])
    samples = reading.of_rule(uow, known, runs, None, now)
    if not samples:
        _check_metric(known, "This experiment", runs)
    return known, alert_samples.in_order(samples)


def _of_model(uow: UnitOfWork, draft: RuleDraft) -> list[Run]:
    tagged = alert_samples.runs_of_model(uow, draft.workspace, draft.model)
    runs = {run.run_id: run for run in tagged}
    for run_id in alert_samples.sources(uow, draft.workspace, draft.model):
        if run_id not in runs and (run := uow.experiments.run(draft.workspace, run_id)):
            runs[run_id] = run
    return list(runs.values())


def _check_model(uow: UnitOfWork, draft: RuleDraft) -> None:
    models = {each.name: each for each in uow.experiments.models(draft.workspace)}
    if draft.model not in models:
        raise InvalidForm({"model": _unknown("registered model", draft.model, list(models))})
    aliases = models[draft.model].aliases
    if isinstance(draft.condition, ModelThreshold):
        alias = draft.condition.alias
        if alias and alias not in aliases:
            raise InvalidForm({"alias": _unknown("alias", alias, sorted(aliases))})
    if needs_champion(draft):
        _check_champion(uow, draft, models[draft.model])


def _check_champion(uow: UnitOfWork, draft: RuleDraft, model: RegisteredModel) -> None:
    champion = alert_samples.champion_run(uow, draft.workspace, model.name)
    if champion is None:
        raise InvalidForm({"model": _no_champion(model.aliases)})
    if alert_samples.champion(uow, draft) is None:
        version, run = champion
        said = f"The run of champion v{version}"
        raise InvalidForm({"metric": _no_metric(draft.metric, said, metrics([run]))})


def _check_metric(draft: RuleDraft, who: str, runs: Iterable[Run]) -> None:
    """A name that nothing has logged is a typing error, unless nothing was logged at all yet."""
    if not draft.metric:
        return
    if isinstance(draft.condition, SliceFloor | FairnessGap) and "*" not in draft.metric:
        raise InvalidForm({"metric": "Put a * for the slice's name, as in val_auc/segment/*."})
    known = metrics(runs)
    if draft.metric not in known and (known or not draft.model):
        raise InvalidForm({"metric": _no_metric(draft.metric, who, known)})


def _no_metric(metric: str, who: str, known: tuple[str, ...]) -> str:
    has = "have" if who.endswith("s") else "has"
    if not known:
        return f"{who} {has} logged no metric yet, so not {metric!r} either."
    return f"{who} {has} logged no number for {metric!r}. There is: {_some(known)}."


def _unknown(what: str, name: str, known: list[str]) -> str:
    if not known:
        return f"I don't know the {what} {name!r}, nor any other yet: is MLflow connected?"
    return f"I don't know the {what} {name!r}. There is: {_some(known)}."


def _no_champion(aliases: Mapping[str, int]) -> str:
    if alert_samples.CHAMPION in aliases:
        return "I can't see the run behind this model's champion yet. Try again in a minute."
    return (
        "No version of this model has the alias champion. Give it to one in MLflow, then try again."
    )


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _METRICS_NAMED} more" if len(every) > _METRICS_NAMED else ""
    return ", ".join(every[:_METRICS_NAMED]) + more
