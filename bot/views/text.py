"""Texts for Slack: outside text is never trusted, and every length has its limit."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

# https://docs.slack.dev/messaging/formatting-message-text#escaping
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[ \t]+")
# A zero-width joiner belongs between the parts of an emoji or of a letter, nowhere else.
_LOOSE_JOINER = re.compile(r"(?<![^\s\u200d])\u200d|\u200d(?![^\s\u200d])")

ELLIPSIS = "…"
URL_LIMIT = 3000


def clean(text: str, limit: int = 300) -> str:
    """Text on one line without control, zero-width and direction characters, cut at `limit`."""
    return cut(_SPACES.sub(" ", _visible(_BREAKS.sub(" ", text))).strip(), limit)


def clean_lines(text: str, limit: int = 2800) -> str:
    """Like `clean`, with line breaks and blanks kept."""
    return cut("\n".join(_visible(line) for line in _BREAKS.split(text)).strip(), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def escape(text: str) -> str:
    """Outside text for a mrkdwn place: no mention and no link survives."""
    return text.translate(_ESCAPES)


def _visible(line: str) -> str:
    line = line.replace("\t", " ")
    if line.isascii() and line.isprintable():
        return line
    return _LOOSE_JOINER.sub("", "".join(filter(_is_visible, line)))


def unescape(text: str) -> str:
    """What people typed: Slack escapes the same three characters on the way to us."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@lru_cache(maxsize=4096)
def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs") or char == "\u200d"


def count(number: int, one: str, many: str = "") -> str:
    """`1 run`, `2 runs`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def times(number: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


@dataclass(frozen=True)
class Piece:
    """One element of a rich text line, with the plain text that stands for it."""

    element: dict[str, Any]
    plain: str


def words(text: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Piece:
    """Text shown exactly as it is: rich text elements are never parsed by Slack."""
    style = {k: True for k, on in (("bold", bold), ("italic", italic), ("code", code)) if on}
    element: dict[str, Any] = {"type": "text", "text": text}
    return Piece({**element, "style": style} if style else element, text)


def link(url: str, text: str, *, bold: bool = False) -> Piece:
    """A link whose text is shown exactly as it is; only to addresses that we built ourselves.

    One longer than Slack takes (a name of 256 emoji is four times that in an address) is only text.
    """
    if len(url) > URL_LIMIT:
        return words(text, bold=bold)
    element: dict[str, Any] = {"type": "link", "url": url, "text": text}
    return Piece({**element, "style": {"bold": True}} if bold else element, text)


def user(user_id: str) -> Piece:
    """A mention; it pings only in a new message, so lists of names use `words`."""
    return Piece({"type": "user", "user_id": user_id}, f"<@{user_id}>")


def channel(channel_id: str) -> Piece:
    """A conversation's name, shown to those who may see it."""
    return Piece({"type": "channel", "channel_id": channel_id}, f"<#{channel_id}>")


def moment(at: datetime, form: str = "{date_short_pretty} {time}") -> Piece:
    """An instant in each reader's own zone
    (https://docs.slack.dev/messaging/formatting-message-text#date-formatting)."""
    fallback = f"{at:%Y-%m-%d %H:%M} UTC"
    element = {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": form,
        "fallback": fallback,
    }
    return Piece(element, fallback)


def moment_token(at: datetime, form: str = "{time}") -> str:
    """The same for a mrkdwn place."""
    return f"<!date^{int(at.timestamp())}^{form}|{at:%H:%M} UTC>"


Line = list[Piece | str]


def plain(line: Line) -> str:
    """The line as plain text, for notifications."""
    return "".join(p if isinstance(p, str) else p.plain for p in line)
