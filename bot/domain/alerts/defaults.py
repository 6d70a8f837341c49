"""What a new rule asks for unless people say otherwise.

`make bench ARGS=detectors` shows what these come to on simulated series: fewer than 3 false
alarms in 10,000 runs, and a drop by four deviations found at the second run.
"""

from collections.abc import Sequence
from statistics import median, stdev

from bot.domain.alerts.band import MIN_WINDOW, noise
from bot.domain.alerts.comparing import is_number

FOR_EVALUATIONS = 2
"""One bad evaluation is luck now and then, two in a row hardly ever."""

FLOOR = 3.0
"""The business minimum to propose, in standard deviations of the noise."""

LEARNED_FROM = 60
"""How many of the last evaluations tell that noise."""

# A broken run in the past must not widen the band: no value counts as further off than this.
_WILD = 3.0


def suggested_delta(values: Sequence[float], seeds: Sequence[float] = ()) -> float | None:
    """An `abs_delta` to propose for a metric with these last evaluations, in two figures.

    The noise is that of the values, or of the champion's seeds where there are too few of them;
    None where that is unknown or the metric never moves.
    """
    known = tuple(value for value in values if is_number(value))[-LEARNED_FROM:]
    if len(known) >= MIN_WINDOW:
        found: float | None = _deviation(known)
    else:
        found = noise((), tuple(value for value in seeds if is_number(value)))
    return float(f"{FLOOR * found:.1e}") if found else None


def _deviation(values: tuple[float, ...]) -> float:
    """Of all of them, not of the middle half as in the band: real noise has heavy tails."""
    center, robust = median(values), noise(values) or 0.0
    most = _WILD * robust
    calm = (min(max(value, center - most), center + most) for value in values)
    return max(robust, stdev(calm))
