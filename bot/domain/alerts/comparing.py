"""Comparing metrics: what is a number, and when one lies beyond another."""

import math

# MLflow stores an infinite metric as the largest float.
_LARGEST = 1e308

# 0.9 - 0.894 is a hair more than 0.006 to a computer, not to people.
_SHARE = 1e-9
_SHARE_OF_OPERANDS = 1e-12


def is_number(value: float) -> bool:
    """Whether a metric is a finite number, as far as MLflow tells."""
    return math.isfinite(value) and abs(value) < _LARGEST


def exceeds(value: float, bound: float, *beside: float) -> bool:
    """Whether `value` is more than `bound`; the bound itself is not, nor what rounding makes of it.

    `beside` are the numbers whose difference `value` is: they say how far it may be rounded.
    """
    rounding = _SHARE_OF_OPERANDS * max(map(abs, beside), default=0.0)
    return value > bound and not math.isclose(value, bound, rel_tol=_SHARE, abs_tol=rounding)
