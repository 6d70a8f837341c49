"""Which runs of an experiment are best, and what can honestly be said about it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from bot.domain.experiments.records import BestRun, Experiment, Run, RunStatus
from bot.domain.metrics import Direction, direction_of, primary_metric

TOP = 5
SEED_TAG = "seed_group"
DATASET_TAGS = ("dataset", "dataset_version", "data_version", "data")
# Fewer repetitions don't show how much of a difference is luck.
_ENOUGH_SEEDS = 3


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """How far the runs of one seed group lie apart."""

    runs: int
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: a run, or for a seed group its median run; `comparable` is False where it saw
    other data than the runs it stands among."""

    run: Run
    value: float
    dataset: str
    seeds: Seeds | None = None
    comparable: bool = True


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The version that a registered model's alias `champion` names; `value` is None where its run
    has no number for the metric."""

    model: str
    version: int
    run: Run
    value: float | None = None
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
    """At most five entries, best first; none where the metric or its direction is unknown.

    `differing` are the params whose values differ among the entries. `progress` holds, for each
    comparable run in start order, the best value so far.
    """

    experiment: Experiment
    metric: str | None
    direction: Direction
    counts: Counts
    entries: tuple[Entry, ...] = ()
    best: Entry | None = None
    champion: Champion | None = None
    differing: tuple[str, ...] = ()
    progress: tuple[float, ...] = ()

    @property
    def beyond_seed_noise(self) -> bool | None:
        """Whether the champion lies outside the best seed group's range; None: can't be told."""
        seeds = self.best.seeds if self.best else None
        value = self.champion.value if self.champion and self.champion.comparable else None
        if seeds is None or value is None or seeds.runs < _ENOUGH_SEEDS:
            return None
        return not seeds.low <= value <= seeds.high


def leaderboard(
    experiment: Experiment, runs: Sequence[Run], champions: Sequence[Champion]
) -> Leaderboard:
    """The leaderboard of `runs`, which are all runs of the experiment, earliest start first."""
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    metric = primary_metric(experiment, finished)
    direction = direction_of(metric, experiment.tags) if metric else Direction.UNKNOWN
    scored = [run for run in finished if metric and _value(run, metric) is not None]
    board = Leaderboard(
        experiment=experiment,
        metric=metric,
        direction=direction,
        counts=_counts(runs, metric),
    )
    if metric is None or direction is Direction.UNKNOWN or not scored:
        return board
    return _ranked(board, metric, scored, _main_champion(champions, metric))


def best_since(experiment: Experiment, runs: Sequence[Run], news: Set[str]) -> BestRun | None:
    """The best finished run among those whose ids are `news`, with the best value before them.

    None where none of them has a number, or where nobody knows which way is better.
    """
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    metric = primary_metric(experiment, finished)
    direction = direction_of(metric, experiment.tags) if metric else Direction.UNKNOWN
    scored = [run for run in finished if metric and _value(run, metric) is not None]
    fresh = [run for run in scored if run.run_id in news]
    if metric is None or direction is Direction.UNKNOWN or not fresh:
        return None
    best = _best_of(fresh, metric, direction)
    before = [
        run
        for run in scored
        if run.run_id not in news and _comparable(dataset_of(run), dataset_of(best))
    ]
    return BestRun(
        experiment=experiment,
        run=best,
        metric=metric,
        value=best.metrics[metric],
        higher_is_better=direction is Direction.HIGHER,
        previous=_best_of(before, metric, direction).metrics[metric] if before else None,
    )


def dataset_of(run: Run) -> str:
    """The data that the run says it used, or empty."""
    return next((run.tags[tag] for tag in DATASET_TAGS if run.tags.get(tag)), "")


def _ranked(
    board: Leaderboard, metric: str, scored: Sequence[Run], champion: Champion | None
) -> Leaderboard:
    groups = _seed_groups(scored)
    entries = sorted(
        (_entry(group, metric, board.direction) for group in groups),
        key=lambda entry: entry.value,
        reverse=board.direction is Direction.HIGHER,
    )
    reference = _reference(entries, champion)
    judged = [_judged(entry, reference) for entry in entries]
    top = judged[:TOP]
    best = next((entry for entry in judged if entry.comparable), None)
    alike = [run for run in scored if _comparable(dataset_of(run), reference)]
    return replace(
        board,
        entries=tuple(top),
        best=best,
        champion=champion and _judged_champion(champion, reference),
        differing=_differing((entry.run for entry in top), _varying_inside(groups)),
        progress=_progress([run.metrics[metric] for run in alike], board.direction),
    )


def _best_of(runs: Sequence[Run], metric: str, direction: Direction) -> Run:
    pick = max if direction is Direction.HIGHER else min
    return pick(runs, key=lambda run: run.metrics[metric])


def _reference(entries: Sequence[Entry], champion: Champion | None) -> str:
    """The data to compare on: the champion's, for that is what people use; else the best run's."""
    used = dataset_of(champion.run) if champion else ""
    if used and any(entry.dataset == used for entry in entries):
        return used
    return entries[0].dataset


def _seed_groups(scored: Sequence[Run]) -> list[list[Run]]:
    groups: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in scored:
        group = run.tags.get(SEED_TAG)
        groups[(group, dataset_of(run)) if group else ("", run.run_id)].append(run)
    return list(groups.values())


def _entry(group: Sequence[Run], metric: str, direction: Direction) -> Entry:
    """The median run stands for its group; of two middle ones the worse, which claims less."""
    worst_first = sorted(
        group, key=lambda run: run.metrics[metric], reverse=direction is Direction.LOWER
    )
    middle = worst_first[(len(worst_first) - 1) // 2]
    values = [run.metrics[metric] for run in group]
    several = Seeds(runs=len(group), low=min(values), high=max(values))
    return Entry(
        run=middle,
        value=middle.metrics[metric],
        dataset=dataset_of(middle),
        seeds=several if len(group) > 1 else None,
    )


def _judged(entry: Entry, reference: str) -> Entry:
    return replace(entry, comparable=_comparable(entry.dataset, reference))


def _judged_champion(champion: Champion, reference: str) -> Champion:
    return replace(champion, comparable=_comparable(dataset_of(champion.run), reference))


def _comparable(dataset: str, reference: str) -> bool:
    return not dataset or not reference or dataset == reference


def _main_champion(champions: Sequence[Champion], metric: str) -> Champion | None:
    """The first champion that has the metric, else the first."""
    valued = [replace(champion, value=_value(champion.run, metric)) for champion in champions]
    return next((c for c in valued if c.value is not None), valued[0] if valued else None)


def _varying_inside(groups: Iterable[Sequence[Run]]) -> set[str]:
    """Params that tell the runs of one seed group apart, such as the seed."""
    return {
        key
        for group in groups
        for key in _params(group)
        if len({r.params.get(key) for r in group}) > 1
    }


def _params(runs: Iterable[Run]) -> set[str]:
    return {key for run in runs for key in run.params}


def _differing(runs: Iterable[Run], left_out: Set[str]) -> tuple[str, ...]:
    """Params with the most different values first: they are what was tried."""
    params = [run.params for run in runs]
    keys = sorted({key for one in params for key in one} - left_out)
    spread = {key: len({one.get(key) for one in params}) for key in keys}
    return tuple(sorted((key for key in keys if spread[key] > 1), key=lambda key: -spread[key]))


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


def _value(run: Run, metric: str) -> float | None:
    value = run.metrics.get(metric)
    return value if value is not None and math.isfinite(value) else None
