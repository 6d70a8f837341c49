"""Screenshots of the browser pass, small enough to be kept beside the code."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import FloatRect, Locator, Page

LARGEST = 150_000


@dataclass(frozen=True)
class Album:
    """Keeps pictures in `folder`; None keeps nothing, and no picture is taken."""

    folder: Path | None

    async def take(self, page: Page, name: str, shown: Sequence[Locator]) -> None:
        """Store `name`.png: the smallest rectangle around `shown`, or the whole page."""
        if self.folder is None:
            return
        await page.mouse.move(0, 0)
        clip = await _around(shown) if shown else None
        raw = await page.screenshot(clip=clip, animations="disabled", caret="hide")
        path = self.folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(raw)).convert("RGB")
        # Small marks of a colour of their own, such as a green dot, survive this method only.
        picture.quantize(method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
        assert path.stat().st_size <= LARGEST


async def _around(shown: Sequence[Locator]) -> FloatRect:
    await shown[0].scroll_into_view_if_needed()
    boxes = [box for one in shown if (box := await one.bounding_box())]
    left, top = min(b["x"] for b in boxes), min(b["y"] for b in boxes)
    right = max(b["x"] + b["width"] for b in boxes)
    bottom = max(b["y"] + b["height"] for b in boxes)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}
