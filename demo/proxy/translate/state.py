"""`state.values` of a surface: complete, as real Slack sends it with every payload."""

from collections.abc import Iterator, Mapping

from demo.proxy.translate.blocks import Values
from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS
from demo.proxy.translate.reader import Reader
from demo.proxy.translate.values import initial_value, value_back

Shown = Mapping[str, Mapping[str, Json | None]]
"""What the page sent: like `state.values`, but in the page's types and with touched fields only."""


def stateful_elements(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield (block_id, element) for every element that has a value, inputs or not."""
    for block in blocks:
        candidates = [block.get("element"), block.get("accessory"), *block.get("elements", [])]
        for element in candidates:
            if element and element.get("type") in KINDS:
                yield block["block_id"], element


def complete_state(blocks: list[Json], held: Values, shown: Shown, reader: Reader) -> Values:
    """Return every element's value: what was just shown, else what was held, else the initial."""
    state: dict[str, dict[str, Json]] = {}
    for block_id, element in stateful_elements(blocks):
        action_id = element["action_id"]
        seen = (shown.get(block_id) or {}).get(action_id)
        value = held.get(block_id, {}).get(action_id) if seen is None else None
        if value is None or value["type"] != element["type"]:
            value = value_back(element, seen, reader)
        state.setdefault(block_id, {})[action_id] = value
    return state


def toggled(element: Json, value: Json | None, picked: str, reader: Reader) -> Json:
    """Return the value of a several-choice element after `picked` was ticked or unticked."""
    kind = KINDS[element["type"]]
    before = (value or initial_value(element, reader))[kind.key]
    chosen = [item["value"] if isinstance(item, dict) else item for item in before]
    after = [v for v in chosen if v != picked] if picked in chosen else [*chosen, picked]
    options = [{"value": wanted} for wanted in after]
    return value_back(element, {"selected_options": options}, reader)


def picked(element: Json, held: Json | None, action: Json, reader: Reader) -> Json:
    """Return an element's value after the page's `action`, which names one option at a time."""
    option = (action.get("selected_option") or {}).get("value")
    if KINDS[element["type"]].shape in ("options", "ids") and option:
        return toggled(element, held, option, reader)
    return value_back(element, action, reader)


def find_element(blocks: list[Json], block_id: str, action_id: str) -> Json | None:
    """Return the element an action names, buttons and overflow menus included."""
    for block in blocks:
        if block.get("block_id") != block_id:
            continue
        for element in [block.get("element"), block.get("accessory"), *block.get("elements", [])]:
            if element and element.get("action_id") == action_id:
                return dict(element)
    return None
