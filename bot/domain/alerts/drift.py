"""Slow declines that no single evaluation shows: a one-sided CUSUM on robust deviations.

Each value's deviation from the median of the last good ones counts, in standard deviations of the
noise, what is worse being positive. The sum of what they exceed `SLACK` by alarms at `LIMIT`; see
https://en.wikipedia.org/wiki/CUSUM.
"""

from statistics import median

from bot.domain.alerts.band import MIN_WINDOW, floor, noise
from bot.domain.alerts.rules import Condition, Regression, RunRegression
from bot.domain.metrics import Direction, figure

SLACK = 0.5
LIMIT = 6.0

# The business minimum keeps a metric that never moves from making everything a decline.
_FLOOR_DEVIATIONS = 4.0
# One wild value alone must not look like a slow decline; it breaks the band by itself.
_MOST = 3.0
# How fast a decline is made good: three evaluations that are no worse than usual end it.
_RELIEF = LIMIT / 3


def next_drift(
    condition: Condition, window: tuple[float, ...], value: float, before: float, *, drifting: bool
) -> float:
    """The sum after one more value, at most `LIMIT` where it alarms; 0 where nothing is known.

    While `drifting` a value that is no worse than usual takes a third of `LIMIT` away.
    """
    if not isinstance(condition, Regression | RunRegression) or not condition.drift:
        return 0.0
    deviation = _deviation(condition, window, value)
    if deviation is None:
        return before
    step = min(deviation, _MOST) - SLACK
    if drifting and step <= 0:
        step = -_RELIEF
    return min(max(0.0, before + step), LIMIT)


def alarms(drift: float) -> bool:
    """Whether the sum says that the metric declines."""
    return drift >= LIMIT


def drift_text(
    metric: str, condition: Regression | RunRegression, window: tuple[float, ...], value: float
) -> str:
    """A decline in plain words, said at a value that is no breach by itself."""
    side = "below" if condition.direction is Direction.HIGHER else "above"
    usual, now = figure(median(window)), figure(value)
    return f"{metric} slides {side} its usual {usual}: {now} now, too little to be a breach"


def _deviation(
    condition: Regression | RunRegression, window: tuple[float, ...], value: float
) -> float | None:
    """How much worse than usual a value is, in standard deviations; None where that is unknown."""
    if len(window) < MIN_WINDOW:
        return None
    usual = median(window)
    least = floor(condition, usual) / _FLOOR_DEVIATIONS
    one = max(noise(window) or 0.0, least)
    worse = usual - value if condition.direction is Direction.HIGHER else value - usual
    return worse / one if one > 0 else None
