"""What somebody typed, put into a form as its initial values."""

from collections.abc import Mapping
from typing import Any

from bot.ports.chat import Block
from bot.views.text import cut

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Slack's `view.state.values`: block id, action id, and what the element holds."""

# Where an element of these kinds keeps its value, and the field that presets it.
_STATE = {
    "plain_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "timepicker": ("selected_time", "initial_time"),
    "datepicker": ("selected_date", "initial_date"),
    "multi_users_select": ("selected_users", "initial_users"),
}


def with_value(block: Block, values: Values) -> Block:
    """The block with what was typed as its initial value, where it has the same field still."""
    if block["type"] != "input":
        return block
    element = block["element"]
    typed = values.get(block["block_id"], {}).get(element["action_id"], {})
    if typed.get("type") != element["type"] or element["type"] not in _STATE:
        return block
    source, initial = _STATE[element["type"]]
    value = _still_possible(element, typed.get(source))
    rest = {key: part for key, part in element.items() if key != initial}
    if value:
        return {**block, "element": {**rest, initial: value}}
    return block if typed.get(source) else {**block, "element": rest}


def _still_possible(element: Mapping[str, Any], value: Any) -> Any:
    """What the element can be set to; Slack refuses an initial option that it doesn't offer."""
    if element["type"] == "plain_text_input":
        return cut(str(value or ""), element["max_length"])
    if not value or not ("options" in element or "option_groups" in element):
        return value
    chosen = {o["value"] for o in (value if isinstance(value, list) else [value])}
    offered = [option for option in options_of(element) if option["value"] in chosen]
    return offered if isinstance(value, list) else next(iter(offered), None)


def options_of(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything that a choice offers, below headings or not."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(o for group in groups for o in group["options"])]
