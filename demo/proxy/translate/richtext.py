"""Slack's rich_text: shown as mrkdwn, edited as plain text, returned as rich_text."""

import re
from collections.abc import Callable, Iterable

from demo.proxy.translate.guard import hide
from demo.proxy.translate.json import Json

_BULLET = re.compile(r"^[•*-] (?P<item>.*)$")
_INLINE = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)>|<#(?P<channel>[CGD][A-Z0-9]+)>|(?P<link>https?://\S+)"
)
_STYLES = (("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*"))


def to_mrkdwn(block: Json) -> str:
    """Return Slack mrkdwn (escaped, with tokens) that says what a rich_text block says."""
    return _lines(block, _inline_mrkdwn)


def to_text(block: Json) -> str:
    """Return the plain text a person edits for a rich_text value; mentions stay `<@U…>`."""
    return _lines(block, _inline_text, fences=False)


def from_text(text: str) -> Json:
    """Return the rich_text value Slack would send for typed text, bullets and mentions kept."""
    elements: list[Json] = []
    for line in text.split("\n"):
        _append_line(elements, line)
    return {"type": "rich_text", "elements": elements}


def _lines(block: Json, inline: Callable[[Json], str], *, fences: bool = True) -> str:
    return "\n".join(_element(element, inline, fences) for element in block.get("elements", []))


def _element(element: Json, inline: Callable[[Json], str], fences: bool) -> str:
    kind = element.get("type")
    if kind == "rich_text_list":
        return _list(element, inline)
    body = _join(element.get("elements", []), inline)
    if kind == "rich_text_preformatted":
        return f"```{_join(element.get('elements', []), _inline_plain)}```" if fences else body
    if kind == "rich_text_quote" and fences:
        return "\n".join(f">{line}" for line in body.split("\n"))
    return body.removesuffix("\n")


def _list(element: Json, inline: Callable[[Json], str]) -> str:
    ordered = element.get("style") == "ordered"
    first = int(element.get("offset", 0)) + 1
    indent = "   " * int(element.get("indent", 0))
    items = (_join(item.get("elements", []), inline) for item in element.get("elements", []))
    return "\n".join(
        f"{indent}{f'{number}.' if ordered else '•'} {item}"
        for number, item in enumerate(items, start=first)
    )


def _join(elements: Iterable[Json], inline: Callable[[Json], str]) -> str:
    return "".join(inline(element) for element in elements)


def _inline_mrkdwn(element: Json) -> str:
    if element.get("type") == "text":
        return _styled(hide(element.get("text", "")), element.get("style") or {})
    if element.get("type") == "link":
        return (
            f"<{element['url']}|{_escape(element['text'])}>"
            if element.get("text")
            else f"<{element['url']}>"
        )
    if element.get("type") == "date":
        label = _escape(element.get("fallback", ""))
        return f"<!date^{element['timestamp']}^{element['format']}|{label}>"
    return _inline_text(element)


def _inline_text(element: Json) -> str:
    written: dict[str, Callable[[Json], str]] = {
        "user": lambda e: f"<@{e['user_id']}>",
        "channel": lambda e: f"<#{e['channel_id']}>",
        "usergroup": lambda e: f"<!subteam^{e['usergroup_id']}>",
        "broadcast": lambda e: f"<!{e['range']}>",
        "emoji": lambda e: f":{e['name']}:",
        "link": lambda e: str(e["url"]),
        "date": lambda e: str(e.get("fallback", "")),
    }
    kind = str(element.get("type"))
    return written[kind](element) if kind in written else str(element.get("text", ""))


def _inline_plain(element: Json) -> str:
    return _escape(_inline_text(element))


def _styled(text: str, style: Json) -> str:
    core = text.strip()
    if not core:
        return text
    before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
    for name, mark in _STYLES:
        core = f"{mark}{core}{mark}" if style.get(name) else core
    return f"{before}{core}{after}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _append_line(elements: list[Json], line: str) -> None:
    if bullet := _BULLET.match(line):
        item = {"type": "rich_text_section", "elements": _inlines(bullet["item"])}
        if not elements or elements[-1]["type"] != "rich_text_list":
            elements.append(
                {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": []}
            )
        elements[-1]["elements"].append(item)
        return
    if elements and elements[-1]["type"] == "rich_text_section":
        elements[-1]["elements"] += [{"type": "text", "text": "\n"}, *_inlines(line)]
        return
    elements.append({"type": "rich_text_section", "elements": _inlines(line)})


def _inlines(line: str) -> list[Json]:
    found: list[Json] = []
    position = 0
    for match in _INLINE.finditer(line):
        found += _text(line[position : match.start()])
        found.append(_mention(match))
        position = match.end()
    return found + _text(line[position:])


def _mention(match: re.Match[str]) -> Json:
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["channel"]:
        return {"type": "channel", "channel_id": match["channel"]}
    return {"type": "link", "url": match["link"]}


def _text(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []
