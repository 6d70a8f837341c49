"""Charts as PNG pictures, for where a workspace can't draw them itself.

Pillow is imported when the first picture is drawn: a bot that draws none doesn't carry it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from bot.clients.picture_scale import Scale, finite, scale_for
from bot.domain.chart import Chart, Series

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 800, 400

# Drawn twice as large and halved: Pillow's lines have no soft edges of their own.
_ZOOM = 2
# Whoever packs holds the interpreter's lock, and with it the event loop: a third less of that for a
# picture that is larger by a sixth.
_COMPRESS = 3
_TITLE, _SMALL = 19, 13
_TOP, _BOTTOM, _RIGHT, _EDGE, _LEGEND = 78, 44, 28, 20, 56
_LONGEST_TICK = 110
_COLUMN = 20

_PAPER, _INK, _GREY, _GRID, _BAND = "#ffffff", "#1d2733", "#66717f", "#e6e9ee", "#e4eef8"
_LINES = ("#2f6db3", "#d0803a", "#3f9670", "#8663ab", "#b5566b", "#5b8a9a", "#9a8a3c", "#6f6f6f")
_MARK = "#c8372d"

Point = tuple[float, float]


def draw(chart: Chart) -> bytes:
    """A PNG of 800 x 400 on white; values that are None or not finite leave a gap."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH * _ZOOM, HEIGHT * _ZOOM), _PAPER)
    fonts = {size: ImageFont.load_default(size=size * _ZOOM) for size in (_TITLE, _SMALL)}
    _Picture(chart, ImageDraw.Draw(image), fonts).paint()
    file = BytesIO()
    image.reduce(_ZOOM).save(file, "PNG", compress_level=_COMPRESS)
    return file.getvalue()


@dataclass(frozen=True)
class _Frame:
    """Where the lines stand, in pixels of the finished picture."""

    left: float
    right: float
    top: float
    bottom: float
    scale: Scale
    categories: int

    def x(self, index: int) -> float:
        if self.categories < 2:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * index / (self.categories - 1)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * self.scale.share(value)


