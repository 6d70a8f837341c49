"""Rules of the native chart block.

Source: docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

import math
from typing import Any

from tests.standins.slack.blockkit.report import Report
from tests.standins.slack.errors import Json
from tests.standins.slack.limits import LIMITS

CHART = LIMITS["chart"]


def check_chart(report: Report, at: str, chart: Any) -> None:
    """Check a chart: pie has segments; line, bar and area have series along categories."""
    kind = chart.get("type") if isinstance(chart, dict) else None
    if kind == "pie":
        _check_pie(report, at, chart)
    elif kind in ("line", "bar", "area"):
        _check_axes(report, at, chart)
    else:
        report.add(at, "type must be one of line, bar, area, pie")


def _check_pie(report: Report, at: str, chart: Json) -> None:
    _only(report, at, chart, {"type", "segments"})
    segments = _items(report, f"{at}/segments", chart.get("segments"), CHART["segments"])
    for number, segment in enumerate(segments):
        _check_point(report, f"{at}/segments/{number}", segment)
        if isinstance(segment, dict) and not _finite(segment.get("value"), above=0):
            report.add(f"{at}/segments/{number}/value", "must be more than 0")


def _check_axes(report: Report, at: str, chart: Json) -> None:
    _only(report, at, chart, {"type", "series", "axis_config"})
    categories = _check_axis_config(report, f"{at}/axis_config", chart.get("axis_config"))
    series = _items(report, f"{at}/series", chart.get("series"), CHART["series"])
    names = [one.get("name") for one in series if isinstance(one, dict)]
    if len({str(name) for name in names}) != len(names):
        report.add(f"{at}/series", "series names must be unique")
    for number, one in enumerate(series):
        _check_series(report, f"{at}/series/{number}", one, categories)


def _check_axis_config(report: Report, at: str, config: Any) -> list[Any]:
    if not isinstance(config, dict):
        report.add(at, "missing required field: axis_config")
        return []
    _only(report, at, config, {"categories", "x_label", "y_label"})
    categories = _items(report, f"{at}/categories", config.get("categories"), CHART["categories"])
    for number, category in enumerate(categories):
        _check_label(report, f"{at}/categories/{number}", category)
    if len({str(category) for category in categories}) != len(categories):
        report.add(f"{at}/categories", "categories must be unique")
    for name in ("x_label", "y_label"):
        if name in config and not (isinstance(config[name], str) and len(config[name]) <= 50):
            report.add(f"{at}/{name}", "must be less than 51 characters")
    return categories


def _check_series(report: Report, at: str, series: Any, categories: list[Any]) -> None:
    if not isinstance(series, dict):
        report.add(at, "must be an object")
        return
    _only(report, at, series, {"name", "data"})
    _check_label(report, f"{at}/name", series.get("name"))
    points = _items(report, f"{at}/data", series.get("data"), CHART["categories"])
    labels = [point.get("label") for point in points if isinstance(point, dict)]
    if labels != categories:
        report.add(f"{at}/data", "labels must match axis_config.categories in order")
    for number, point in enumerate(points):
        _check_point(report, f"{at}/data/{number}", point)


def _check_point(report: Report, at: str, point: Any) -> None:
    if not isinstance(point, dict):
        report.add(at, "must be an object")
        return
    _only(report, at, point, {"label", "value"})
    _check_label(report, f"{at}/label", point.get("label"))
    if not _finite(point.get("value")):
        report.add(f"{at}/value", "must be a finite number")


def _check_label(report: Report, at: str, label: Any) -> None:
    most = CHART["label"]
    if not isinstance(label, str) or not 1 <= len(label) <= most:
        report.add(at, f"must be a string of 1 to {most} characters")


def _items(report: Report, at: str, value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        report.add(at, f"must be an array of 1 to {most} items")
    return value if isinstance(value, list) else []


def _only(report: Report, at: str, value: Json, names: set[str]) -> None:
    for name in value.keys() - names:
        report.add(at, f"invalid additional property: {name}")


def _finite(value: Any, above: float = -math.inf) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and value > above
