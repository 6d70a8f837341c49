"""Which verdict the numbers speak for, and why in words."""

from typing import Any

import pytest

from bot.domain.experiments.hypotheses import Against, HypothesisState
from bot.domain.experiments.hypothesis_standing import claimed, judge
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.metrics import Direction
from tests.unit.experiments.samples import CHAMPION, hypothesis, run

S = HypothesisState
FAILED: dict[str, Any] = {"status": RunStatus.FAILED}


def seeds(*values: float, **changes: Any) -> list[Run]:
    """Repetitions that differ in their seed only."""
    return [run(n, value, **changes) for n, value in enumerate(values)]


def alone(*values: float) -> list[Run]:
    """Runs of different params."""
    return [run(n, value, params={"lr": str(n)}) for n, value in enumerate(values)]


def _lr2(*values: float) -> list[Run]:
    return [run(9 + n, v, params={"lr": "2", "seed": str(n)}) for n, v in enumerate(values)]


CASES: dict[str, tuple[dict[str, Any], list[Run], HypothesisState, str]] = {
    "nothing ran": ({}, [], S.INCONCLUSIVE, "no run is tagged with it"),
    "all failed": (
        {},
        [run(1, **FAILED), run(2, **FAILED)],
        S.INCONCLUSIVE,
        "none of 2 runs finished with a number for val_auc",
    ),
    "only NaN": (
        {},
        seeds(float("nan")),
        S.INCONCLUSIVE,
        "its only run never finished with a number for val_auc",
    ),
    "three seeds above": (
        {},
        seeds(0.911, 0.912, 0.913),
        S.SUPPORTED,
        "median of 3 seeds 0.912, 0.006 above champion v13 (0.906); its 3 seeds lie at 0.911–0.913",
    ),
    "exactly as much as claimed, in floats": (
        {},
        seeds(0.911, 0.911, 0.911),
        S.SUPPORTED,
        "median of 3 seeds 0.911, 0.005 above champion v13 (0.906); its 3 seeds lie at 0.911–0.911",
    ),
    "one lucky seed": (
        {},
        alone(0.95, 0.9, 0.89),
        S.INCONCLUSIVE,
        "best run 0.95, 0.044 above champion v13 (0.906), but from a single seed; 3 show how much "
        "of it is luck",
    ),
    "a seed falls to the champion": (
        {},
        seeds(0.905, 0.912, 0.92),
        S.INCONCLUSIVE,
        "median of 3 seeds 0.912, 0.006 above champion v13 (0.906), inside the spread of its 3 "
        "seeds (0.905–0.92)",
    ),
    "claim within the spread": (
        {},
        seeds(0.905, 0.909, 0.912),
        S.INCONCLUSIVE,
        "median of 3 seeds 0.909, 0.003 above champion v13 (0.906), short of what was claimed, "
        "which lies inside the spread of its seeds (0.905–0.912)",
    ),
    "none of many came near": (
        {},
        alone(0.85, 0.856, 0.84, 0.83),
        S.REFUTED,
        "best run 0.856, 0.050 below champion v13 (0.906), short of what was claimed in all 4 runs",
    ),
    "one of many came so far": (
        {},
        [*seeds(0.904, 0.905, 0.906), *_lr2(0.9, 0.9005, 0.93)],
        S.INCONCLUSIVE,
        "median of 3 seeds 0.905, 0.001 below champion v13 (0.906), short of what was claimed, but "
        "one run of 6 reached it",
    ),
    "repetitions that hold below a lucky single run": (
        {},
        [*seeds(0.914, 0.915, 0.916), run(99, 0.918, params={"growth": "depth"})],
        S.SUPPORTED,
        "median of 3 seeds 0.915, 0.009 above champion v13 (0.906); its 3 seeds lie at 0.914–0.916",
    ),
    "the same seed again shows no luck": (
        {},
        [run(n, 0.912, params={"growth": "leaf", "seed": "42"}) for n in range(3)],
        S.INCONCLUSIVE,
        "best run 0.912, 0.006 above champion v13 (0.906), but from a single seed; 3 show how much "
        "of it is luck",
    ),
    "too few to refute": (
        {},
        alone(0.85),
        S.INCONCLUSIVE,
        "best run 0.85, 0.056 below champion v13 (0.906), short of what was claimed, but from one "
        "run only; 3 show how much of it is luck",
    ),
    "other data": (
        {},
        seeds(0.95, 0.95, 0.95, tags={"dataset": "v8"}),
        S.INCONCLUSIVE,
        "its runs saw other data (v8) than champion v13 (v7)",
    ),
    "other evaluation": (
        {"baseline": CHAMPION.__class__(label="champion v13", value=0.906, evaluation="old")},
        seeds(0.95, 0.95, 0.95, tags={"eval_dataset": "new"}),
        S.INCONCLUSIVE,
        "its runs were judged on other data (new) than champion v13 (old)",
    ),
    "no champion": (
        {"baseline": None},
        seeds(0.95, 0.95, 0.95),
        S.INCONCLUSIVE,
        "there is nothing to compare with, for no champion of this experiment has a number for it",
    ),
    "a value instead of a difference": (
        {"target": 0.91, "by": 0.0, "baseline": None},
        seeds(0.911, 0.912, 0.91),
        S.SUPPORTED,
        "median of 3 seeds 0.911, 0.001 above what was claimed (0.91); "
        "its 3 seeds lie at 0.91–0.912",
    ),
    "may lose a little": (
        {"by": -0.002},
        seeds(0.9045, 0.905, 0.9055),
        S.SUPPORTED,
        "median of 3 seeds 0.905, 0.001 below champion v13 (0.906); "
        "its 3 seeds lie at 0.9045–0.9055",
    ),
    "better at all is more than the same": (
        {"by": 0.0},
        seeds(0.906, 0.906, 0.906),
        S.REFUTED,
        "median of 3 seeds 0.906, the same as champion v13 (0.906), short of what was claimed in "
        "all 3 runs",
    ),
    "lower is claimed": (
        {"direction": Direction.LOWER, "by": 0.1},
        seeds(0.80, 0.79, 0.78),
        S.SUPPORTED,
        "median of 3 seeds 0.79, 0.116 below champion v13 (0.906); its 3 seeds lie at 0.78–0.8",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_proposed_verdict_and_its_reason(name: str) -> None:
    changes, runs, verdict, reason = CASES[name]
    it = hypothesis(**changes)
    standing = judge(it, runs, it.baseline)
    assert (standing.proposal, standing.reason) == (verdict, reason)


def test_a_seed_group_tag_makes_repetitions_of_runs_without_params() -> None:
    tags = {"dataset": "v7", "seed_group": "a"}
    grouped = [run(n, 0.912, params={}, tags=tags) for n in range(3)]
    apart = [run(n, 0.912, params={}) for n in range(3)]
    assert judge(hypothesis(), grouped, CHAMPION).proposal is S.SUPPORTED
    assert judge(hypothesis(), apart, CHAMPION).proposal is S.INCONCLUSIVE


def test_the_parent_of_a_sweep_is_none_of_its_runs() -> None:
    tags = {"mlflow.parentRunId": "r0", "dataset": "v7"}
    runs = [run(0), *(run(n, 0.912, tags=tags) for n in range(1, 4)), run(4, **FAILED)]
    standing = judge(hypothesis(), runs, CHAMPION)
    assert (standing.total, standing.finished, standing.failed) == (4, 3, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "val_auc at least 0.005 higher than the champion"),
        ({"by": 0.0, "against": Against.BEST}, "val_auc higher than the best before"),
        ({"by": -0.002}, "val_auc at most 0.002 worse than the champion"),
        ({"target": 0.91}, "val_auc at least 0.91"),
        ({"target": 20.0, "direction": Direction.LOWER}, "val_auc at most 20"),
    ],
)
def test_what_is_claimed_in_words(changes: dict[str, Any], words: str) -> None:
    assert claimed(hypothesis(**changes)) == words
