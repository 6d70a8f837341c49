"""A small run of `make bench ARGS=detectors`: drops are found, and wolf is seldom cried."""

from bot.domain.alerts.defaults import LEARNED_FROM, suggested_delta
from tests.benchmarks.detectors import STABLE, measure, rolling

SERIES = 10


def test_the_default_finds_large_drops_at_once_and_small_ones_by_their_drift() -> None:
    breaches, warned = measure(rolling(LEARNED_FROM), SERIES)
    assert warned is not None
    assert breaches.false_per_100 * breaches.series * STABLE / 100 <= 2
    assert (breaches.found[4], breaches.delay[4]) == (breaches.series, 2)
    assert warned.found[2] == warned.series
    assert warned.delay[2] <= 4


def test_a_floor_is_proposed_from_enough_evaluations_or_seeds_only() -> None:
    assert suggested_delta([0.9, 0.91] * 3) is None
    assert suggested_delta([0.9] * 20) is None
    assert suggested_delta([], [0.89, 0.9, 0.91]) == 0.034
    usual = [0.9, 0.91, 0.89, 0.905, 0.895] * 4
    assert suggested_delta([*usual, 0.1, float("nan")]) == suggested_delta([*usual, 0.2])
