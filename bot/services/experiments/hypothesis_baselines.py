"""What a hypothesis is measured by: the metric, which way it goes, and what it is compared with."""

from collections.abc import Collection, Iterable
from datetime import datetime
from difflib import get_close_matches

from bot.domain.experiments.datasets import alike, dataset_of, evaluation_of
from bot.domain.experiments.entries import entries, seed_groups, valid_value
from bot.domain.experiments.hypotheses import (
    Against,
    Baseline,
    Hypothesis,
    HypothesisDraft,
    Prediction,
)
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.metrics import PRIMARY_TAG, SYSTEM, Direction, primary_metric
from bot.domain.wording import one_line
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import directions, pages

_ALIKE = 2
_NAMED = 3
_NAME = 40


def experiment_of(uow: UnitOfWork, workspace: str, experiment_id: str) -> Experiment | None:
    """A mirrored experiment with what people said of its metrics, or None."""
    every = directions.experiments(uow, workspace)
    return next((each for each in every if each.experiment_id == experiment_id), None)


def predicted(
    uow: UnitOfWork, draft: HypothesisDraft, experiment: Experiment, claimed: str = ""
) -> Prediction:
    """What was filled in, with the metric and its direction; raises InvalidForm by field.

    `claimed` is a metric that was claimed before, and may stay whether or not runs have it.
    """
    if draft.by is not None and draft.target is not None:
        raise InvalidForm({"target": "Say by how much, or which value it reaches, not both."})
    metric = draft.metric or _primary(uow, draft.workspace, experiment)
    if not metric:
        name = "This experiment has no metric that all its runs share yet; name one."
        raise InvalidForm({"metric": name})
    if draft.metric not in ("", claimed):
        _check_logged(uow, draft, experiment)
    direction = draft.direction
    if direction is Direction.UNKNOWN:
        direction = directions.of(uow, draft.workspace, experiment, metric)
    if direction is Direction.UNKNOWN:
        raise InvalidForm({"change": "Nobody has said which way is better; choose up or down."})
    return Prediction(
        metric=metric,
        direction=direction,
        against=draft.against,
        by=draft.by or 0.0,
        target=draft.target,
    )


def baseline(
    uow: UnitOfWork,
    workspace: str,
    experiment: Experiment,
    wish: Prediction,
    run: str,
    before: datetime,
    tested: Collection[str] = (),
) -> Baseline | None:
    """The value to compare with as it is now, or None where there is none.

    What is tested, by run ids, is never its own baseline. Raises InvalidForm where `run` is needed
    and names none, or several.
    """
    match wish.against:
        case Against.CHAMPION:
            return _champion(uow, workspace, experiment, wish.metric, tested)
        case Against.RUN:
            return _named(uow, workspace, wish.metric, run, tested)
        case Against.BEST:
            return _best(uow, workspace, experiment, wish, before, tested)


def again(uow: UnitOfWork, hypothesis: Hypothesis, tested: Iterable[Run]) -> Baseline | None:
    """The frozen baseline; where there was none to freeze, the one that is there by now."""
    if hypothesis.baseline is not None or hypothesis.prediction.against is Against.RUN:
        return hypothesis.baseline
    workspace, experiment_id = hypothesis.workspace, hypothesis.experiment_id
    experiment = experiment_of(uow, workspace, experiment_id)
    if experiment is None:
        return None
    ids = {run.run_id for run in tested}
    wish, opened = hypothesis.prediction, hypothesis.opened_at
    return baseline(uow, workspace, experiment, wish, "", opened, ids)


def _check_logged(uow: UnitOfWork, draft: HypothesisDraft, experiment: Experiment) -> None:
    """A name that no run has logged is a typing error, unless no run has finished yet."""
    runs = uow.experiments.runs(draft.workspace, [experiment.experiment_id])
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    known = {name for run in runs for name in run.metrics}
    if not any(run.metrics for run in finished):
        return
    if draft.metric in known or draft.metric == experiment.tags.get(PRIMARY_TAG, "").strip():
        return
    spelled = {name.casefold(): name for name in sorted(known) if not name.startswith(SYSTEM)}
    near = get_close_matches(draft.metric.casefold(), spelled, n=_NAMED)
    usual = primary_metric(experiment, finished) or ""
    named = [spelled[key] for key in near] or [name for name in (usual,) if name]
    said = f"No run has logged {one_line(draft.metric, _NAME)} yet."
    meant = " or ".join(one_line(name, _NAME) for name in named)
    raise InvalidForm({"metric": f"{said} Did you mean {meant}?" if meant else said})


def _primary(uow: UnitOfWork, workspace: str, experiment: Experiment) -> str:
    return primary_metric(experiment, _finished(uow, workspace, experiment)) or ""


def _finished(uow: UnitOfWork, workspace: str, experiment: Experiment) -> list[Run]:
    runs = uow.experiments.runs(workspace, [experiment.experiment_id])
    return [run for run in runs if run.status is RunStatus.FINISHED]


def _champion(
    uow: UnitOfWork, workspace: str, experiment: Experiment, metric: str, tested: Collection[str]
) -> Baseline | None:
    for champion in pages.champions(uow, workspace, experiment):
        value = valid_value(champion.run, metric)
        if value is not None and champion.run.run_id not in tested:
            return _frozen(champion.run, value, f"champion v{champion.version}")
    return None


def _named(
    uow: UnitOfWork, workspace: str, metric: str, typed: str, tested: Collection[str]
) -> Baseline:
    if not typed:
        raise InvalidForm({"run": "Name the run to compare with, or compare with something else."})
    found = uow.experiments.runs_called(workspace, typed, _ALIKE)
    exact = [run for run in found if typed.casefold() in (run.run_id, run.name.casefold())]
    chosen = exact or found
    if len(chosen) != 1:
        how = "No run is called that" if not chosen else "More than one run is called that"
        raise InvalidForm({"run": f"{how}; paste the run's id."})
    if chosen[0].run_id in tested:
        own = "That run is tagged with this hypothesis; name one to compare it with."
        raise InvalidForm({"run": own})
    value = valid_value(chosen[0], metric)
    if value is None:
        raise InvalidForm({"run": "That run has no number for the metric."})
    return _frozen(chosen[0], value, chosen[0].name or chosen[0].run_id[:8])


def _best(
    uow: UnitOfWork,
    workspace: str,
    experiment: Experiment,
    wish: Prediction,
    before: datetime,
    tested: Collection[str],
) -> Baseline | None:
    """The best seed group by its median, on the champion's data, else on that used last."""
    earlier = [
        run
        for run in _finished(uow, workspace, experiment)
        if valid_value(run, wish.metric) is not None
        and run.run_id not in tested
        and (run.started_at or before) <= before
    ]
    if not earlier:
        return None
    champions = pages.champions(uow, workspace, experiment)
    reference = dataset_of(champions[0].run) if champions else dataset_of(earlier[-1])
    fair = [run for run in earlier if alike(dataset_of(run), reference)] or earlier
    best = entries(seed_groups(fair), wish.metric, wish.direction)[0]
    return _frozen(best.run, best.value, f"the best before, {best.run.name or best.run.run_id[:8]}")


def _frozen(run: Run, value: float, label: str) -> Baseline:
    return Baseline(
        label=label,
        value=value,
        run_id=run.run_id,
        experiment_id=run.experiment_id,
        dataset=dataset_of(run),
        evaluation=evaluation_of(run),
    )
