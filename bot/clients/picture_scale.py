"""A vertical axis with round numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_INTERVALS = 4
# Differences of numbers beyond this overflow.
_LARGEST = 1e300
_SMALLEST = 1e-300
_NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class Scale:
    """The axis from `low` to `high` with a label for each of its ticks."""

    low: float
    high: float
    ticks: Sequence[float]
    labels: Sequence[str]

    def share(self, value: float) -> float:
        """How far up the axis a value stands, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def finite(value: float) -> float:
    """The value, kept where differences of two can be computed."""
    return max(-_LARGEST, min(_LARGEST, value))


def scale_for(values: Sequence[float]) -> Scale:
    """An axis that holds these finite values and begins and ends at round numbers.

    Equal values stand in its middle; without any value it goes from 0 to 1.
    """
    kept = [finite(value) for value in values] or [0.0, 1.0]
    low, high = min(kept), max(kept)
    if high - low <= max(_SMALLEST, abs(high) * _NEGLIGIBLE, abs(low) * _NEGLIGIBLE):
        margin = abs(high) * 0.05 or 1.0
        low, high = low - margin, high + margin
    step = _step((high - low) / _INTERVALS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # Counting from whole steps keeps 0 exact and gives no negative zero.
    ticks = [index * step for index in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], ticks, [_label(tick, step) for tick in ticks])


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * step for step in _STEPS if power * step >= rough * (1 - 1e-9))


def _label(tick: float, step: float) -> str:
    if max(abs(tick), step) >= 1e7 or step < 1e-6:
        return f"{tick:.4g}"
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    between = abs(step * 10**digits - round(step * 10**digits)) > 1e-6
    return f"{tick:.{digits + between}f}"
