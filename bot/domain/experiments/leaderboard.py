"""Which runs of an experiment are best, and what can honestly be said about it."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from bot.domain.experiments.datasets import alike, dataset_of, evaluation_of
from bot.domain.experiments.entries import (
    Entry,
    differing,
    entries,
    folded,
    judged,
    seed_groups,
    valid_value,
    varying_inside,
)
from bot.domain.experiments.fairness import Contender, Judgement, Seeds, judge
from bot.domain.experiments.records import BestRun, Experiment, Run, RunStatus
from bot.domain.experiments.sweeps import Sweep, sweeps
from bot.domain.metrics import Direction, direction_of, primary_metric

TOP = 5


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The version that a registered model's alias `champion` names; `value` is None where its run
    has no number for the metric, `seeds` where no repetitions of it are known."""

    model: str
    version: int
    run: Run
    value: float | None = None
    seeds: Seeds | None = None
    comparable: bool = True


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many runs are in which state; `invalid` finished with NaN or infinity for the metric."""

    finished: int = 0
    failed: int = 0
    killed: int = 0
    running: int = 0
    invalid: int = 0

    @property
    def total(self) -> int:
        """All runs of the experiment."""
        return self.finished + self.failed + self.killed + self.running


@dataclass(frozen=True, kw_only=True)
class Leaderboard:
    """All lines, best first; none where the metric or its direction is unknown.

    `within` is the sweep that this is about, None for a whole experiment. `repeated` are params
    that only tell seeds apart. `progress` holds, for each comparable run in start order, the best
    value so far.
    """

    experiment: Experiment
    metric: str | None
    direction: Direction
    counts: Counts
    entries: tuple[Entry, ...] = ()
    best: Entry | None = None
    champion: Champion | None = None
    within: Sweep | None = None
    repeated: frozenset[str] = frozenset()
    progress: tuple[float, ...] = field(default=(), repr=False)

    def page(self, start: int, size: int = TOP) -> tuple[Entry, ...]:
        """The lines from position `start` (from 0)."""
        return self.entries[start : start + size]

    def differing(self, shown: Sequence[Entry]) -> tuple[str, ...]:
        """The params whose values differ among these lines and the champion."""
        champion = [self.champion.run] if self.champion else []
        return differing([entry.run for entry in shown] + champion, self.repeated)

    def place(self, run_id: str) -> int | None:
        """The position (from 0) of the line that this run stands in, None where it has none."""
        found = (i for i, entry in enumerate(self.entries) if run_id in entry.members)
        return next(found, None)

    @property
    def is_led_by_champion(self) -> bool:
        """Whether the best run, or a repetition of it, is the champion; a sibling isn't."""
        best, champion = self.best, self.champion
        return best is not None and champion is not None and champion.run.run_id in best.group

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """The best comparable run and the champion, as far as there are such."""
        best, champion = self.best, self.champion
        if best is None:
            return ()
        tries = best.sweep.runs if best.sweep else 1
        first = _contender("the best run", best.run, best.value, best.seeds, tries)
        if champion is None or self.is_led_by_champion:
            return (first,)
        return (first, _contender("the champion", champion.run, champion.value, champion.seeds))

    @property
    def judgement(self) -> Judgement:
        """Whether the best run beats the champion, and what forbids to say so."""
        return judge(self.contenders, self.metric or "", self.direction)


def leaderboard(
    experiment: Experiment, runs: Sequence[Run], champions: Sequence[Champion], *, within: str = ""
) -> Leaderboard:
    """The leaderboard of `runs`, which are all runs of the experiment, earliest start first.

    `within` is the id of a sweep's root: then it is about the runs of that sweep, one by one.
    """
    families = sweeps(runs)
    sweep = families.get(within)
    inside = [r for r in runs if sweep and families.get(r.run_id) == sweep and r.run_id != within]
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    metric = primary_metric(experiment, finished)
    direction = direction_of(metric, experiment.tags) if metric else Direction.UNKNOWN
    told = inside if sweep else runs
    board = Leaderboard(
        experiment=experiment,
        metric=metric,
        direction=direction,
        counts=_counts(told, metric),
        within=sweep,
    )
    scored = [run for run in finished if metric and valid_value(run, metric) is not None]
    if sweep:
        members = {run.run_id for run in inside}
        scored = [run for run in scored if run.run_id in members]
    if metric is None or direction is Direction.UNKNOWN or not scored:
        return board
    champion = _main_champion(champions, metric)
    return _ranked(board, metric, scored, champion, {} if sweep else families)


