"""Cursor paging as Slack's list methods do it."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.limits import LIMITS

T = TypeVar("T")
PAGE = LIMITS["page"]


def page(args: Args, items: Sequence[T], *, most: int = PAGE["most"]) -> tuple[list[T], Json]:
    """One page and its ``response_metadata``; invalid_limit and invalid_cursor are refused."""
    limit = args.integer("limit", PAGE["default"]) or PAGE["default"]
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    start = _decode(args.text("cursor"))
    end = start + limit
    following = _encode(end) if end < len(items) else ""
    return list(items[start:end]), {"response_metadata": {"next_cursor": following}}


def _encode(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _decode(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, offset = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(offset)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise SlackError("invalid_cursor")
