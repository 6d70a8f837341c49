"""Values of stateful elements: the initial one, the one typed in the page, and the way back."""

from datetime import datetime
from typing import Any

from demo.proxy.translate import richtext
from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS, Kind
from demo.proxy.translate.options import options_of
from demo.proxy.translate.reader import Reader

MOMENT_FORMAT = "%Y-%m-%d %H:%M"


def initial_value(element: Json, reader: Reader) -> Json:
    """Return what real Slack sends for an element nobody touched."""
    kind = KINDS[element["type"]]
    initial = element.get(kind.initial)
    if initial is None and element.get("default_to_current_conversation"):
        here = [reader.here] if reader.here else []
        initial = here if kind.shape == "ids" else reader.here
    return _value(element, kind, initial)


def value_back(element: Json, shown: Json | None, reader: Reader) -> Json:
    """Return what real Slack sends for `shown`, the page's value of the translated element.

    `None` means untouched (the initial value counts); an empty value means cleared. A value
    already in the original element's own shape is understood too.
    """
    if shown is None:
        return initial_value(element, reader)
    kind = KINDS[element["type"]]
    return _value(element, kind, _back(element, kind, shown, reader))


def _value(element: Json, kind: Kind, content: Any) -> Json:
    empty: Any = [] if kind.shape in ("options", "ids") else None
    value: Json = {"type": element["type"], kind.key: content or empty}
    if kind.shape == "rich" and not content:
        del value[kind.key]
    return value


def _back(element: Json, kind: Kind, shown: Json, reader: Reader) -> Any:
    own = shown.get(kind.key)
    if kind.shape in ("text", "date"):
        return own
    if kind.shape == "moment":
        return own or moment_from_text(shown.get("value") or "", reader)
    if kind.shape == "rich":
        return own or _rich(element, shown.get("value") or "")
    if kind.shape in ("id", "ids") and own:
        return own
    single = kind.shape in ("id", "option")
    picked = [shown.get("selected_option")] if single else shown.get("selected_options") or []
    found = _content(_picked(picked, element, reader), kind)
    return next(iter(found), None) if single else found


def _picked(shown: list[Json | None], element: Json, reader: Reader) -> list[Json]:
    wanted = [option["value"] for option in shown if option and option.get("value")]
    return [option for option in options_of(element, reader) if option["value"] in wanted]


def _content(options: list[Json], kind: Kind) -> list[Any]:
    return [option["value"] if kind.shape in ("id", "ids") else option for option in options]


def _rich(element: Json, text: str) -> Json | None:
    initial = element.get("initial_value")
    if initial and richtext.to_text(initial) == text:
        return dict(initial)
    return richtext.from_text(text) if text else None


def moment_from_text(text: str, reader: Reader) -> int | None:
    """Return UNIX seconds for `2026-11-22 09:30` in the reader's zone, None when it isn't one."""
    try:
        naive = datetime.strptime(text.strip(), MOMENT_FORMAT)  # noqa: DTZ007 - zone set below
    except ValueError:
        return None
    return int(naive.replace(tzinfo=reader.zone).timestamp())


def moment_to_text(seconds: int, reader: Reader) -> str:
    """Return UNIX seconds as `2026-11-22 09:30` in the reader's zone."""
    return datetime.fromtimestamp(seconds, reader.zone).strftime(MOMENT_FORMAT)
