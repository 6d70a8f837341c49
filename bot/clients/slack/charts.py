"""How a message's chart is shown: natively, as a picture, or not at all."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import pictures
from bot.clients.slack.clients import Clients
from bot.clients.slack.errors import translated
from bot.clients.slack.files import upload
from bot.domain.chart import Chart, Series
from bot.errors import SlackError
from bot.ports.chat import CHART_SLOT, Block, Message

T = TypeVar("T")

# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
_TITLE = 50
_LABEL = 20
_SERIES = 6
_CATEGORIES = 20
# Slack marks no points of a line: the label below says it. An emoji counts as two characters.
_MARKED = "🔴 "
_READY_DEADLINE = 8.0
_READY_POLL = 0.25

Send = Callable[[Sequence[Block]], Awaitable[T]]


class Charts:
    """Remembers per workspace whether Slack's own chart block is taken."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._native: dict[str, bool] = {}

    async def show(self, workspace: str, message: Message, send: Send[T]) -> T:
        """Send with the best chart that the workspace takes; a refused block was never posted,
        so sending again is safe."""
        if message.chart is None:
            return await send(_placed(message, None))
        native = native_block(message.chart)
        if native is not None and self._native.get(workspace, True):
            try:
                return await send(_placed(message, native))
            except SlackError as error:
                if error.code not in ("invalid_blocks", "invalid_blocks_format"):
                    raise
                self._native[workspace] = False
        return await send(_placed(message, await self._picture(workspace, message.chart)))

    async def _picture(self, workspace: str, chart: Chart) -> Block | None:
        """An uploaded picture; None if that fails, because the text matters more."""
        try:
            client = await self._clients.of(workspace)
            png = await asyncio.to_thread(pictures.draw, chart)
            file_id = await upload(client, "chart.png", png, title=chart.title)
            await self._ready(client, file_id)
        except (SlackError, TimeoutError):
            return None
        return {"type": "image", "slack_file": {"id": file_id}, "alt_text": chart.title[:2000]}

    async def _ready(self, client: AsyncWebClient, file_id: str) -> None:
        """An image block must not name a file that Slack is still working on."""
        async with asyncio.timeout(_READY_DEADLINE):
            while True:
                async with translated("files.info"):
                    info: Any = await client.files_info(file=file_id)
                if info["file"].get("mimetype"):
                    return
                await asyncio.sleep(_READY_POLL)


def native_block(chart: Chart) -> Block | None:
    """Slack's own chart block, or None where the chart doesn't fit its limits."""
    labels = _labels(chart)
    series = [_series(s, labels) for s in _with_band(chart)]
    full = [s for s in series if s is not None]
    fits = (
        len(full) == len(series)
        and 1 <= len(full) <= _SERIES
        and 1 <= len(labels) <= _CATEGORIES
        and _are_labels(labels)
        and len({s["name"] for s in full}) == len(full)
    )
    if not fits:
        return None
    axis: dict[str, Any] = {"categories": list(labels)}
    if chart.y_label:
        axis["y_label"] = chart.y_label[:_TITLE]
    return {
        "type": "data_visualization",
        "title": chart.title[:_TITLE],
        "chart": {"type": "line", "series": full, "axis_config": axis},
    }


def _with_band(chart: Chart) -> list[Series]:
    """Slack draws no areas behind lines: the band becomes two lines."""
    if not chart.band:
        return list(chart.series)
    low = tuple(each[0] if each else None for each in chart.band)
    high = tuple(each[1] if each else None for each in chart.band)
    return [
        *chart.series,
        Series(name="expected, low", values=low),
        Series(name="expected, high", values=high),
    ]


def _labels(chart: Chart) -> Sequence[str]:
    """The categories, the marked ones with a sign where there is room for it."""
    marked = [
        f"{_MARKED}{label}" if index in chart.marks else label
        for index, label in enumerate(chart.categories)
    ]
    has_room = all(len(label) < _LABEL for label in marked)
    return marked if has_room and _are_labels(marked) else chart.categories


def _are_labels(labels: Sequence[str]) -> bool:
    return len(set(labels)) == len(labels) and all(0 < len(each) <= _LABEL for each in labels)


def _series(series: Series, labels: Sequence[str]) -> dict[str, Any] | None:
    if any(v is None or not math.isfinite(v) for v in series.values):
        return None
    points = zip(labels, series.values, strict=True)
    return {"name": series.name[:_LABEL], "data": [{"label": c, "value": v} for c, v in points]}


def _placed(message: Message, chart: Block | None) -> list[Block]:
    blocks = [chart if b is CHART_SLOT or b == CHART_SLOT else b for b in message.blocks]
    return [b for b in blocks if b is not None]
