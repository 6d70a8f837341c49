"""One element on its way out: what the page gets instead of what it can't show."""

from typing import Any, Literal

from demo.proxy.translate import mrkdwn, richtext
from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS
from demo.proxy.translate.options import options_of
from demo.proxy.translate.reader import Reader
from demo.proxy.translate.values import initial_value, moment_to_text

Place = Literal["modal", "message"]
CHOSEN_MARK = "✓ "


def element_out(element: Json, value: Json | None, *, reader: Reader, place: Place) -> Json:
    """Return an element the page can show, preset to `value` (Slack's shape) or its initial.

    Modals get selects, radio buttons, checkboxes, date and text fields; messages and App Home
    get selects, where picking from a several-choice one ticks or unticks the option.
    """
    kind = KINDS.get(str(element.get("type")))
    if kind is None:
        return _plain(element, reader)
    content = (value or initial_value(element, reader)).get(kind.key)
    if kind.shape in ("text", "rich", "moment"):
        return _text_input(element, kind.shape, content, reader)
    if kind.shape == "date":
        return {**element, "initial_date": content}
    return _choice(element, kind.shape, content, reader, place)


def _plain(element: Json, reader: Reader) -> Json:
    if element.get("type") == "image":
        return {**element, "image_url": image_address(element)}
    if element.get("type") == "overflow":
        return {**element, "options": [_shown(option, reader) for option in element["options"]]}
    return element


def image_address(image: Json) -> str | None:
    """Return where the page finds a picture, `slack_file` ones through the proxy."""
    file = image.get("slack_file")
    if not file:
        return image.get("image_url")
    reference = file.get("id") or str(file.get("url", "")).partition("-F")[2].split("/")[0]
    return f"/_proxy/files/{reference if file.get('id') else f'F{reference}'}"


def _text_input(element: Json, shape: str, content: Any, reader: Reader) -> Json:
    multiline = bool(element.get("multiline")) or shape == "rich"
    shown = {
        **element,
        "type": "plain_text_input",
        "multiline": multiline,
        "initial_value": _text(shape, content, reader),
    }
    if shape == "moment" and not element.get("placeholder"):
        shown["placeholder"] = {"type": "plain_text", "text": "2026-11-22 09:30"}
    return shown


def _text(shape: str, content: Any, reader: Reader) -> str:
    if not content:
        return ""
    if shape == "rich":
        return richtext.to_text(content)
    return moment_to_text(content, reader) if shape == "moment" else str(content)


def _choice(element: Json, shape: str, content: Any, reader: Reader, place: Place) -> Json:
    options = options_of(element, reader)
    chosen = _chosen(content)
    shown = {key: value for key, value in element.items() if not key.startswith("initial_")}
    shown.pop("option_groups", None)
    if shape in ("options", "ids") and place == "message":
        return {**shown, "type": "static_select", **_ticks(element, options, chosen, reader)}
    shown["options"] = [_shown(option, reader) for option in options]
    preset = [option for option in shown["options"] if option["value"] in chosen]
    if shape in ("options", "ids"):
        return {**shown, "type": "checkboxes", "initial_options": preset}
    radio = element["type"] == "radio_buttons" and place == "modal"
    shown["type"] = "radio_buttons" if radio else "static_select"
    return {**shown, "initial_option": preset[0]} if preset else shown


def _chosen(content: Any) -> set[str]:
    items = content if isinstance(content, list) else [content] if content else []
    return {item["value"] if isinstance(item, dict) else item for item in items}


def _ticks(element: Json, options: list[Json], chosen: set[str], reader: Reader) -> Json:
    names = [
        _shown(option, reader)["text"]["text"] for option in options if option["value"] in chosen
    ]
    asked = (element.get("placeholder") or {}).get("text", "Choose")
    return {
        "placeholder": {"type": "plain_text", "text": ", ".join(names) or asked},
        "options": [_ticked(_shown(option, reader), chosen) for option in options],
    }


def _ticked(option: Json, chosen: set[str]) -> Json:
    mark = CHOSEN_MARK if option["value"] in chosen else ""
    return {**option, "text": {**option["text"], "text": mark + option["text"]["text"]}}


def _shown(option: Json, reader: Reader) -> Json:
    shown = {**option, "text": text_out(option["text"], reader)}
    if option.get("description"):
        shown["description"] = text_out(option["description"], reader)
    return shown


def text_out(text: Json, reader: Reader) -> Json:
    """Return a text object whose mrkdwn the page understands; plain text is left alone."""
    if text.get("type") != "mrkdwn":
        return text
    return {**text, "text": mrkdwn.for_page(text.get("text", ""), reader)}
