"""The ids that Slack makes up for blocks and elements that come without."""

import secrets
import string

from demo.proxy.translate.json import Json

_ALPHABET = string.ascii_letters + string.digits


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return the blocks with a block_id each and an action_id on each interactive element."""
    return [_block(block) for block in blocks]


def short_id(length: int = 5) -> str:
    """Return a random id like Slack's generated block ids."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _block(block: Json) -> Json:
    filled = {**block, "block_id": block.get("block_id") or short_id()}
    for key in ("element", "accessory"):
        if block.get(key):
            filled[key] = _element(block[key])
    if block.get("type") == "actions":
        filled["elements"] = [_element(element) for element in block.get("elements", [])]
    return filled


def _element(element: Json) -> Json:
    if element.get("type") == "image":
        return element
    return {**element, "action_id": element.get("action_id") or short_id()}