def best_since(experiment: Experiment, runs: Sequence[Run], news: Set[str]) -> BestRun | None:
    """The best finished run among those whose ids are `news`, with the best value before them.

    None where none of them has a number, or where nobody knows which way is better.
    """
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    metric = primary_metric(experiment, finished)
    direction = direction_of(metric, experiment.tags) if metric else Direction.UNKNOWN
    scored = [run for run in finished if metric and valid_value(run, metric) is not None]
    fresh = [run for run in scored if run.run_id in news]
    if metric is None or direction is Direction.UNKNOWN or not fresh:
        return None
    best = _best_of(fresh, metric, direction)
    before = [
        run for run in scored if run.run_id not in news and alike(dataset_of(run), dataset_of(best))
    ]
    return BestRun(
        experiment=experiment,
        run=best,
        metric=metric,
        value=best.metrics[metric],
        higher_is_better=direction is Direction.HIGHER,
        previous=_best_of(before, metric, direction).metrics[metric] if before else None,
    )


def _ranked(
    board: Leaderboard,
    metric: str,
    scored: Sequence[Run],
    champion: Champion | None,
    families: Mapping[str, Sweep],
) -> Leaderboard:
    groups = seed_groups(scored)
    alone = entries(groups, metric, board.direction)
    reference = _reference(alone, champion)
    ranked = folded([judged(entry, reference) for entry in alone], families)
    judged_champion = champion and replace(
        champion,
        seeds=_seeds(alone, champion.run),
        comparable=alike(dataset_of(champion.run), reference),
    )
    same_data = [run for run in scored if alike(dataset_of(run), reference)]
    return replace(
        board,
        entries=tuple(ranked),
        best=next((entry for entry in ranked if entry.comparable), None),
        champion=judged_champion,
        repeated=varying_inside(groups),
        progress=_progress([run.metrics[metric] for run in same_data], board.direction),
    )


def _seeds(alone: Sequence[Entry], run: Run) -> Seeds | None:
    return next((entry.seeds for entry in alone if run.run_id in entry.group), None)


def _contender(
    name: str, run: Run, value: float | None, seeds: Seeds | None, tries: int = 1
) -> Contender:
    return Contender(
        name=name,
        value=value,
        # A champion serves, whatever became of the run that made it.
        dataset=dataset_of(run),
        evaluation=evaluation_of(run),
        seeds=seeds,
        tries=tries,
        step=run.step,
    )


def _best_of(runs: Sequence[Run], metric: str, direction: Direction) -> Run:
    pick = max if direction is Direction.HIGHER else min
    return pick(runs, key=lambda run: run.metrics[metric])


def _reference(ranked: Sequence[Entry], champion: Champion | None) -> str:
    """The data to compare on: the champion's, for that is what people use; else the best run's."""
    used = dataset_of(champion.run) if champion else ""
    if used and any(entry.dataset == used for entry in ranked):
        return used
    return ranked[0].dataset


def _main_champion(champions: Sequence[Champion], metric: str) -> Champion | None:
    """The first champion that has the metric, else the first."""
    valued = [replace(champion, value=valid_value(champion.run, metric)) for champion in champions]
    return next((c for c in valued if c.value is not None), valued[0] if valued else None)


def _progress(values: Iterable[float], direction: Direction) -> tuple[float, ...]:
    best: list[float] = []
    for value in values:
        best.append(value if not best or direction.better(value, best[-1]) else best[-1])
    return tuple(best)


def _counts(runs: Sequence[Run], metric: str | None) -> Counts:
    states = Counter(run.status for run in runs)
    return Counts(
        finished=states[RunStatus.FINISHED],
        failed=states[RunStatus.FAILED],
        killed=states[RunStatus.KILLED],
        running=states[RunStatus.RUNNING] + states[RunStatus.SCHEDULED],
        invalid=sum(
            run.status is RunStatus.FINISHED
            and metric in run.metrics
            and not math.isfinite(run.metrics[metric])
            for run in runs
            if metric
        ),
    )
