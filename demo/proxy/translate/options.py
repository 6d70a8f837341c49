"""What a picker offers, as the options of a select."""

from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS
from demo.proxy.translate.reader import Choice, Reader

HALF_HOURS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30))


def options_of(element: Json, reader: Reader) -> list[Json]:
    """Return the options of any select-like element, groups flattened, pickers spelled out."""
    kind = str(element["type"])
    if kind == "timepicker":
        return [_option(time, time) for time in _times(element)]
    if kind in ("users_select", "multi_users_select"):
        return _named(reader.people)
    if "channels_select" in kind:
        return _named(reader.channels)
    if "conversations_select" in kind:
        return _named(reader.channels + reader.people)
    if "external_select" in kind:
        return _external(element, reader)
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for group in groups for o in group["options"])]


def _times(element: Json) -> list[str]:
    initial = element.get("initial_time")
    return sorted({*HALF_HOURS, initial} if initial else HALF_HOURS)


def _named(choices: tuple[Choice, ...]) -> list[Json]:
    return [_option(choice.id, choice.name) for choice in choices]


def _external(element: Json, reader: Reader) -> list[Json]:
    found = list(reader.externals.get(element.get("action_id", ""), []))
    initial = element.get(KINDS[element["type"]].initial) or []
    known = {option["value"] for option in found}
    preset = initial if isinstance(initial, list) else [initial]
    return [*(option for option in preset if option["value"] not in known), *found]


def _option(value: str, text: str) -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value}
