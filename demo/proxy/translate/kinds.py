"""The stateful Block Kit elements: where each keeps its value and its initial value.

Source: docs.slack.dev/reference/block-kit/block-elements and the `state.values` of its payloads.
"""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["text", "rich", "id", "ids", "option", "options", "date", "moment"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One element type: the shape of its value, the value's key and the initial value's key."""

    shape: Shape
    key: str
    initial: str


def _kind(shape: Shape, key: str, initial: str) -> Kind:
    return Kind(shape=shape, key=key, initial=initial)


KINDS: dict[str, Kind] = {
    "plain_text_input": _kind("text", "value", "initial_value"),
    "email_text_input": _kind("text", "value", "initial_value"),
    "url_text_input": _kind("text", "value", "initial_value"),
    "number_input": _kind("text", "value", "initial_value"),
    "rich_text_input": _kind("rich", "rich_text_value", "initial_value"),
    "static_select": _kind("option", "selected_option", "initial_option"),
    "external_select": _kind("option", "selected_option", "initial_option"),
    "radio_buttons": _kind("option", "selected_option", "initial_option"),
    "timepicker": _kind("id", "selected_time", "initial_time"),
    "users_select": _kind("id", "selected_user", "initial_user"),
    "conversations_select": _kind("id", "selected_conversation", "initial_conversation"),
    "channels_select": _kind("id", "selected_channel", "initial_channel"),
    "datepicker": _kind("date", "selected_date", "initial_date"),
    "datetimepicker": _kind("moment", "selected_date_time", "initial_date_time"),
    "multi_static_select": _kind("options", "selected_options", "initial_options"),
    "multi_external_select": _kind("options", "selected_options", "initial_options"),
    "checkboxes": _kind("options", "selected_options", "initial_options"),
    "multi_users_select": _kind("ids", "selected_users", "initial_users"),
    "multi_conversations_select": _kind("ids", "selected_conversations", "initial_conversations"),
    "multi_channels_select": _kind("ids", "selected_channels", "initial_channels"),
}
