"""What each kind of rule finds bad, in words, and how an incident of it is called."""

import math
from dataclasses import replace

import pytest

from bot.domain.alerts.engine import Standing, evaluate, judge, title
from bot.domain.alerts.rules import Condition, Operator
from bot.domain.alerts.slices import slices_of
from bot.domain.alerts.states import Baseline, Phase
from tests.unit.alerts.kinds import (
    BUDGET,
    FLOOR,
    GAP,
    QUIET,
    ROLLING,
    RUNS,
    SLICES,
    STALE,
    of_slices,
    phases,
    run,
    sliced,
)
from tests.unit.alerts.values import BELOW, CHAMPION, T0, WORSE, fresh, rule, sample

PARTS = (("small", 0.802), ("medium", 0.871), ("large", 0.84))


def test_a_budget_is_said_with_its_unit_and_ends_past_its_recovery() -> None:
    found = run(rule(BUDGET, metric="p95"), [150, 220, 190, 170])
    assert phases(found) == [Phase.INACTIVE, Phase.FIRING, Phase.RECOVERING, Phase.RESOLVED]
    assert found[1].reason == "p95 of churn was 220 ms, above 200 ms"
    assert "but still above the recovery threshold 180" in found[2].reason


@pytest.mark.parametrize(
    ("value", "bound", "is_bad"),
    [
        (0.1 + 0.2, 0.3, False),
        (0.8 - 1e-12, 0.8, False),
        (0.0, 0.0, False),
        (-1e-9, 0.0, True),
        (1e6, 1e6 + 1e-9, False),
        (0.7999, 0.8, True),
    ],
)
def test_what_rounding_makes_of_a_bound_is_no_breach(
    value: float, bound: float, is_bad: bool
) -> None:
    below = rule(replace(BELOW, bound=bound))
    above = rule(replace(BELOW, operator=Operator.ABOVE, bound=-bound))
    assert judge(below, value, (), None).standing.is_bad is is_bad
    assert judge(above, -value, (), None).standing.is_bad is is_bad


@pytest.mark.parametrize("level", [0.9, 1000.0, 1e6])
def test_exactly_the_band_is_no_regression_at_any_size(level: float) -> None:
    base = replace(CHAMPION, value=level)
    assert not judge(rule(WORSE), level - 0.006, (), base).standing.is_bad
    assert judge(rule(WORSE), level - 0.0061, (), base).standing.is_bad


def test_a_rolling_baseline_is_the_median_of_the_last_good_ones() -> None:
    found = run(rule(ROLLING), [*QUIET, 0.871, 0.87])
    assert found[7].reason == "val_auc 0.895 is one of the first 8: they tell what is usual"
    assert found[8].point is not None
    assert found[8].point.expected == pytest.approx(0.895)
    assert found[10].reason.startswith("val_auc 0.871, 0.024 below the median 0.895 ± ")
    assert found[10].reason.endswith(" of the last 10 good ones")
    assert found[11].state.window == QUIET


def test_a_rolling_rule_learns_in_silence_whatever_comes() -> None:
    found = run(rule(RUNS), [0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1])
    assert set(phases(found)) == {Phase.INACTIVE}
    assert len(found[-1].state.window) == 8


def test_the_champions_seeds_are_the_noise_until_enough_was_evaluated() -> None:
    base = replace(CHAMPION, seeds=(0.885, 0.895, 0.905))
    assert judge(rule(WORSE), 0.87, (), CHAMPION).standing.is_bad
    assert not judge(rule(WORSE), 0.87, (), base).standing.is_bad
    assert judge(rule(WORSE), 0.87, QUIET, base).standing.is_bad


def test_a_pattern_names_slices() -> None:
    metrics = {"val_auc": 0.9, "val_auc/segment/small": 0.8, "val_auc/segment/eu/new": 0.7}
    assert slices_of(SLICES, metrics) == (("eu/new", 0.7), ("small", 0.8))
    assert slices_of("val_auc", metrics) == (("", 0.9),)
    assert slices_of("*/segment/*", metrics) == (("val_auc/eu/new", 0.7), ("val_auc/small", 0.8))
    assert slices_of("val_auc/*/", metrics) == ()
    assert slices_of("val_auc*val_auc", metrics) == ()


