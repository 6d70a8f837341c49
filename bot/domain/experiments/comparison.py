"""Two to five runs side by side, with the champion beside them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.experiments.datasets import dataset_of, evaluation_of
from bot.domain.experiments.entries import is_seed
from bot.domain.experiments.fairness import Contender, Judgement, Seeds, judge
from bot.domain.experiments.leaderboard import Champion
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.metrics import SYSTEM, Direction, primary_metric

MOST_RUNS = 5


@dataclass(frozen=True, kw_only=True)
class Side:
    """One run with what is known around it; `champion` where it is the champion's."""

    run: Run
    experiment: Experiment
    seeds: Seeds | None = None
    champion: Champion | None = None

    @property
    def name(self) -> str:
        """How sentences call it."""
        label = f"champion v{self.champion.version}" if self.champion else ""
        return label or self.run.name.strip() or self.run.run_id[:8]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A param or tag with its value in each run, empty where it isn't set."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """A metric with its value in each run, None where there is none or where it isn't finite."""

    metric: str
    direction: Direction
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All that tells the sides apart; `baseline` is the position of the champion, else the first.

    `metrics` begin with the one that decides. `params` and `data`, which is what the runs say of
    their data, hold only what differs; seeds are left out, and `seeds_differ` tells of them.
    """

    sides: tuple[Side, ...]
    metric: str | None
    direction: Direction
    contenders: tuple[Contender, ...]
    judgement: Judgement
    baseline: int
    params: tuple[Difference, ...]
    data: tuple[Difference, ...]
    seeds_differ: bool
    metrics: tuple[MetricRow, ...]

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """The experiments that the runs are from, each once."""
        known = {side.experiment.experiment_id: side.experiment for side in self.sides}
        return tuple(known.values())


DirectionOf = Callable[[str], Direction]


def deciding_metric(sides: Sequence[Side]) -> str | None:
    """The first experiment's metric where one of the runs has it, else one that most have."""
    runs = [side.run for side in sides]
    usual = primary_metric(sides[0].experiment, runs)
    if usual and any(usual in run.metrics for run in runs):
        return usual
    untagged = Experiment(experiment_id=sides[0].experiment.experiment_id, name="")
    return primary_metric(untagged, runs) or usual


def compare(sides: Sequence[Side], metric: str | None, direction_of: DirectionOf) -> Comparison:
    """The sides judged by `metric`, which `direction_of` tells the better way of, as of others."""
    runs = [side.run for side in sides]
    direction = direction_of(metric) if metric else Direction.UNKNOWN
    contenders = tuple(_contender(side, metric) for side in sides)
    champions = [i for i, side in enumerate(sides) if side.champion]
    return Comparison(
        sides=tuple(sides),
        metric=metric,
        direction=direction,
        contenders=contenders,
        judgement=judge(contenders, metric or "metric", direction),
        baseline=champions[0] if champions else 0,
        params=tuple(row for row in _params(runs) if not is_seed(row.key)),
        data=_data(runs),
        seeds_differ=any(is_seed(row.key) for row in _params(runs)),
        metrics=_metrics(runs, metric, direction_of),
    )


def _contender(side: Side, metric: str | None) -> Contender:
    run = side.run
    return Contender(
        name=side.name,
        value=run.metrics.get(metric) if metric else None,
        # A champion serves, whatever became of the run that made it.
        status=RunStatus.FINISHED if side.champion else run.status,
        dataset=dataset_of(run),
        evaluation=evaluation_of(run),
        experiment=side.experiment.experiment_id,
        seeds=side.seeds,
        step=run.step,
    )


def _params(runs: Sequence[Run]) -> tuple[Difference, ...]:
    """Those with the most different values first."""
    keys = sorted({key for run in runs for key in run.params})
    rows = [Difference(key=k, values=tuple(run.params.get(k, "") for run in runs)) for k in keys]
    spread = [row for row in rows if len(set(row.values)) > 1]
    return tuple(sorted(spread, key=lambda row: -len(set(row.values))))


def _data(runs: Sequence[Run]) -> tuple[Difference, ...]:
    rows = (
        Difference(key="trained on", values=tuple(map(dataset_of, runs))),
        Difference(key="judged on", values=tuple(map(evaluation_of, runs))),
    )
    return tuple(row for row in rows if len(set(row.values)) > 1)


def _metrics(
    runs: Sequence[Run], metric: str | None, direction_of: DirectionOf
) -> tuple[MetricRow, ...]:
    """The deciding one, then those that most runs have, with a known direction first."""
    names = {name for run in runs for name in run.metrics if not name.startswith(SYSTEM)}
    rows = [
        MetricRow(
            metric=name,
            direction=direction_of(name),
            values=tuple(_finite(run.metrics.get(name)) for run in runs),
        )
        for name in sorted(names)
    ]
    rows.sort(
        key=lambda row: (
            row.metric != metric,
            row.direction is Direction.UNKNOWN,
            sum(value is None for value in row.values),
        )
    )
    return tuple(rows)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
