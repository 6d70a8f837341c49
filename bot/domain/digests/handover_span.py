"""Which instants somebody's hand-over is about: the one rule, whoever shows it and when.

A hand-over belongs to a local date. It begins at the end of the working day that the last one
opened, and ends where that date's working day begins, or now before that; it stays so all day, so
that looking at noon shows what the morning did. The last one is where their message was decided;
who gets no message is taken to have been told on the last day on which they worked. So what
happens while somebody works is not in it (they were there), and what happens between is in
exactly one: an outage, a journey or a holiday makes the next one longer, never loses any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.digests.windows import Span
from bot.domain.working_time import Window

LONGEST = timedelta(days=14)
"""Nobody reads what happened longer ago as news."""

# Who was never at work before, such as a newcomer.
_FIRST = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class HandoverMark:
    """The last hand-over that was decided: its local date, and the instants it was about."""

    day: date
    span: Span


def span(worked: Sequence[Window], mark: HandoverMark | None, now: datetime, zone: str) -> Span:
    """What the hand-over of today is about for somebody in `zone`.

    `worked` are the working days of the last `LONGEST` on which they were there, today's included
    where it is one, in order.
    """
    info = calendar.zone_or_utc(zone)
    today = calendar.local_date(now, info)
    if mark is not None and mark.day == today:
        return mark.span
    before = [window for window in worked if calendar.local_date(window[0], info) < today]
    opens = [window[0] for window in worked if calendar.local_date(window[0], info) == today]
    until = min([now, *opens])
    since = _end_of_day_that_began(_begun(before, mark, until), before, until)
    return Span(since=min(max(since, until - LONGEST), until), until=until)


def _begun(before: Sequence[Window], mark: HandoverMark | None, until: datetime) -> datetime:
    """Where the last hand-over ended."""
    if mark is not None and until - LONGEST < mark.span.until < until:
        return mark.span.until
    return before[-1][0] if before else until - _FIRST


def _end_of_day_that_began(begun: datetime, before: Sequence[Window], until: datetime) -> datetime:
    """The end of the working day that holds `begun`; `begun` itself where none does, and for who
    works around the clock, whose days leave nothing between."""
    ends = [closes for opens, closes in before if opens <= begun < closes < until]
    return ends[-1] if ends else begun