class _Picture:
    def __init__(
        self, chart: Chart, canvas: "ImageDraw", fonts: "dict[int, FreeTypeFont | ImageFont]"
    ) -> None:
        self._chart = chart
        self._canvas = canvas
        self._fonts = fonts
        scale = scale_for([*_values(chart), *(chart.limits or ())])
        ticks = [self._width(label, _SMALL) for label in scale.labels]
        left = _EDGE + min(max(ticks, default=0.0), _LONGEST_TICK) + 10
        self._frame = _Frame(
            left, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM, scale, len(chart.categories)
        )

    def paint(self) -> None:
        self._titles()
        if not _values(self._chart):
            middle = (WIDTH / 2, (_TOP + HEIGHT - _BOTTOM) / 2)
            self._text(middle, "no data yet", _SMALL, _GREY, "mm")
            return
        self._band()
        self._grid()
        self._categories()
        # The first series is what the chart is about: it lies on top.
        for index, series in reversed(list(enumerate(self._chart.series))):
            self._line(index, series)
        self._marks()

    def _titles(self) -> None:
        title = self._fitting(self._chart.title, _TITLE, WIDTH - 2 * _EDGE)
        self._text((_EDGE, 28), title, _TITLE, _INK, "lm")
        at = float(_EDGE)
        if self._chart.y_label:
            label = self._fitting(self._chart.y_label, _SMALL, 240)
            self._text((at, _LEGEND), label, _SMALL, _GREY, "lm")
            at += self._width(label, _SMALL) + 24
        self._legend(at)

    def _legend(self, at: float) -> None:
        """The names of the lines, as many as fit."""
        entries = [(s.name, _colour(i), 3) for i, s in enumerate(self._chart.series)]
        if self._chart.band:
            entries.append(("expected range", _BAND, 12))
        for name, colour, width in entries:
            short = self._fitting(name, _SMALL, 170)
            end = at + 28 + self._width(short, _SMALL)
            if end > WIDTH - _EDGE:
                return
            self._stroke([(at, _LEGEND), (at + 20, _LEGEND)], colour, width)
            self._text((at + 28, _LEGEND), short, _SMALL, _INK, "lm")
            at = end + 24

    def _band(self) -> None:
        ranges = [_finite_range(each) for each in self._chart.band]
        lows = self._segments([each[0] if each else None for each in ranges])
        highs = self._segments([each[1] if each else None for each in ranges])
        for low, high in zip(lows, highs, strict=True):
            self._strip(low, high)

    def _strip(self, low: list[Point], high: list[Point]) -> None:
        """A part of the band without a gap; where it stands alone it is as wide as a column."""
        if len(low) == 1:
            (x, bottom), (_, top) = low[0], high[0]
            low = [(x - _COLUMN, bottom), (x + _COLUMN, bottom)]
            high = [(x - _COLUMN, top), (x + _COLUMN, top)]
        # A band of no width is still seen.
        low = [(x, max(y, above + 1)) for (x, y), (_, above) in zip(low, high, strict=True)]
        outline = [*high, *reversed(low)]
        self._canvas.polygon([(x * _ZOOM, y * _ZOOM) for x, y in outline], fill=_BAND)

    def _grid(self) -> None:
        frame = self._frame
        for value, label in zip(frame.scale.ticks, frame.scale.labels, strict=True):
            y = frame.y(value)
            self._stroke([(frame.left, y), (frame.right, y)], _GRID, 1)
            short = self._fitting(label, _SMALL, _LONGEST_TICK)
            self._text((frame.left - 10, y), short, _SMALL, _GREY, "rm")

    def _categories(self) -> None:
        """As many labels as fit side by side, the first among them."""
        names = [self._fitting(name, _SMALL, 140) for name in self._chart.categories]
        if not names:
            return
        widest = max(self._width(name, _SMALL) for name in names) + 18
        room = max(1, int((self._frame.right - self._frame.left) // widest))
        step = math.ceil(len(names) / room)
        for index in range(0, len(names), step):
            half = self._width(names[index], _SMALL) / 2
            x = min(max(self._frame.x(index), half + 4), WIDTH - half - 4)
            self._text((x, HEIGHT - _BOTTOM + 20), names[index], _SMALL, _GREY, "mm")

    def _line(self, index: int, series: Series) -> None:
        for points in self._segments(series.values):
            if len(points) > 1:
                self._stroke(points, _colour(index), 3 if index == 0 else 2)
            else:
                self._dot(points[0], 4, _colour(index))

    def _segments(self, values: Sequence[float | None]) -> Iterator[list[Point]]:
        points: list[Point] = []
        for index, value in enumerate(values[: self._frame.categories]):
            if value is not None and math.isfinite(value):
                points.append((self._frame.x(index), self._frame.y(finite(value))))
            elif points:
                yield points
                points = []
        if points:
            yield points

    def _marks(self) -> None:
        values = self._chart.series[0].values if self._chart.series else ()
        for index in self._chart.marks:
            value = values[index] if 0 <= index < len(values) else None
            if value is not None and math.isfinite(value):
                at = (self._frame.x(index), self._frame.y(finite(value)))
                self._dot(at, 8, _PAPER)
                self._dot(at, 6, _MARK)

    def _stroke(self, points: Sequence[Point], colour: str, width: int) -> None:
        scaled = [(x * _ZOOM, y * _ZOOM) for x, y in points]
        self._canvas.line(scaled, fill=colour, width=width * _ZOOM, joint="curve")

    def _dot(self, at: Point, radius: float, colour: str) -> None:
        x, y = at
        box = [x - radius, y - radius, x + radius, y + radius]
        self._canvas.ellipse([each * _ZOOM for each in box], fill=colour)

    def _text(self, at: Point, text: str, size: int, colour: str, anchor: str) -> None:
        place = (at[0] * _ZOOM, at[1] * _ZOOM)
        self._canvas.text(place, text, font=self._fonts[size], fill=colour, anchor=anchor)

    def _width(self, text: str, size: int) -> float:
        return self._canvas.textlength(text, font=self._fonts[size]) / _ZOOM

    def _fitting(self, text: str, size: int, room: float) -> str:
        """The text on one line, shortened until it fits."""
        line = " ".join(text.split())[:200]
        if self._width(line, size) <= room:
            return line
        while line and self._width(f"{line}…", size) > room:
            line = line[:-1].rstrip()
        return f"{line}…"


def _values(chart: Chart) -> list[float]:
    """Everything that must fit on the vertical axis."""
    shown = [value for series in chart.series for value in series.values if value is not None]
    edges = [value for each in chart.band if each is not None for value in each]
    return [value for value in (*shown, *edges) if math.isfinite(value)]


def _finite_range(band: tuple[float, float] | None) -> tuple[float, float] | None:
    """From low to high; None where it can't be drawn."""
    if band is None or not all(map(math.isfinite, band)):
        return None
    low, high = sorted(band)
    return low, high


def _colour(index: int) -> str:
    return _LINES[index % len(_LINES)]
