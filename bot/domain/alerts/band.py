"""The noise of a metric: how far from its baseline a value may be without meaning anything."""

from statistics import median, stdev

from bot.domain.alerts.rules import Regression, RunRegression

WINDOW = 20
MIN_WINDOW = 8
ENOUGH_SEEDS = 3

DEVIATIONS = 2.75
"""Half the width of the band in standard deviations of the noise."""

# 1.4826 · MAD estimates the standard deviation of normal noise, and one outlier doesn't spoil it.
_DEVIATION_OF_MAD = 1.4826


def band(
    condition: Regression | RunRegression,
    window: tuple[float, ...],
    baseline: float,
    seeds: tuple[float, ...] = (),
) -> float:
    """How far from the baseline a value may be: the business minimum or the noise, if larger.

    The noise is that of the last good evaluations, and of the baseline's seeds until there are
    enough of those.
    """
    return max(floor(condition, baseline), DEVIATIONS * (noise(window, seeds) or 0.0))


def floor(condition: Regression | RunRegression, baseline: float) -> float:
    """The business minimum: what is smaller doesn't matter, noise or not."""
    return max(condition.abs_delta, (condition.rel_delta or 0.0) * abs(baseline))


def noise(window: tuple[float, ...], seeds: tuple[float, ...] = ()) -> float | None:
    """The standard deviation of what differs without a reason; None where too little is known."""
    if len(window) >= MIN_WINDOW:
        center = median(window)
        return _DEVIATION_OF_MAD * median(abs(value - center) for value in window)
    if len(seeds) >= ENOUGH_SEEDS:
        return stdev(seeds) * _unbiased(len(seeds))
    return None


def remember(window: tuple[float, ...], value: float) -> tuple[float, ...]:
    """The window with one more good value."""
    return (*window, value)[-WINDOW:]


def _unbiased(count: int) -> float:
    """What a standard deviation of so few normal values is multiplied with: 1 / c4, nearly
    (https://en.wikipedia.org/wiki/Unbiased_estimation_of_standard_deviation)."""
    return (4 * count - 3) / (4 * count - 4)
