"""Block Kit builders for messages; Slack's limits live here and in `bot.views.forms`.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.chart import Chart
from bot.ports.chat import CHART_SLOT, Block, Message
from bot.views.text import Line, Piece, clean, cut, escape, plain, words

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
BUTTON_LIMIT = 75
MESSAGE_BLOCKS = 50
# Undocumented sum over a message's blocks, above which Slack answers msg_blocks_too_long.
MESSAGE_SIZE = 12_000


def header(text: str) -> Block:
    """A big bold line, as typed."""
    return {"type": "header", "text": plain_text(clean(text, HEADER_LIMIT), HEADER_LIMIT)}


def lines(*content: Line) -> Block:
    """Lines of rich text: outside text in them is shown exactly as it is."""
    elements: list[dict[str, Any]] = []
    for index, line in enumerate(content):
        if index:
            elements.append({"type": "text", "text": "\n"})
        elements.extend(_elements(line))
    return {"type": "rich_text", "elements": [_section(elements)]}


def bullets(items: Iterable[Line]) -> Block:
    """A bulleted list of rich text lines."""
    sections = [_section(_elements(item)) for item in items]
    if not sections:
        return lines()
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": "bullet", "elements": sections}],
    }


def mrkdwn(text: str) -> Block:
    """A section of our own mrkdwn; outside text in it must have gone through `escape`."""
    return {"type": "section", "text": _mrkdwn(text)}


def context(text: str) -> Block:
    """Small grey words of our own (mrkdwn)."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def button(
    text: str, action_id: str, value: str = "", *, style: str = "", url: str = ""
) -> dict[str, Any]:
    """A button; `style` is primary or danger, used at most once per message."""
    element: dict[str, Any] = {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(text, BUTTON_LIMIT),
    }
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    if url:
        element["url"] = url
    return element


def actions(block_id: str, *elements: dict[str, Any]) -> Block:
    """A row of buttons and selects (at most 25)."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def plain_text(text: str, limit: int) -> dict[str, Any]:
    """A plain_text object, cut at `limit`; emoji codes in outside text stay as typed."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def message(summary: Line | str, blocks: Sequence[Block], *, chart: Chart | None = None) -> Message:
    """A message within Slack's limits; blocks that don't fit are dropped with a line that says so.

    `summary` is what notifications show; outside text in it is escaped here.
    """
    text = summary if isinstance(summary, str) else plain(summary)
    return Message(text=escape(cut(text, 3000)), blocks=fit(blocks), chart=chart)


def note(text: str) -> Message:
    """A short answer of our own words in mrkdwn; outside text must have gone through `escape`."""
    return Message(text=text, blocks=[mrkdwn(text)])


def fit(blocks: Sequence[Block], limit: int = MESSAGE_BLOCKS) -> list[Block]:
    """The leading blocks that fit into one message, and a line where some did not."""
    if len(blocks) <= limit and size(blocks) <= MESSAGE_SIZE:
        return list(blocks)
    more = context("There is more; ask for a part of it.")
    kept: list[Block] = []
    for block in blocks[: limit - 1]:
        if size([*kept, block, more]) > MESSAGE_SIZE:
            break
        kept.append(block)
    return [*kept, more]


def roomiest(variants: Iterable[Sequence[Block]]) -> Sequence[Block]:
    """The first of these that fits into one message, else the last: give the richest first."""
    chosen: Sequence[Block] = ()
    for chosen in variants:
        if len(chosen) <= MESSAGE_BLOCKS and size(chosen) <= MESSAGE_SIZE:
            break
    return chosen


def size(blocks: Sequence[Block]) -> int:
    """How many characters of `MESSAGE_SIZE` these blocks take: their length as JSON."""
    return len(json.dumps(list(blocks), ensure_ascii=False, separators=(",", ":")))


def chart_slot() -> Block:
    """Where the message's chart goes."""
    return CHART_SLOT


def _section(elements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": elements or [words(" ").element]}


def _elements(line: Line) -> list[dict[str, Any]]:
    """An empty text is left out: Slack refuses it."""
    return [p.element for p in map(_piece, line) if p.plain]


def _mrkdwn(text: str) -> dict[str, Any]:
    """`verbatim`: bare addresses and names in it stay text (our own links are tokens)."""
    return {"type": "mrkdwn", "text": cut(text, SECTION_LIMIT), "verbatim": True}


def _piece(part: Piece | str) -> Piece:
    return words(part) if isinstance(part, str) else part
