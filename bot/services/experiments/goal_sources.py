"""What a goal can be measured by: a model under an alias, or the best run of an experiment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.domain.decisions.measure import Measure
from bot.domain.experiments.goals import BestOf, Goal, GoalDraft, Measured
from bot.domain.experiments.records import Experiment
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.experiments import directions, pages

_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something with metrics, with a short key for forms: `alias` of `model`, or `experiment`."""

    key: str
    model: str = ""
    alias: str = ""
    experiment: Experiment | None = None


def listed(uow: UnitOfWork, workspace: str, kept: Measured | None = None) -> list[Source]:
    """The models by name with each alias, the champion first, then the liveliest experiments; the
    one of `kept` before all others."""
    found = _all(uow, workspace)
    if kept is None:
        return found
    mine = key_of(kept)
    return sorted(found, key=lambda each: each.key != mine)


def _all(uow: UnitOfWork, workspace: str) -> list[Source]:
    models = [
        Source(key=_key(model.name, alias), model=model.name, alias=alias)
        for model in uow.experiments.models(workspace)
        for alias in sorted(model.aliases, key=lambda name: (name != pages.CHAMPION_ALIAS, name))
    ]
    experiments = [
        Source(key=_key("", one.experiment_id), experiment=one)
        for one, _ in pages.overview(uow, workspace).experiments
    ]
    return [*models, *experiments]


def measured(
    uow: UnitOfWork, draft: GoalDraft, before: Goal | None = None
) -> tuple[Measured, Direction]:
    """What a draft means by its source and metric; raises InvalidForm by field.

    What a goal was measured by before may stay, also where the mirror has lost it.
    """
    if before is not None and (key_of(before.measured), before.measured.metric) == (
        draft.source,
        draft.metric,
    ):
        kept = draft.direction
        return before.measured, before.direction if kept is Direction.UNKNOWN else kept
    found = find(uow, draft.workspace, draft.source)
    if found is None:
        raise InvalidForm({"source": "Pick where the number comes from."})
    metric = _metric(draft.metric, metrics(uow, draft.workspace, found))
    direction = draft.direction
    if direction is Direction.UNKNOWN:
        direction = direction_of(uow, draft.workspace, found, metric)
    if direction is Direction.UNKNOWN:
        raise InvalidForm(
            {"direction": f"I can't tell whether more of {metric} is better; pick one."}
        )
    return of(found, metric), direction


def metrics(uow: UnitOfWork, workspace: str, source: Source) -> list[str]:
    """The metrics that a source's runs have logged, by name."""
    if source.experiment is not None:
        return uow.experiments.metric_names(workspace, source.experiment.experiment_id)
    runs = alert_samples.runs_of_model(uow, workspace, source.model)
    versions = uow.experiments.versions(workspace, source.model)
    made = (uow.experiments.run(workspace, one.run_id) for one in versions if one.run_id)
    return sorted({name for run in (*runs, *filter(None, made)) for name in run.metrics})


def find(uow: UnitOfWork, workspace: str, key: str) -> Source | None:
    """The source with that key, or None."""
    return next((each for each in _all(uow, workspace) if each.key == key), None)


def of(source: Source, metric: str) -> Measured:
    """A metric of a source."""
    if source.experiment is not None:
        one = source.experiment
        return BestOf(experiment_id=one.experiment_id, experiment=one.name, metric=metric)
    return Measure(model=source.model, alias=source.alias, metric=metric)


def _metric(typed: str, known: Sequence[str]) -> str:
    """The metric that was typed, in any case; what nothing was logged of may come yet."""
    alike = [name for name in known if name.casefold() == typed.casefold()]
    if typed in known or not known:
        return typed
    if alike:
        return alike[0]
    near = get_close_matches(typed, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There is: {', '.join(known[:_NAMED])}."
    raise InvalidForm({"metric": f"Nothing there has logged {typed}. {hint}"})


def direction_of(uow: UnitOfWork, workspace: str, source: Source, metric: str) -> Direction:
    """Which way a source's metric gets better, as far as people, tags or its name say."""
    if source.experiment is not None:
        return directions.of(uow, workspace, source.experiment, metric)
    return directions.of_model(uow, workspace, source.model, metric)


def key_of(measured: Measured) -> str:
    """The key of the source that a goal is measured by."""
    if isinstance(measured, BestOf):
        return _key("", measured.experiment_id)
    return _key(measured.model, measured.alias)


def _key(model: str, name: str) -> str:
    """Short enough for an option of a select, however long the names are."""
    return hashlib.sha256(f"{model}\0{name}".encode()).hexdigest()[:32]
