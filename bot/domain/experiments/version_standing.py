"""One version's run beside another's, as the guard of fair comparisons judges them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.experiments.datasets import dataset_of, evaluation_of
from bot.domain.experiments.entries import seeds_of, valid_value
from bot.domain.experiments.fairness import Contender, Judgement, Seeds, judge
from bot.domain.experiments.records import Run
from bot.domain.metrics import Direction


@dataclass(frozen=True, kw_only=True)
class Side:
    """A version and its run with what repetitions of it gave."""

    version: int
    run: Run
    repeats: Sequence[Run] = ()


@dataclass(frozen=True, kw_only=True)
class VersionStanding:
    """A version's number beside another's; `beside` is 0 and `other` None where there is none.

    `judgement` says whether one is better beyond doubt: its leader 0 is the run, 1 the other.
    """

    metric: str
    direction: Direction
    value: float
    dataset: str
    seeds: Seeds | None
    beside: int = 0
    is_champion: bool = True
    other: float | None = None
    judgement: Judgement | None = None


def version_standing(
    metric: str, direction: Direction, mine: Side, theirs: Side | None, *, is_champion: bool
) -> VersionStanding | None:
    """How `mine` stands beside `theirs`; None where it has no number for the metric."""
    value = valid_value(mine.run, metric)
    if value is None:
        return None
    alone = VersionStanding(
        metric=metric,
        direction=direction,
        value=value,
        dataset=dataset_of(mine.run),
        seeds=seeds_of(mine.repeats, metric),
    )
    if theirs is None:
        return alone
    sides = [_contender("it", mine, metric), _contender(f"v{theirs.version}", theirs, metric)]
    return replace(
        alone,
        beside=theirs.version,
        is_champion=is_champion,
        other=valid_value(theirs.run, metric),
        judgement=judge(sides, metric, direction),
    )


def _contender(name: str, side: Side, metric: str) -> Contender:
    return Contender(
        name=name,
        value=valid_value(side.run, metric),
        dataset=dataset_of(side.run),
        evaluation=evaluation_of(side.run),
        seeds=seeds_of(side.repeats, metric),
        step=side.run.step,
    )
