"""A chart as data: what to draw, not how."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line: a value per category, None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A line chart; `band` is the expected range drawn behind, one for each category (None: none
    there), or empty; `marks` are category indexes, `limits` what the vertical axis shows at least.
    """

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    y_label: str = ""
    band: tuple[tuple[float, float] | None, ...] = ()
    limits: tuple[float, float] | None = None
    marks: tuple[int, ...] = ()
