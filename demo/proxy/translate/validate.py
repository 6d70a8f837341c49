"""What Slack's own client refuses before the app hears of a submission."""

import re
from collections.abc import Callable

from demo.proxy.translate.blocks import Values
from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def field_errors(blocks: list[Json], values: Values) -> dict[str, str]:
    """Return block_id -> sentence for inputs that are empty though required, or malformed."""
    errors = {}
    for block in blocks:
        if block["type"] != "input" or block["element"].get("type") not in KINDS:
            continue
        value = values[block["block_id"]][block["element"]["action_id"]]
        problem = _problem(block, value.get(KINDS[value["type"]].key))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _problem(block: Json, content: object) -> str | None:
    element = block["element"]
    if not content:
        return None if block.get("optional") else REQUIRED
    check = _CHECKS.get(element["type"])
    return check(element, str(content)) if check else None


def _text(element: Json, text: str) -> str | None:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < low:
        return f"Please enter at least {low} characters."
    return f"Please enter at most {high} characters." if len(text) > high else None


def _number(element: Json, text: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, text):
        return "Please enter a number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(text) < float(low):
        return f"Please enter a number of at least {low}."
    too_high = high is not None and float(text) > float(high)
    return f"Please enter a number of at most {high}." if too_high else None


def _email(_element: Json, text: str) -> str | None:
    return None if _EMAIL.fullmatch(text) else "Please enter a valid email address."


def _url(_element: Json, text: str) -> str | None:
    return None if _URL.fullmatch(text) else "Please enter a valid URL."


_CHECKS: dict[str, Callable[[Json, str], str | None]] = {
    "plain_text_input": _text,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
}
