"""The digests of past dates: what each of them was about, and the ones beside it."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import calendar, dates
from bot.domain.calendar import Occurrence
from bot.domain.digests import days as rules
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestSettings, schedule_id
from bot.domain.digests.windows import Window
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.digests import daily
from bot.services.digests.contents import compose

# Before this no calendar here holds, and nobody has kept anything.
_EARLIEST = 2000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A digest that one person reads, with the local dates of those before and after it; `newer`
    is None where the next one is still to come."""

    content: Digest
    older: date
    newer: date | None


def typed(
    uow: UnitOfWork, workspace: str, channel: str, user_id: str, text: str, now: datetime
) -> Reading:
    """The digest of the date that somebody typed; raises InvalidInput with a sentence for a date
    that isn't one, is still to come, or on which no digest was due."""
    settings = daily.settings(uow, workspace, channel, user_id)
    today = calendar.local_date(now, calendar.zone_or_utc(settings.choice.zone))
    day = dates.past_date(text, today)
    _require_due(settings, day, now)
    return on(uow, settings, day, now)


def post_typed(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    user_id: str,
    text: str,
    key: str,
    now: datetime,
) -> Digest | None:
    """Post the digest of the typed date; `key` makes the wish unique. None, and nothing posted,
    where there is nothing to say. Raises InvalidInput as `typed` does."""
    found = typed(uow, workspace, channel, user_id, text, now)
    return daily.post_over(uow, workspace, channel, user_id, found.content.window, key, now)


def of_day(
    uow: UnitOfWork, workspace: str, channel: str, user_id: str, day: date, now: datetime
) -> Reading:
    """The digest of a date on which one was due; raises InvalidInput where none was."""
    settings = daily.settings(uow, workspace, channel, user_id)
    _require_due(settings, day, now)
    return on(uow, settings, day, now)


def of_window(
    uow: UnitOfWork, workspace: str, channel: str, user_id: str, window: Window, now: datetime
) -> Reading:
    """The digest over a window that was told before."""
    settings = daily.settings(uow, workspace, channel, user_id)
    return _reading(uow, settings, window, now)


def on(uow: UnitOfWork, settings: DigestSettings, day: date, now: datetime) -> Reading:
    """The digest of that date as it was, or as it would have been where none was posted."""
    occurrence = rules.occurrence_on(settings.choice, day)
    if occurrence is None:
        raise InvalidInput(_not_due(settings, day, now))
    posted = uow.deliveries.get(f"{schedule_id(settings.workspace, settings.channel)}:{day}")
    window = Window.of(posted.subject) if posted else rules.window_of(settings.choice, occurrence)
    return _reading(uow, settings, window, now)


def _reading(uow: UnitOfWork, settings: DigestSettings, window: Window, now: datetime) -> Reading:
    day = rules.day_of(window.whole.until, settings.choice.zone)
    past = rules.is_past(settings.choice, window.whole.until, now)
    following = rules.after(settings.choice, day)
    return Reading(
        content=compose(uow, settings, window, past=past),
        older=rules.before(settings.choice, day).local_date,
        newer=following.local_date if following.run_at <= now else None,
    )


def _require_due(settings: DigestSettings, day: date, now: datetime) -> None:
    if day.year < _EARLIEST:
        raise InvalidInput(f"{day.isoformat()} is before everything that I know.")
    occurrence = rules.occurrence_on(settings.choice, day)
    if occurrence is None:
        raise InvalidInput(_not_due(settings, day, now))
    if occurrence.run_at > now:
        raise InvalidInput(
            f"The digest of today is due at {settings.choice.wall_time:%H:%M} "
            f"{settings.choice.zone}. `/digest preview` shows what it would say now."
        )


def _not_due(settings: DigestSettings, day: date, now: datetime) -> str:
    covering: Occurrence = rules.after(settings.choice, day)
    word = "preview" if covering.run_at > now else f"preview {covering.local_date.isoformat()}"
    return (
        f"No digest was due here on {day:%a} {day.isoformat()}. "
        f"What happened then is in the next one: `/digest {word}`."
    )
