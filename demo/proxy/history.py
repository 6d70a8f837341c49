"""Paging and metadata of message lists, which local-slack ignores."""

from collections.abc import Mapping

from demo.proxy.translate.json import Json

DEFAULT_LIMIT = 100


def page_of(messages: list[Json], arguments: Json, *, newest_first: bool) -> Json:
    """Return the part of a channel's or thread's messages that was asked for, as Slack answers.

    Knows oldest, latest, inclusive, limit and cursor (docs.slack.dev, conversations.history);
    ephemerals are never history.
    """
    kept = [m for m in messages if m.get("subtype") != "ephemeral" and _within(m, arguments)]
    kept.sort(key=lambda message: str(message["ts"]), reverse=newest_first)
    start = int(arguments.get("cursor") or 0)
    limit = int(arguments.get("limit") or DEFAULT_LIMIT)
    more = len(kept) > start + limit
    return {
        "messages": kept[start : start + limit],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def with_metadata(
    messages: list[Json], held: Mapping[tuple[str, str], Json], channel: str
) -> list[Json]:
    """Return the messages with the metadata they were posted with."""
    return [
        {**m, "metadata": held[channel, m["ts"]]} if (channel, m["ts"]) in held else m
        for m in messages
    ]


def _within(message: Json, arguments: Json) -> bool:
    stamp = _number(message["ts"])
    oldest, latest = arguments.get("oldest"), arguments.get("latest")
    inclusive = str(arguments.get("inclusive", "")).lower() in ("true", "1")
    if oldest and _number(oldest) and not _after(stamp, _number(oldest), inclusive):
        return False
    return not (latest and _number(latest) and not _after(_number(latest), stamp, inclusive))


def _after(late: float, early: float, inclusive: bool) -> bool:
    return late >= early if inclusive else late > early


def _number(stamp: object) -> float:
    return float(str(stamp))
