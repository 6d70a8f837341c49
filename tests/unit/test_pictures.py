"""Every chart becomes a picture, however odd its numbers."""

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image

from bot.clients.picture_scale import scale_for
from bot.clients.pictures import draw
from bot.domain.chart import Chart, Series

BLUE, RED, BAND, WHITE = (47, 109, 179), (200, 55, 45), (228, 238, 248), (255, 255, 255)


def _picture(*values: float | None, **parts: object) -> Image.Image:
    chart = Chart(
        title="val_auc",
        categories=tuple(f"run {i}" for i in range(len(values))),
        series=(Series(name="a", values=values),),
        **parts,  # type: ignore[arg-type]  # whatever parts the test wants
    )
    picture = Image.open(BytesIO(draw(chart)))
    assert (picture.format, picture.size) == ("PNG", (800, 400))
    return picture.convert("RGB")


def _plot(picture: Image.Image) -> Image.Image:
    """Without titles, legend and labels."""
    return picture.crop((150, 79, 772, 350))


def _has(picture: Image.Image, colour: tuple[int, int, int]) -> bool:
    counted = picture.getcolors(picture.width * picture.height) or []
    return any(shade == colour for _, shade in counted)


@pytest.mark.parametrize(
    "values",
    [
        (0.1, 0.5, 0.3),
        (3.0, 3.0, 3.0),
        (0.0,),
        (1.7e308, -1.7e308),
        (5e-324, 0.0),
        (1e-9, 2e-9),
        (1e9, 1e9 + 1e-3),
        (-5.0, -4.0),
        (float("nan"), 1.0, float("inf")),
    ],
)
def test_lines_are_drawn(values: tuple[float, ...]) -> None:
    assert _has(_plot(_picture(*values)), BLUE)


def test_the_axis_shows_its_limits() -> None:
    above = (150, 79, 772, 200)
    assert not _has(_picture(60.0, 60.0, limits=(0, 200)).crop(above), BLUE)
    assert _has(_picture(60.0, 60.0, limits=(0, 60)).crop(above), BLUE)


@pytest.mark.parametrize("values", [(), (None, None), (float("nan"),)])
def test_nothing_to_draw_is_still_a_picture(values: tuple[float | None, ...]) -> None:
    assert not _has(_plot(_picture(*values)), BLUE)


def test_a_gap_stays_empty() -> None:
    whole, broken = _picture(1.0, 1.0, 1.0, 1.0), _picture(1.0, 1.0, None, 1.0, 1.0)
    middle = (400, 79, 440, 350)
    assert _has(whole.crop(middle), BLUE)
    assert not _has(broken.crop(middle), BLUE)


def test_marks_and_the_band_are_seen() -> None:
    picture = _plot(_picture(1.0, 2.0, 1.5, band=((1.2, 1.8),) * 3, marks=(1, 7, -1)))
    assert _has(picture, RED)
    assert _has(picture, BAND)
    plain = _plot(_picture(1.0, 2.0, 1.5))
    assert not _has(plain, RED)
    assert not _has(plain, BAND)


def test_the_band_is_drawn_as_it_was_at_each_point() -> None:
    narrow, wide, odd = (1.4, 1.6), (1.0, 2.0), (1.5, float("nan"))
    picture = _picture(1.5, 1.5, 1.5, 1.5, 1.5, band=(narrow, narrow, None, odd, wide))
    left, middle, right = (150, 79, 200, 350), (400, 79, 440, 350), (700, 79, 772, 350)
    heights = {place: _height(picture.crop(place)) for place in (left, middle, right)}
    assert heights[middle] == 0
    assert 0 < heights[left] < heights[right]


def test_a_single_point_has_its_band() -> None:
    assert _has(_plot(_picture(1.0, band=((0.9, 1.1),))), BAND)


def _height(part: Image.Image) -> int:
    """In how many rows the band is seen."""
    rows = range(part.height)
    return sum(any(part.getpixel((x, y)) == BAND for x in range(part.width)) for y in rows)


def test_the_band_is_inside_the_axis() -> None:
    scale = scale_for([0.5, 0.6, 0.2, 0.9])
    assert scale.low <= 0.2
    assert scale.high >= 0.9


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ((0.85, 0.912), ["0.84", "0.86", "0.88", "0.90", "0.92"]),
        ((0.0, 1.0), ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        ((0.0, 1000.0), ["0", "250", "500", "750", "1000"]),
        ((-1.0, 1.0), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
    ],
)
def test_ticks_are_round(values: tuple[float, ...], labels: list[str]) -> None:
    assert scale_for(values).labels == labels


def test_long_and_odd_texts_fit() -> None:
    chart = Chart(
        title="<!channel> *x*\n" * 40,
        categories=("l" * 300, "日本"),
        series=tuple(Series(name="name " * 30, values=(1.0, 2.0)) for _ in range(12)),
        y_label="y" * 500,
    )
    picture = Image.open(BytesIO(draw(chart))).convert("RGB")
    assert not _has(picture.crop((795, 0, 800, 400)), (29, 39, 51))


def test_pillow_is_loaded_with_the_first_picture_only() -> None:
    code = "import sys, bot.clients.pictures; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
