"""Modals: builders for their inputs, and the reader of what people filled in.

Limits: https://docs.slack.dev/reference/block-kit/block-elements and
https://docs.slack.dev/reference/views/modal-views
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from bot.domain.calendar import WORKDAYS
from bot.errors import InvalidForm
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import mrkdwn, plain_text
from bot.views.text import clean, cut, unescape
from bot.views.typed import Values, options_of, with_value

TITLE_LIMIT = 24
TEXT_LIMIT = 3000
OPTION_LIMIT = 75
PEOPLE_LIMIT = 100
MODAL_BLOCKS = 100
# Above 250 kB Slack answers view_too_large; what it adds itself is counted too.
VIEW_BYTES = 240_000

# "1,000" is a thousand to some and one to others.
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")

# https://docs.slack.dev/reference/block-kit/blocks lists where each kind may stand.
_SHOWN_IN_MODALS = frozenset(
    {"actions", "context", "divider", "header", "image", "rich_text", "section"}
)

Option = tuple[str, str]
"""The words that people see and the value that comes back."""

WEEKDAYS: Sequence[Option] = (
    ("Mon", "1"),
    ("Tue", "2"),
    ("Wed", "3"),
    ("Thu", "4"),
    ("Fri", "5"),
    ("Sat", "6"),
    ("Sun", "7"),
)


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str = "",
    close: str = "Cancel",
    hidden: Mapping[str, Any] | None = None,
) -> Modal:
    """A modal; `hidden` comes back as `FormState.hidden` and is a hint, never a right."""
    view: Modal = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, TITLE_LIMIT),
        "close": plain_text(close, TITLE_LIMIT),
        "blocks": list(blocks)[:MODAL_BLOCKS],
        # At most 3000 characters; an escaped emoji would be twelve of them.
        "private_metadata": json.dumps(hidden or {}, ensure_ascii=False, separators=(",", ":")),
    }
    if submit:
        view["submit"] = plain_text(submit, TITLE_LIMIT)
    return view


def lightest(variants: Iterable[Modal]) -> Modal:
    """The first of these that Slack takes by its size, else the last: give the fullest first."""
    chosen: Modal = {}
    for chosen in variants:
        if len(json.dumps(chosen, ensure_ascii=False).encode()) <= VIEW_BYTES:
            break
    return chosen


def notice(message: Message) -> Modal:
    """A small form that only says something; a chart in the message is left out."""
    shown = [block for block in message.blocks if block["type"] in _SHOWN_IN_MODALS]
    return modal("notice", "Meridian", shown or [mrkdwn(message.text)], close="Close")


def with_values(view: Modal, values: Values) -> Modal:
    """The form with what was typed put in, from Slack's `view.state.values` of an earlier one.

    What was cleared is empty; fields and choices that are gone, or are of another kind by now, are
    as the form has them.
    """
    return {**view, "blocks": [with_value(block, values) for block in view["blocks"]]}


def text_input(
    name: str,
    label: str,
    *,
    initial: str = "",
    optional: bool = False,
    multiline: bool = False,
    limit: int = TEXT_LIMIT,
    hint: str = "",
    placeholder: str = "",
    keep_draft: bool = False,
) -> Block:
    """A text field called `name`.

    With `keep_draft` what is typed reaches `Routes.changes` at every pause
    (https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object).
    """
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": limit,
    }
    if initial:
        element["initial_value"] = cut(initial, limit)
    if placeholder:
        element["placeholder"] = plain_text(placeholder, 150)
    if keep_draft:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return _input(name, label, element, optional=optional, dispatch=keep_draft, hint=hint)


def select(
    name: str,
    label: str,
    options: Iterable[Option],
    *,
    initial: str = "",
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    """A choice of one (at most 100)."""
    built = [_option(option) for option in options][:100]
    element = _chosen({"type": "static_select", "action_id": name, "options": built}, initial)
    return _input(name, label, element, optional=optional, dispatch=dispatch, hint=hint)


def grouped_select(
    name: str,
    label: str,
    groups: Iterable[tuple[str, Sequence[Option]]],
    *,
    initial: str = "",
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    """A choice of one below headings (at most 100 of them, with at most 100 choices each)."""
    built = [
        {"label": plain_text(clean(heading, OPTION_LIMIT), OPTION_LIMIT), "options": options}
        for heading, choices in groups
        if (options := [_option(option) for option in choices][:100])
    ][:100]
    element = {"type": "static_select", "action_id": name, "option_groups": built}
    shown = _chosen(element, initial)
    return _input(name, label, shown, optional=optional, dispatch=dispatch, hint=hint)


def radio(
    name: str,
    label: str,
    options: Iterable[Option],
    *,
    initial: str = "",
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    """A choice of one that is all in sight (at most 10); once chosen it can't be emptied."""
    built = [_option(option) for option in options][:10]
    element = _chosen({"type": "radio_buttons", "action_id": name, "options": built}, initial)
    return _input(name, label, element, optional=optional, dispatch=dispatch, hint=hint)


