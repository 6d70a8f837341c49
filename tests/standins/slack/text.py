"""What a reader sees: all text of a message, modal or Home, its links and its mentions."""

import html
import re
from collections.abc import Iterator
from typing import Any

from tests.standins.slack.errors import Json

#: Fields in the order a reader meets them; the rest of a block carries no text of its own.
_READ = (
    "title", "label", "text", "fields", "elements", "element", "accessory", "rows", "blocks",
    "hint", "placeholder", "options", "option_groups", "description", "alt_text", "chart",
    "series", "segments", "data", "name", "initial_value", "submit", "close",
)  # fmt: skip
_SHOWN_STRINGS = {"title", "text", "alt_text", "label", "name", "initial_value"}


def text_of(shown: Json) -> str:
    """All visible text joined by newlines; escapes in mrkdwn are undone, markup is kept."""
    # A message's own text is only the notification once it has blocks.
    body = {n: v for n, v in shown.items() if n != "text"} if shown.get("blocks") else shown
    return "\n".join(piece for piece in _pieces(body) if piece)


def links_of(shown: Json) -> list[str]:
    """Every address a reader could open: mrkdwn links, rich text links, buttons, pictures."""
    found: list[str] = []
    for node in _nodes(shown):
        found += [node[name] for name in ("url", "image_url") if isinstance(node.get(name), str)]
        if _is_markup(node):
            found += re.findall(r"<((?:https?|mailto):[^|>]+)", node["text"])
    return [html.unescape(link) for link in found]


def mentions_of(shown: Json) -> set[str]:
    """Everything that would notify somebody: ``<@U…>``, ``<!here>``, ``<!subteam^…>``."""
    found: set[str] = set()
    for node in _nodes(shown):
        if _is_markup(node):
            found |= set(re.findall(r"<(?:@|!(?!date))[^>]+>", node["text"]))
        if node.get("type") == "broadcast":
            found.add(f"<!{node['range']}>")
        if node.get("type") == "user":
            found.add(f"<@{node['user_id']}>")
    return found


def _is_markup(node: Json) -> bool:
    """True for mrkdwn text objects and for a message's own text."""
    kind = node.get("type")
    return isinstance(node.get("text"), str) and kind in ("mrkdwn", "message", "markdown", None)


def _nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _pieces(part)
    elif isinstance(value, dict):
        if value.get("type") in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
            yield "".join(_inline(part) for part in value["elements"])
            return
        for name in _READ:
            part = value.get(name)
            if isinstance(part, str) and name in _SHOWN_STRINGS:
                yield html.unescape(part) if _is_markup(value) else part
            elif isinstance(part, (list, dict)):
                yield from _pieces(part)


def _inline(part: Json) -> str:
    kind = part["type"]
    if kind == "user":
        return f"<@{part['user_id']}>"
    if kind == "channel":
        return f"<#{part['channel_id']}>"
    if kind == "emoji":
        return f":{part['name']}:"
    if kind == "date":
        return str(part.get("fallback") or part["timestamp"])
    return str(part.get("text") or part.get("url") or part.get("range") or "")
