"""Form state as Slack's client keeps it: initial values, typed values, what is missing."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count
from typing import Any

from tests.standins.slack.blockkit.elements import options_of
from tests.standins.slack.blockkit.fields import is_date, is_time
from tests.standins.slack.errors import Json

Values = dict[str, dict[str, Json]]
#: Where each stateful element keeps its value, and the field that prefills it.
STATE: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", "initial_files"),
}
_generated = count(1)


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which every block and element has an id, made up where the bot gave none."""
    copied = deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", f"b{next(_generated):04d}")
        for element in elements_in(block):
            if element.get("type") != "image":
                element.setdefault("action_id", f"a{next(_generated):04d}")
    return copied


def elements_in(block: Json) -> Iterator[Json]:
    """The interactive elements of one block."""
    if block["type"] in ("actions", "context_actions"):
        yield from block["elements"]
    for name in ("accessory", "element"):
        if name in block:
            yield block[name]


def initial_state(element: Json) -> Json:
    """The state value of an untouched element, prefilled as the bot asked."""
    name, source = STATE[element["type"]]
    empty: Any = [] if name in ("files",) or name.endswith("s") else None
    return {"type": element["type"], name: deepcopy(element.get(source, empty))}


def keep_typed(blocks: list[Json], typed: Values) -> Values:
    """State for these blocks: what was typed where ids and type stay, else initial values."""
    state: Values = {}
    for block in blocks:
        for element in elements_in(block):
            if element["type"] not in STATE:
                continue
            fresh = initial_state(element)
            old = typed.get(block["block_id"], {}).get(element["action_id"])
            kept = old if old and old["type"] == fresh["type"] else fresh
            state.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return state


def fill(element: Json, value: Any) -> Json:
    """The state value after a person enters ``value``; AssertionError where they could not."""
    kind = element["type"]
    assert kind in STATE, f"nobody can enter a value into a {kind}"
    name = STATE[kind][0]
    if value is None:
        return initial_state({"type": kind})
    return {"type": kind, name: _ENTER.get(name, _plain)(element, value)}


def is_empty(value: Json) -> bool:
    """True if a state value holds nothing."""
    return all(part in (None, "", []) for name, part in value.items() if name != "type")


def refusals(blocks: list[Json], values: Values) -> dict[str, str]:
    """What Slack's client refuses before sending: block_id to reason."""
    refused: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]]
        if is_empty(value) and not block.get("optional"):
            refused[block["block_id"]] = "Please complete this required field."
        elif not is_empty(value) and (reason := _out_of_bounds(element, value)):
            refused[block["block_id"]] = reason
    return refused


def _out_of_bounds(element: Json, value: Json) -> str:
    kind, text = element["type"], value.get("value") or ""
    if kind == "plain_text_input":
        if len(text) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(text) > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    if kind == "number_input":
        return _bad_number(element, text)
    if kind == "email_text_input" and "@" not in text:
        return "Please enter a valid e-mail address."
    if kind == "url_text_input" and "://" not in text:
        return "Please enter a valid URL."
    return ""


def _bad_number(element: Json, text: str) -> str:
    try:
        number = float(text) if element.get("is_decimal_allowed") else int(text)
    except ValueError:
        return "Please enter a number."
    low, high = element.get("min_value"), element.get("max_value")
    too_low = low is not None and number < float(low)
    too_high = high is not None and number > float(high)
    return "Please enter a number within the limits." if too_low or too_high else ""


def _option(element: Json, value: Any) -> Json:
    for option in options_of(element):
        if value in (option["value"], option["text"]["text"]):
            return option
    assert element["type"].endswith("external_select"), (
        f"no option {value!r} in {element['action_id']}: "
        f"{[option['value'] for option in options_of(element)]}"
    )
    assert isinstance(value, dict), "choose one of the options the bot suggested"
    return value


def _options(element: Json, values: Any) -> list[Json]:
    return [_option(element, value) for value in _several(element, values)]


def _several(element: Json, values: Any) -> list[Any]:
    listed = list(values) if isinstance(values, (list, tuple, set)) else [values]
    most = element.get("max_selected_items", len(listed))
    assert len(listed) <= most, f"at most {most} may be selected"
    return listed


def _date(element: Json, value: Any) -> str:
    assert is_date(value), f"a date picker gives YYYY-MM-DD, not {value!r}"
    return str(value)


def _time(element: Json, value: Any) -> str:
    assert is_time(value), f"a time picker gives HH:mm, not {value!r}"
    return str(value)


def _plain(element: Json, value: Any) -> Any:
    return value


_ENTER: dict[str, Callable[[Json, Any], Any]] = {
    "selected_option": _option,
    "selected_options": _options,
    "selected_users": _several,
    "selected_conversations": _several,
    "selected_channels": _several,
    "selected_date": _date,
    "selected_time": _time,
}
