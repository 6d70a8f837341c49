"""The alert engine: every transition, its reason and what people are told."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts.band import DEVIATIONS
from bot.domain.alerts.engine import (
    Evaluation,
    Notify,
    band,
    evaluate,
    follow_champion,
    judge,
)
from bot.domain.alerts.rules import Operator, Regression, Rule
from bot.domain.alerts.states import AlertState, Baseline, Phase
from bot.domain.metrics import Direction, direction_of
from tests.unit.alerts.values import BELOW, CHAMPION, T0, WORSE, fresh, rule, sample


def _run(
    about: Rule,
    values: Sequence[float],
    base: Baseline | None = None,
    state: AlertState | None = None,
) -> list[Evaluation]:
    state, found = state or fresh(), []
    for index, value in enumerate(values):
        now = T0 + timedelta(minutes=index + 1)
        found.append(evaluate(about, sample(value, f"r{index}"), state, now, base))
        state = found[-1].state
    return found


def _told(found: list[Evaluation]) -> list[tuple[Phase, Notify]]:
    return [(each.state.phase, each.notify) for each in found]


def test_a_threshold_fires_is_updated_and_recovers() -> None:
    found = _run(rule(), [0.95, 0.871, 0.86, 0.91, 0.92])
    assert _told(found) == [
        (Phase.INACTIVE, Notify.NOTHING),
        (Phase.FIRING, Notify.OPEN),
        (Phase.FIRING, Notify.CHANGE),
        (Phase.RESOLVED, Notify.RESOLVE),
        (Phase.INACTIVE, Notify.NOTHING),
    ]
    assert [each.reason for each in found] == [
        "val_auc 0.95 is not below 0.9",
        "val_auc 0.871 is below 0.9",
        "val_auc 0.86 is below 0.9, twice in a row",
        "val_auc 0.91 is not below 0.9",
        "val_auc 0.92 is not below 0.9",
    ]


def test_the_threshold_itself_is_no_breach_on_either_side() -> None:
    above = replace(BELOW, operator=Operator.ABOVE)
    assert not judge(rule(), 0.9, (), None).standing.is_bad
    assert not judge(rule(above), 0.9, (), None).standing.is_bad
    assert judge(rule(above), 0.9001, (), None).standing.is_bad


@pytest.mark.parametrize(
    ("about", "value", "text"),
    [
        (rule(), 0.89996, "val_auc 0.89996 is below 0.9"),
        (rule(replace(BELOW, bound=5000.0)), 4999.999, "val_auc 4999.999 is below 5000.000"),
        (rule(replace(BELOW, recovery=0.93)), 0.929999, "val_auc 0.929999 is not below 0.9, but"),
        (rule(WORSE), 0.88899, "val_auc 0.889, 0.00601 below its baseline 0.895 ± 0.006"),
        (rule(replace(WORSE, abs_delta=1e-6)), 0.89499, "val_auc 0.89499, 0.00001 below"),
    ],
)
def test_a_breach_doesnt_look_like_its_own_limit(about: Rule, value: float, text: str) -> None:
    assert judge(about, value, (), CHAMPION).text.startswith(text)


@pytest.mark.parametrize(
    ("value", "base", "text"),
    [
        (1_340_000.0, 1_234_000.0, "val_auc 1.34e+06, 106000.0 above its baseline 1.234e+06"),
        (3e-5, 1e-5, "val_auc 3e-05, 2e-05 above its baseline 1e-05"),
    ],
)
def test_differences_of_large_and_small_values_are_readable(
    value: float, base: float, text: str
) -> None:
    lower = rule(replace(WORSE, direction=Direction.LOWER, abs_delta=1e-6))
    assert judge(lower, value, (), replace(CHAMPION, value=base)).text.startswith(text)


def test_it_waits_for_as_many_bad_evaluations_in_a_row_as_asked() -> None:
    found = _run(rule(times=3), [0.8, 0.8, 0.95, 0.8, 0.8, 0.8])
    assert [each.state.phase for each in found] == [
        Phase.PENDING,
        Phase.PENDING,
        Phase.INACTIVE,
        Phase.PENDING,
        Phase.PENDING,
        Phase.FIRING,
    ]
    assert [each.notify for each in found].count(Notify.OPEN) == 1
    assert found[-1].reason.endswith("3 times in a row")


def test_between_threshold_and_recovery_it_recovers_without_a_second_opening() -> None:
    found = _run(rule(replace(BELOW, recovery=0.92)), [0.88, 0.91, 0.89, 0.91, 0.92])
    assert _told(found) == [
        (Phase.FIRING, Notify.OPEN),
        (Phase.RECOVERING, Notify.CHANGE),
        (Phase.FIRING, Notify.CHANGE),
        (Phase.RECOVERING, Notify.CHANGE),
        (Phase.RESOLVED, Notify.RESOLVE),
    ]
    assert "still below the recovery threshold 0.92" in found[1].reason
    assert found[-1].state.incidents == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.797e308])
def test_what_is_not_a_number_is_never_compared(value: float) -> None:
    above = rule(replace(BELOW, operator=Operator.ABOVE))
    for about in (rule(), above):
        [found] = _run(about, [value])
        assert found.reason == "val_auc is not a number"
        assert found.notify is Notify.OPEN
        assert found.point is not None
        assert found.point.value is None


def test_nan_neither_resolves_an_open_incident_nor_enters_the_noise_window() -> None:
    found = _run(rule(WORSE), [0.8, math.nan, 0.8, 0.895], CHAMPION)
    assert _told(found) == [
        (Phase.FIRING, Notify.OPEN),
        (Phase.INVALID, Notify.CHANGE),
        (Phase.FIRING, Notify.CHANGE),
        (Phase.RESOLVED, Notify.RESOLVE),
    ]
    assert found[-1].state.window == (0.895,)
    assert found[-1].state.incidents == 1


def test_the_same_sample_again_changes_nothing() -> None:
    first = evaluate(rule(times=2), sample(0.8), fresh(), T0)
    again = evaluate(rule(times=2), sample(0.8), first.state, T0 + timedelta(hours=1))
    assert again.state == first.state
    assert again.notify is Notify.NOTHING
    assert again.point is None


def test_a_phase_keeps_the_time_at_which_it_began() -> None:
    found = _run(rule(), [0.8, 0.8])
    assert found[1].state.since == T0 + timedelta(minutes=1)


def test_a_regression_names_delta_baseline_and_band() -> None:
    found = _run(rule(WORSE), [0.889, 0.871, 0.871, 0.94], CHAMPION)
    assert [each.reason for each in found] == [
        "val_auc 0.889 is within its baseline 0.895 ± 0.006",
        "val_auc 0.871, 0.024 below its baseline 0.895 ± 0.006",
        "val_auc 0.871, 0.024 below its baseline 0.895 ± 0.006, twice in a row",
        "val_auc 0.94 is better than its baseline 0.895 ± 0.006",
    ]
    assert found[1].point is not None
    assert (found[1].point.expected, found[1].point.margin) == (0.895, 0.006)


def test_lower_is_better_turns_it_round() -> None:
    about = rule(replace(WORSE, direction=Direction.LOWER), metric="val_loss")
    base = replace(CHAMPION, value=0.3)
    assert judge(about, 0.31, (), base).text == "val_loss 0.31, 0.01 above its baseline 0.3 ± 0.006"
    assert not judge(about, 0.1, (), base).standing.is_bad


def test_the_largest_floor_is_the_band() -> None:
    noisy = (0.88, 0.91) * 5
    assert band(WORSE, (), 0.9) == 0.006
    assert band(replace(WORSE, rel_delta=0.05), (), 0.9) == pytest.approx(0.045)
    assert band(WORSE, noisy[:7], 0.9) == 0.006
    assert band(WORSE, noisy, 0.9) == pytest.approx(DEVIATIONS * 1.4826 * 0.015)


def test_deterministic_evaluations_leave_the_floor() -> None:
    assert band(WORSE, (0.9,) * 20, 0.9) == 0.006


def test_bad_values_are_not_learned_and_the_window_is_short() -> None:
    found = _run(rule(WORSE), [0.895] * 25 + [0.5] * 30, CHAMPION)
    assert found[-1].state.window == (0.895,) * 20
    assert found[-1].state.phase is Phase.FIRING


def test_a_drop_inside_the_noise_is_no_regression() -> None:
    noisy = [0.885, 0.905] * 5
    quiet = _run(rule(WORSE), [0.895] * 10 + [0.87], CHAMPION)
    wide = _run(rule(replace(WORSE, abs_delta=0.02)), [*noisy, 0.87], CHAMPION)
    assert quiet[-1].notify is Notify.OPEN
    assert [each.notify for each in wide] == [Notify.NOTHING] * 11


def test_another_champion_ends_an_open_incident_and_starts_the_noise_afresh() -> None:
    state = _run(rule(WORSE), [0.895] * 9 + [0.8], CHAMPION)[-1].state
    state = replace(state, baseline=CHAMPION, champions=("champ",))
    after = follow_champion(state, replace(CHAMPION, version=14, run_id="new", value=0.8), T0)
    assert after is not None
    assert after.notify is Notify.RESOLVE
    assert after.reason == "the champion changed from v13 to v14: the baseline is 0.8 now"
    assert after.state.phase is Phase.RESOLVED
    assert (after.state.window, after.state.streak) == ((), 0)
    assert after.state.champions == ("champ", "new")


def test_another_champion_without_an_incident_tells_nobody() -> None:
    state = replace(fresh(), phase=Phase.PENDING, streak=1, baseline=CHAMPION)
    after = follow_champion(state, replace(CHAMPION, version=14), T0)
    assert after is not None
    assert (after.state.phase, after.notify) == (Phase.INACTIVE, Notify.NOTHING)


def test_the_same_champion_is_nothing_new() -> None:
    assert follow_champion(replace(fresh(), baseline=CHAMPION), CHAMPION, T0) is None


def test_a_regression_needs_a_baseline() -> None:
    with pytest.raises(ValueError, match="baseline"):
        evaluate(rule(WORSE), sample(0.9), fresh(), T0)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("val_auc", Direction.HIGHER),
        ("test/loss", Direction.LOWER),
        ("RMSE", Direction.LOWER),
        ("f1-macro", Direction.HIGHER),
        ("score", Direction.UNKNOWN),
        ("auc_loss", Direction.UNKNOWN),
        ("closs", Direction.UNKNOWN),
    ],
)
def test_a_direction_is_known_by_name_or_not_at_all(metric: str, expected: Direction) -> None:
    assert direction_of(metric, {}) is expected


@given(st.lists(st.sampled_from([0.8, 0.91, 0.95, math.nan]), max_size=30), st.integers(1, 4))
def test_openings_and_endings_alternate(values: list[float], times: int) -> None:
    found = _run(rule(replace(BELOW, recovery=0.93), times=times), values)
    news = [each.notify for each in found if each.notify in (Notify.OPEN, Notify.RESOLVE)]
    assert news == [Notify.OPEN, Notify.RESOLVE] * (len(news) // 2) + [Notify.OPEN] * (
        len(news) % 2
    )
    opened = sum(each.notify is Notify.OPEN for each in found)
    assert (found[-1].state.incidents if found else 0) == opened


@given(st.lists(st.floats(0, 1), min_size=1, max_size=25))
def test_the_band_is_never_below_its_floors(values: list[float]) -> None:
    condition = Regression(model="m", direction=Direction.LOWER, abs_delta=0.01, rel_delta=0.02)
    assert band(condition, tuple(values), 2.0) >= 0.04
