"""On which dates a channel's digest comes, before and after any date."""

from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.digests.settings import DigestChoice
from bot.domain.digests.windows import Span, Window

# What is stamped later may not be committed yet when the digest is made; the next one tells it.
SETTLING = timedelta(seconds=10)
# Two weeks: a zone may skip a date, so a week could hold none.
_FARTHEST = 14
# A digest of the evening that is sent after midnight is still that evening's.
_LATE = timedelta(hours=12)


def occurrence_on(choice: DigestChoice, day: date) -> Occurrence | None:
    """The digest of that local date, None where none is due on it."""
    zone = calendar.zone_or_utc(choice.zone)
    if day.isoweekday() not in choice.weekdays:
        return None
    run_at = calendar.resolve(day, choice.wall_time, zone)
    return Occurrence(run_at=run_at, local_date=day) if run_at else None


def before(choice: DigestChoice, day: date) -> Occurrence:
    """The last digest of an earlier date."""
    return _nearest(choice, day, -1)


def after(choice: DigestChoice, day: date) -> Occurrence:
    """The first digest of a later date."""
    return _nearest(choice, day, 1)


def window_of(choice: DigestChoice, occurrence: Occurrence) -> Window:
    """What the digest of that occurrence was about, as far as its schedule says: everything since
    the one before."""
    earlier = before(choice, occurrence.local_date)
    span = Span(since=earlier.run_at - SETTLING, until=occurrence.run_at - SETTLING)
    return Window(whole=span, issues=span, runs=span)


def day_of(until: datetime, zone_name: str) -> date:
    """The local date of the digest of what ended then: that of its turn, which at midnight is
    another than that of the last instant it is about."""
    return calendar.local_date(until + SETTLING, calendar.zone_or_utc(zone_name))


def is_past(choice: DigestChoice, until: datetime, now: datetime) -> bool:
    """Whether what ended then is told as things stood at that time, not as they stand now: on a
    later date of the channel, and not just because a message was late."""
    today = calendar.local_date(now, calendar.zone_or_utc(choice.zone))
    return day_of(until, choice.zone) < today and now - until > _LATE


def _nearest(choice: DigestChoice, day: date, step: int) -> Occurrence:
    days = (day + timedelta(days=step * n) for n in range(1, _FARTHEST + 1))
    found = (occurrence_on(choice, each) for each in days)
    return next(each for each in found if each is not None)
