"""Outside text and local times inside our own sentences."""

from datetime import datetime, timedelta

from bot.domain import calendar

ELLIPSIS = "…"

_WEEK = timedelta(days=6)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def one_line(text: str, limit: int) -> str:
    """`text` without what can't be seen, on one line, cut after a word at `limit` characters."""
    seen = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(seen.split())
    if len(line) <= limit:
        return line
    kept = line[:limit]
    whole, _, last = kept.rpartition(" ")
    # A single long word is cut inside, rather than dropped.
    kept = whole if whole and len(last) < limit // 2 else kept[:-1]
    return kept.rstrip(" ,;:.-") + ELLIPSIS


def clock(at: datetime, now: datetime, zone: str) -> str:
    """An instant (aware) as clocks in `zone` show it: 14:00, Thu 14:00 or 12 Nov 14:00.

    For text that people may edit; in messages Slack shows each reader their own time.
    """
    info = calendar.zone_or_utc(zone)
    local, today = at.astimezone(info), now.astimezone(info).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return time
    if abs(local.date() - today) <= _WEEK:
        return f"{_DAYS[local.weekday()]} {time}"
    return f"{local.day} {_MONTHS[local.month - 1]} {time}"
