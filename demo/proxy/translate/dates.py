"""Slack's date tokens, written in a reader's own zone."""

import re
from datetime import datetime, timedelta, tzinfo

_TOKEN = re.compile(r"\{(\w+)\}")


def format_date(pattern: str, *, moment: datetime, zone: tzinfo, now: datetime) -> str:
    """Fill Slack's `{date_short} {time}` tokens; unknown tokens stay as they are.

    Tokens: docs.slack.dev/messaging/formatting-message-text#date-formatting; hours are 24 h.
    """
    local = moment.astimezone(zone)
    today = now.astimezone(zone)
    return _TOKEN.sub(lambda m: _token(m.group(1), local, today) or m.group(0), pattern)


def _token(name: str, local: datetime, today: datetime) -> str | None:
    if name.endswith("_pretty"):
        return _relative_day(local, today) or _token(name.removesuffix("_pretty"), local, today)
    day = f"{local.day}{_ordinal(local.day)}"
    return {
        "date_num": f"{local:%Y-%m-%d}",
        "date": f"{local:%B} {day}, {local.year}",
        "date_short": f"{local:%b} {local.day}, {local.year}",
        "date_long": f"{local:%A, %B} {day}, {local.year}",
        "time": f"{local:%H:%M}",
        "time_secs": f"{local:%H:%M:%S}",
        "ago": _ago(today - local),
    }.get(name)


def _relative_day(local: datetime, today: datetime) -> str | None:
    distance = (local.date() - today.date()).days
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(distance)


def _ordinal(day: int) -> str:
    if 10 < day < 14:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _ago(distance: timedelta) -> str:
    minutes = abs(int(distance.total_seconds())) // 60
    amount, unit = _largest(minutes)
    words = f"{amount} {unit}{'' if amount == 1 else 's'}"
    return f"{words} ago" if distance >= timedelta() else f"in {words}"


def _largest(minutes: int) -> tuple[int, str]:
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size:
            return minutes // size, unit
    return minutes, "minute"