def test_no_pattern_takes_long() -> None:
    """Trying all ways to divide this name takes longer than anybody waits."""
    name = "a" * 250
    assert slices_of("*" * 40 + "b", {name: 1.0}) == ()
    assert slices_of("*a" * 40, {name: 1.0}) == (("/".join([*"a" * 39, "a" * 171]), 1.0),)


def test_bad_slices_are_counted_and_the_worst_is_named() -> None:
    about = sliced(FLOOR)
    found = evaluate(about, of_slices(FLOOR, *PARTS), fresh(), T0)
    assert found.reason == "2 of 3 slices below 0.85, worst small 0.802"
    assert found.state.phase is Phase.FIRING
    assert found.point is not None
    assert found.point.value == 0.802


def test_fewer_bad_slices_than_asked_for_are_no_breach_but_said() -> None:
    condition = replace(FLOOR, at_least=3)
    found = evaluate(sliced(condition), of_slices(condition, *PARTS), fresh(), T0)
    assert found.state.phase is Phase.INACTIVE
    assert found.reason == "2 of 3 slices below 0.85, worst small 0.802; it takes 3"
    good = of_slices(FLOOR, ("a", 0.9), ("b", 0.85))
    reason = evaluate(sliced(FLOOR), good, fresh(), T0).reason
    assert reason == "none of 2 slices below 0.85, worst b 0.85"


def test_a_gap_names_both_ends() -> None:
    sample_of = of_slices(GAP, ("EU-new", 0.802), ("US", 0.871), ("DE", 0.86))
    found = evaluate(sliced(GAP), sample_of, fresh(), T0)
    assert found.reason == "EU-new 0.802 and US 0.871 are 0.069 apart, more than 0.05"
    assert found.point is not None
    assert found.point.value == pytest.approx(0.069)
    close = of_slices(GAP, ("a", 0.871), ("b", 0.821))
    assert evaluate(sliced(GAP), close, fresh(), T0).state.phase is Phase.INACTIVE


def test_slices_that_are_no_numbers_are_said_and_never_compared() -> None:
    some = of_slices(FLOOR, *PARTS, ("broken", math.nan), ("wild", math.inf))
    found = evaluate(sliced(FLOOR), some, fresh(), T0)
    assert found.reason == (
        "2 of 3 slices below 0.85, worst small 0.802; not a number: broken, wild"
    )
    for condition, slices in ((FLOOR, (("a", math.nan),)), (GAP, (("a", math.nan), ("b", 0.9)))):
        none = evaluate(sliced(condition), of_slices(condition, *slices), fresh(), T0)
        assert none.state.phase is Phase.INVALID
        assert none.point is not None
        assert none.point.value is None


def test_an_evaluation_whose_metric_means_nothing_still_ends_staleness() -> None:
    assert judge(rule(STALE, metric=""), math.nan, (), None).standing is Standing.GOOD


@pytest.mark.parametrize(
    ("condition", "base", "phase", "expected"),
    [
        (BELOW, None, Phase.FIRING, "churn: …"),
        (BUDGET, None, Phase.FIRING, "…"),
        (WORSE, CHAMPION, Phase.FIRING, "churn v14 is worse than champion v13: …"),
        (WORSE, replace(CHAMPION, version=14), Phase.FIRING, "churn v14 (champion) is worse: …"),
        (WORSE, CHAMPION, Phase.DRIFTING, "churn v14 is slowly getting worse: …"),
        (WORSE, CHAMPION, Phase.INVALID, "churn v14: …"),
        (ROLLING, None, Phase.FIRING, "churn v14 is worse than usual: …"),
        (RUNS, None, Phase.FIRING, "churn is worse than usual: …"),
        (FLOOR, None, Phase.FIRING, "churn v14, val_auc: …"),
        (STALE, None, Phase.FIRING, "…"),
    ],
)
def test_titles_stand_alone(
    condition: Condition, base: Baseline | None, phase: Phase, expected: str
) -> None:
    assert title(rule(condition), sample(0.8, version=14), "…", base, phase) == expected


def test_the_title_of_silence_is_a_sentence() -> None:
    said = title(rule(BELOW), None, "no run of churn for 3 days", None, Phase.NO_DATA)
    assert said == "No run of churn for 3 days"
    assert title(rule(WORSE), sample(math.nan), "…", CHAMPION) == "churn: …"
