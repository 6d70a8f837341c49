"""Slack's mrkdwn, rewritten so that the page's smaller dialect shows the same thing."""

import re
from datetime import UTC, datetime

from demo.proxy.translate.dates import format_date
from demo.proxy.translate.guard import CODE_CLOSE, CODE_OPEN, hide, unescape
from demo.proxy.translate.reader import Reader

_PIECE = re.compile(
    r"```\n?(?P<fence>.+?)\n?```|`(?P<code>[^`\n]+)`|<(?P<angle>[^<>\n]+)>|(?P<entity>&(?:lt|gt|amp);)",
    re.DOTALL,
)
_BROADCASTS = {"!here": "@here", "!channel": "@channel", "!everyone": "@everyone"}


def for_page(text: str, reader: Reader) -> str:
    """Return mrkdwn the page shows as Slack would: dates in the reader's zone, code, mentions."""
    return _PIECE.sub(lambda match: _piece(match, reader), text)


def _piece(match: re.Match[str], reader: Reader) -> str:
    if fence := match["fence"]:
        return f"{CODE_OPEN}{hide(unescape(fence))}{CODE_CLOSE}"
    if code := match["code"]:
        return f"`{hide(unescape(code))}`"
    if angle := match["angle"]:
        return _angle(angle, reader)
    return hide(unescape(match["entity"]))


def _angle(inner: str, reader: Reader) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("!date^"):
        return hide(_date(target, label, reader))
    if target.startswith("!subteam^"):
        return hide(label or "@team")
    if target.split("^")[0] in _BROADCASTS:
        return _BROADCASTS[target.split("^")[0]]
    if target.startswith("@"):
        return f"<{target}>"
    if target.startswith("#"):
        return f"<{target}|{label}>" if label else f"<{target}>"
    return _link(target, label)


def _date(target: str, fallback: str, reader: Reader) -> str:
    _, stamp, pattern, *_ = [*target.split("^"), ""]
    if not stamp.isdigit():
        return unescape(fallback)
    moment = datetime.fromtimestamp(int(stamp), UTC)
    return format_date(pattern, moment=moment, zone=reader.zone, now=reader.now)


def _link(target: str, label: str) -> str:
    scheme, colon, rest = target.partition(":")
    if scheme not in ("http", "https"):
        return hide(unescape(label or (rest if colon else target)))
    address = f"{scheme}:{hide(unescape(rest))}"
    return f"<{address}|{hide(unescape(label))}>" if label else f"<{address}>"
