"""Slack's own chart block says what it can't draw: the band as two lines, marks in the labels."""

from typing import Any

from bot.clients.slack.charts import native_block
from bot.domain.chart import Chart, Series


def block(**parts: Any) -> dict[str, Any] | None:
    values: dict[str, Any] = {
        "title": "val_auc of model churn",
        "categories": ("monday", "tuesday"),
        "series": (Series(name="val_auc", values=(0.9, 0.8)),),
    }
    return native_block(Chart(**{**values, **parts}))


def lines(found: dict[str, Any] | None) -> dict[str, list[float]]:
    assert found is not None
    return {s["name"]: [p["value"] for p in s["data"]] for s in found["chart"]["series"]}


def test_the_band_of_each_point_is_two_lines() -> None:
    found = block(band=((0.88, 0.91), (0.89, 0.9)))
    assert lines(found) == {
        "val_auc": [0.9, 0.8],
        "expected, low": [0.88, 0.89],
        "expected, high": [0.91, 0.9],
    }


def test_a_band_with_a_gap_needs_a_picture() -> None:
    assert block(band=((0.88, 0.91), None)) is None


def test_a_marked_point_has_a_marked_label_where_there_is_room() -> None:
    found = block(marks=(1,))
    assert found is not None
    assert found["chart"]["axis_config"]["categories"] == ["monday", "🔴 tuesday"]
    assert [p["label"] for p in found["chart"]["series"][0]["data"]] == ["monday", "🔴 tuesday"]
    full = block(marks=(1,), categories=("a", "b" * 20))
    assert full is not None
    assert full["chart"]["axis_config"]["categories"] == ["a", "b" * 20]
