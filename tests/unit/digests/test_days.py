"""On which dates a digest comes, and what that of a past date was about."""

from datetime import UTC, date, datetime, time, timedelta

from bot.domain.digests import days
from bot.domain.digests.settings import DigestChoice

CHOICE = DigestChoice(zone="Europe/Berlin", wall_time=time(9))
FRIDAY, MONDAY = date(2026, 10, 23), date(2026, 10, 26)


def test_a_monday_is_about_everything_since_friday_across_the_clocks_change() -> None:
    occurrence = days.occurrence_on(CHOICE, MONDAY)
    assert occurrence is not None
    span = days.window_of(CHOICE, occurrence).whole
    assert span.since == datetime(2026, 10, 23, 7, tzinfo=UTC) - days.SETTLING
    assert span.until == datetime(2026, 10, 26, 8, tzinfo=UTC) - days.SETTLING


def test_no_digest_is_due_on_a_sunday_but_around_it() -> None:
    sunday = date(2026, 10, 25)
    assert days.occurrence_on(CHOICE, sunday) is None
    assert days.before(CHOICE, sunday).local_date == FRIDAY
    assert days.after(CHOICE, sunday).local_date == MONDAY


def test_a_date_that_the_zone_skipped_had_none() -> None:
    # Samoa went from the 29th to the 31st of December 2011.
    choice = DigestChoice(zone="Pacific/Apia", weekdays=frozenset(range(1, 8)))
    assert days.occurrence_on(choice, date(2011, 12, 30)) is None
    assert days.before(choice, date(2011, 12, 31)).local_date == date(2011, 12, 29)


def test_an_evening_digest_that_is_late_is_no_past_one() -> None:
    until = datetime(2026, 10, 26, 22, 30, tzinfo=UTC)
    assert not days.is_past(CHOICE, until, until + timedelta(hours=2))
    assert not days.is_past(CHOICE, until, until)
    assert days.is_past(CHOICE, until, until + timedelta(hours=13))
