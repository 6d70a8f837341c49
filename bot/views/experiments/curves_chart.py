"""The chart of a comparison: the curves of the deciding metric over each other, by step."""

import math
from bisect import bisect_right
from collections.abc import Sequence

from bot.domain.chart import Chart, Series
from bot.domain.experiments.comparison import Comparison
from bot.domain.experiments.records import MetricPoint
from bot.views.experiments.progress_chart import CATEGORIES, LABEL, TITLE
from bot.views.text import clean

Points = Sequence[MetricPoint]


def curves_chart(comparison: Comparison, curves: Sequence[Points]) -> Chart | None:
    """Every run with more than one point, and a champion of one point as a line to reach.

    At most 20 steps; between its points a run keeps its last value, outside of them it has none.
    None where no run has a curve.
    """
    if comparison.metric is None or not any(len(points) > 1 for points in curves):
        return None
    steps = _thinned(sorted({p.step for points in curves if len(points) > 1 for p in points}))
    if len(steps) < 2:
        return None
    series = [
        Series(name=_name(comparison, place), values=_values(points, steps))
        for place, points in enumerate(curves)
        if len(points) > 1 or (points and comparison.sides[place].champion)
    ]
    return Chart(
        title=clean(f"{comparison.metric} by step", TITLE),
        categories=tuple(str(step) for step in steps),
        series=tuple(series),
        y_label=clean(comparison.metric, TITLE),
    )


def _values(points: Points, steps: Sequence[int]) -> tuple[float | None, ...]:
    if len(points) == 1:
        return (_finite(points[0].value),) * len(steps)
    at = [point.step for point in points]
    return tuple(
        _finite(points[bisect_right(at, step) - 1].value) if at[0] <= step <= at[-1] else None
        for step in steps
    )


def _name(comparison: Comparison, place: int) -> str:
    """Two runs may have one name; Slack wants each line's own."""
    side = comparison.sides[place]
    if side.champion:
        return clean(side.name, LABEL)
    return clean(f"{place + 1} {side.name}", LABEL)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _thinned(steps: Sequence[int]) -> list[int]:
    """At most 20 of them, evenly spread, the first and the last among them."""
    if len(steps) <= CATEGORIES:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (CATEGORIES - 1))] for i in range(CATEGORIES)]