def checkboxes(
    name: str,
    label: str,
    options: Iterable[Option],
    *,
    initial: Iterable[str] = (),
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    """Boxes to tick (at most 10); `initial` are the values of the ticked ones."""
    built = [_option(option) for option in options][:10]
    element: dict[str, Any] = {"type": "checkboxes", "action_id": name, "options": built}
    ticked = set(initial)
    chosen = [o for o in built if o["value"] in ticked]
    if chosen:  # Slack refuses an empty list.
        element["initial_options"] = chosen
    return _input(name, label, element, optional=optional, dispatch=dispatch, hint=hint)


def weekday_boxes(
    name: str, label: str, *, initial: Iterable[int] = WORKDAYS, dispatch: bool = False
) -> Block:
    """Check boxes for ISO weekdays."""
    ticked = [str(day) for day in initial]
    return checkboxes(name, label, WEEKDAYS, initial=ticked, dispatch=dispatch)


def time_input(name: str, label: str, *, initial: time, dispatch: bool = False) -> Block:
    """A time picker."""
    element = {"type": "timepicker", "action_id": name, "initial_time": f"{initial:%H:%M}"}
    return _input(name, label, element, dispatch=dispatch)


def people_input(
    name: str,
    label: str,
    *,
    initial: Sequence[str] = (),
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    """A picker of several people, at most `PEOPLE_LIMIT`."""
    element: dict[str, Any] = {
        "type": "multi_users_select",
        "action_id": name,
        "max_selected_items": PEOPLE_LIMIT,
    }
    if initial:
        element["initial_users"] = list(initial)[:PEOPLE_LIMIT]
    return _input(name, label, element, optional=optional, dispatch=dispatch, hint=hint)


def channel_input(
    name: str, label: str, *, initial: str, dispatch: bool = False, hint: str = ""
) -> Block:
    """A picker of one channel."""
    element = {
        "type": "conversations_select",
        "action_id": name,
        "initial_conversation": initial,
        "filter": {"include": ["public", "private"]},
    }
    return _input(name, label, element, dispatch=dispatch, hint=hint)


def date_input(
    name: str, label: str, *, initial: date | None = None, optional: bool = False
) -> Block:
    """A date picker."""
    element: dict[str, Any] = {"type": "datepicker", "action_id": name}
    if initial:
        element["initial_date"] = initial.isoformat()
    return _input(name, label, element, optional=optional)


@dataclass(frozen=True)
class FormState:
    """What a person filled in: `values` is Slack's `view.state.values`, `hidden` our own data.

    Field names are block ids; each block holds one element. `labels` are the fields' labels as
    they were shown, in that order.
    """

    values: Values
    hidden: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> "FormState":
        """The state of a view payload."""
        raw = view.get("private_metadata") or "{}"
        labels = {
            block["block_id"]: unescape(str(block["label"]["text"]))
            for block in view.get("blocks", [])
            if block["type"] == "input"
        }
        return cls(view.get("state", {}).get("values", {}), json.loads(raw), labels)

    def text(self, name: str) -> str:
        """A text field without surrounding blanks; empty where it was left empty."""
        return str(self._element(name).get("value") or "").strip()

    def choice(self, name: str) -> str:
        """The value of a select, or empty."""
        return str((self._element(name).get("selected_option") or {}).get("value") or "")

    def checked(self, name: str) -> list[str]:
        """The values of the checked boxes."""
        return [str(o["value"]) for o in self._element(name).get("selected_options") or []]

    def weekdays(self, name: str) -> frozenset[int]:
        """The chosen ISO weekdays; raises InvalidForm if there are none."""
        chosen = frozenset(int(value) for value in self.checked(name))
        if not chosen:
            raise InvalidForm({name: "Pick at least one weekday."})
        return chosen

    def time(self, name: str) -> time:
        """The chosen wall time; raises InvalidForm if there is none."""
        try:
            return time.fromisoformat(str(self._element(name).get("selected_time")))
        except ValueError:
            raise InvalidForm({name: "Pick a time such as 09:00."}) from None

    def people(self, name: str) -> tuple[str, ...]:
        """The ids of the chosen people."""
        return tuple(self._element(name).get("selected_users") or ())

    def channel(self, name: str) -> str:
        """The id of the chosen channel, or empty."""
        return str(self._element(name).get("selected_conversation") or "")

    def date(self, name: str) -> date | None:
        """The chosen date, or None."""
        value = self._element(name).get("selected_date")
        return date.fromisoformat(value) if value else None

    def number(self, name: str, *, optional: bool = False) -> float | None:
        """A number typed into a text field; raises InvalidForm where it is none."""
        raw = self.text(name)
        if not raw and optional:
            return None
        if "_" in raw or _THOUSANDS.fullmatch(raw):
            raise InvalidForm({name: "Type a number such as 0.9 or 1000, without separators."})
        try:
            value = float(raw.replace(",", "."))
        except ValueError:
            raise InvalidForm({name: "Type a number such as 0.9."}) from None
        if value != value or abs(value) == float("inf"):
            raise InvalidForm({name: "Type a finite number such as 0.9."})
        return value

    def _element(self, name: str) -> Mapping[str, Any]:
        return next(iter(self.values.get(name, {}).values()), {})


def required(state: FormState, name: str, sentence: str, limit: int = TEXT_LIMIT) -> str:
    """The text of a field that must not be empty or longer than `limit`; raises InvalidForm."""
    value = state.text(name)
    if not value:
        raise InvalidForm({name: sentence})
    if len(value) > limit:
        raise InvalidForm({name: f"Use at most {limit} characters; these are {len(value)}."})
    return value


def _chosen(element: dict[str, Any], initial: str) -> dict[str, Any]:
    """The element with the option of that value chosen, if it has one."""
    chosen = [option for option in options_of(element) if option["value"] == initial]
    return {**element, "initial_option": chosen[0]} if chosen else element


def _option(option: Option) -> dict[str, Any]:
    words, value = option
    return {"text": plain_text(clean(words, OPTION_LIMIT), OPTION_LIMIT), "value": value[:150]}


def _input(
    name: str,
    label: str,
    element: dict[str, Any],
    *,
    optional: bool = False,
    dispatch: bool = False,
    hint: str = "",
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(clean(label, 2000), 2000),
        "element": element,
        "optional": optional,
    }
    if dispatch:
        block["dispatch_action"] = True
    if hint:
        block["hint"] = plain_text(hint, 2000)
    return block
