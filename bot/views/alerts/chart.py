"""The chart of an alert: its metric by evaluation, with what it was compared with each time."""

from collections import Counter
from collections.abc import Sequence

from bot.domain.alerts.rules import (
    BaselineKind,
    FairnessGap,
    Regression,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
)
from bot.domain.alerts.states import Point
from bot.domain.chart import Chart, Series
from bot.views.alerts.wording import subject
from bot.views.text import clean, count, cut

# Slack's limit for a label is 20; a mark before it takes three.
_LABEL = 17


def chart(rule: RuleDraft, points: Sequence[Point]) -> Chart | None:
    """The last evaluations, the bad ones marked; None where there is no number to draw.

    A regression's band is the one of each evaluation; other kinds have their limit as a line.
    """
    if isinstance(rule.condition, Staleness) or all(point.value is None for point in points):
        return None
    drawn = Series(name=_name(rule), values=tuple(point.value for point in points))
    return Chart(
        title=f"{clean(subject(rule))}: last {count(len(points), 'evaluation')}",
        categories=_labels(points),
        series=(drawn, *_beside(rule, points)),
        y_label=_name(rule),
        band=_band(points),
        marks=tuple(index for index, point in enumerate(points) if point.is_bad),
    )


def _name(rule: RuleDraft) -> str:
    match rule.condition:
        case SliceFloor():
            return "worst slice"
        case FairnessGap():
            return "best to worst"
        case condition:
            unit = getattr(condition, "unit", "")
            named = f"{rule.metric} ({unit})" if unit else rule.metric
            return cut(clean(named), _LABEL) or "metric"


def _beside(rule: RuleDraft, points: Sequence[Point]) -> list[Series]:
    """What the metric was compared with."""
    match rule.condition:
        case Regression() | RunRegression() as condition:
            expected = tuple(point.expected for point in points)
            if all(value is None for value in expected):
                return []
            kind = getattr(condition, "baseline", BaselineKind.ROLLING)
            name = "champion" if kind is BaselineKind.CHAMPION else "usual"
            return [Series(name=name, values=expected)]
        case Staleness():
            return []
        case condition:
            return [Series(name="limit", values=(condition.bound,) * len(points))]


def _band(points: Sequence[Point]) -> tuple[tuple[float, float] | None, ...]:
    band = tuple(_range(point) for point in points)
    return band if any(each is not None for each in band) else ()


def _range(point: Point) -> tuple[float, float] | None:
    if point.expected is None or point.margin is None:
        return None
    return point.expected - point.margin, point.expected + point.margin


def _labels(points: Sequence[Point]) -> tuple[str, ...]:
    """Days (UTC, as every reader gets the same chart), with the time on a day of several, and a
    number where that is the same too: categories must differ."""
    days = Counter(point.at.date() for point in points)
    found: list[str] = []
    for index, point in enumerate(points, 1):
        label = f"{point.at.day} {point.at:%b}"
        if days[point.at.date()] > 1:
            label += f" {point.at:%H:%M}"
        found.append(label if label not in found else f"{label} ({index})")
    return tuple(found)
