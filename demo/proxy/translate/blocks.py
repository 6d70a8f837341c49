"""Blocks on their way out to the page."""

import re
from collections.abc import Mapping

from demo.proxy.translate import mrkdwn, richtext, tables
from demo.proxy.translate.elements import Place, element_out, image_address, text_out
from demo.proxy.translate.json import Json
from demo.proxy.translate.reader import Reader

Values = Mapping[str, Mapping[str, Json]]
"""Slack's `state.values`: block_id -> action_id -> value."""


def blocks_out(blocks: list[Json], values: Values, *, reader: Reader, place: Place) -> list[Json]:
    """Return the same number of blocks, each one of a kind the page shows."""
    return [_block_out(block, values, reader, place) for block in blocks]


def is_well_formed(blocks: list[Json], *, reader: Reader, place: Place) -> bool:
    """Whether blocks have the parts their types need; Slack refuses them otherwise."""
    try:
        blocks_out(blocks, {}, reader=reader, place=place)
    except (KeyError, TypeError, AttributeError, ValueError):
        return False
    return True


def message_out(message: Json, values: Values, *, reader: Reader) -> Json:
    """Return a message as the page gets it; attachments become blocks below the others."""
    blocks = [*(message.get("blocks") or []), *_attached(message.get("attachments") or [])]
    shown = {**message, "text": mrkdwn.for_page(message.get("text") or "", reader)}
    if blocks:
        shown["blocks"] = blocks_out(blocks, values, reader=reader, place="message")
    return shown


def view_out(view: Json, values: Values, *, reader: Reader, place: Place) -> Json:
    """Return a modal or App Home view as the page gets it."""
    return {**view, "blocks": blocks_out(view["blocks"], values, reader=reader, place=place)}


def _block_out(block: Json, values: Values, reader: Reader, place: Place) -> Json:
    kind = block.get("type")
    held = values.get(block.get("block_id", ""), {})
    if kind == "rich_text":
        return _section(block, mrkdwn.for_page(richtext.to_mrkdwn(block), reader))
    if kind in ("table", "data_table"):
        return _section(block, tables.table_text(block))
    if kind == "markdown":
        return _section(block, mrkdwn.for_page(_from_markdown(block.get("text", "")), reader))
    if kind == "image":
        return {**block, "image_url": image_address(block)}
    if kind == "input":
        return _input(block, held, reader, place)
    return _with_parts(block, held, reader)


def _section(block: Json, text: str) -> Json:
    shown: Json = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {**shown, "block_id": block["block_id"]} if "block_id" in block else shown


def _input(block: Json, held: Mapping[str, Json], reader: Reader, place: Place) -> Json:
    element = block["element"]
    value = held.get(element.get("action_id", ""))
    label = block.get("label") or {"type": "plain_text", "text": ""}
    if block.get("optional"):
        label = {**label, "text": f"{label['text']} (optional)"}
    shown = element_out(element, value, reader=reader, place=place)
    return {**block, "label": label, "element": shown}


def _with_parts(block: Json, held: Mapping[str, Json], reader: Reader) -> Json:
    shown = dict(block)
    if isinstance(block.get("text"), dict):
        shown["text"] = text_out(block["text"], reader)
    if block.get("fields"):
        shown["fields"] = [text_out(field, reader) for field in block["fields"]]
    if block.get("elements"):
        shown["elements"] = [_part(part, held, reader) for part in block["elements"]]
    if block.get("accessory"):
        shown["accessory"] = _part(block["accessory"], held, reader)
    return shown


def _part(part: Json, held: Mapping[str, Json], reader: Reader) -> Json:
    if part.get("type") in ("mrkdwn", "plain_text"):
        return text_out(part, reader)
    # A select outside an input block acts at once, in a modal too: shown as in a message.
    value = held.get(part.get("action_id", ""))
    return element_out(part, value, reader=reader, place="message")


def _attached(attachments: list[Json]) -> list[Json]:
    return [block for attachment in attachments for block in _attachment(attachment)]


def _attachment(attachment: Json) -> list[Json]:
    if attachment.get("blocks"):
        return list(attachment["blocks"])
    text = attachment.get("text") or attachment.get("fallback") or ""
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}] if text else []


_MARKDOWN = (
    (re.compile(r"\*\*(.+?)\*\*"), r"*\1*"),
    (re.compile(r"^#{1,6} +(.+)$", re.MULTILINE), r"*\1*"),
    (re.compile(r"\[([^\]]+)\]\((https?://[^)]+)\)"), r"<\2|\1>"),
    (re.compile(r"^[-*] ", re.MULTILINE), "• "),
)


def _from_markdown(text: str) -> str:
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return text
