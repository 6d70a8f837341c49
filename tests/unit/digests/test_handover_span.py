"""Which instants a hand-over is about: nothing between working days is lost or told twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.calendar import EVERY_DAY, local_date
from bot.domain.digests.handover_schedule import rescheduled, schedule_of
from bot.domain.digests.handover_span import (
    LONGEST,
    HandoverMark,
    HandoverWindow,
    span,
)
from bot.domain.digests.windows import Span
from bot.domain.person import Choices, Person
from bot.domain.working_time import AROUND_THE_CLOCK, Window, WorkingTime

HOURS = WorkingTime()
BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def over(since: datetime, until: datetime) -> HandoverWindow:
    return HandoverWindow.over(Span(since=since, until=until))


def worked(now: datetime, zone: str, hours: WorkingTime = HOURS) -> list[Window]:
    """Their working days up to today's."""
    found: list[Window] = []
    for window in hours.windows(now - LONGEST, zone):
        if local_date(window[0], zone) > local_date(now, zone):
            return found
        found.append(window)
    raise AssertionError


def of(text: str, zone: str = BERLIN, mark: HandoverMark | None = None) -> tuple[str, str]:
    now = at(text)
    found = span(worked(now, zone), mark, now, zone)
    return f"{found.since:%a %H:%M}", f"{found.until:%a %H:%M}"


def test_a_night_lies_between_two_working_days() -> None:
    assert of("2026-10-21T08:00+02:00") == ("Tue 16:00", "Wed 06:00")
    assert of("2026-10-21T08:00+09:00", TOKYO) == ("Tue 09:00", "Tue 23:00")


def test_at_noon_and_in_the_evening_it_is_the_same() -> None:
    assert of("2026-10-21T12:00+02:00") == of("2026-10-21T23:30+02:00") == of("2026-10-21T08:00+02")


def test_before_the_morning_it_reaches_up_to_now() -> None:
    assert of("2026-10-21T06:30+02:00") == ("Tue 16:00", "Wed 04:30")


def test_a_weekend_belongs_to_monday_and_shows_before() -> None:
    assert of("2026-10-19T08:00+02:00") == ("Fri 16:00", "Mon 06:00")
    assert of("2026-10-18T20:00+02:00") == ("Fri 16:00", "Sun 18:00")


def test_clocks_that_went_back_make_the_night_an_hour_longer() -> None:
    before, after = of("2026-10-23T08:00+02:00"), of("2026-10-26T08:00+01:00")
    assert before == ("Thu 16:00", "Fri 06:00")
    assert after == ("Fri 16:00", "Mon 07:00")


def test_clocks_that_went_forward_keep_eight_o_clock() -> None:
    now = at("2026-03-29T08:00+02:00")
    hours = WorkingTime(weekdays=EVERY_DAY)
    found = span(worked(now, BERLIN, hours), None, now, BERLIN)
    assert found.until - found.since == timedelta(hours=13)


def test_who_was_away_is_told_of_all_of_it_but_no_more_than_a_fortnight() -> None:
    now = at("2026-10-21T08:00+02:00")
    days = [w for w in worked(now, BERLIN) if not date(2026, 10, 12) <= w[0].date() < now.date()]
    assert span(days, None, now, BERLIN).since == at("2026-10-09T18:00+02:00")
    assert span([], None, now, BERLIN) == Span(since=now - timedelta(hours=24), until=now)
    long_ago = HandoverMark(day=date(2026, 9, 1), window=over(now, now - 2 * LONGEST))
    assert span(days, long_ago, now, BERLIN).since == at("2026-10-09T18:00+02:00")


def test_a_morning_without_a_message_is_told_by_the_next_one() -> None:
    """The bot was down on Tuesday morning: Monday's message is the last one."""
    monday = at("2026-10-19T08:00+02:00")
    mark = HandoverMark(day=date(2026, 10, 19), window=over(monday, monday))
    assert of("2026-10-21T08:00+02:00", mark=mark) == ("Mon 16:00", "Wed 06:00")


def test_todays_message_and_app_home_tell_the_same() -> None:
    told = Span(since=at("2026-10-20T16:00Z"), until=at("2026-10-21T06:00Z"))
    mark = HandoverMark(day=date(2026, 10, 21), window=HandoverWindow.over(told))
    now = at("2026-10-21T15:00+02:00")
    assert span(worked(now, BERLIN), mark, now, BERLIN) == told


def test_who_flew_west_after_the_message_misses_nothing() -> None:
    """Told on Wednesday 8:00 of Tokyo, then it is Tuesday in New York."""
    told = Span(since=at("2026-10-20T09:00Z"), until=at("2026-10-20T23:00Z"))
    mark = HandoverMark(day=date(2026, 10, 21), window=HandoverWindow.over(told))
    now = at("2026-10-22T08:00-04:00")
    found = span(worked(now, "America/New_York"), mark, now, "America/New_York")
    assert found == Span(since=told.until, until=at("2026-10-22T12:00Z"))


def test_who_works_around_the_clock_hears_of_the_last_day() -> None:
    now = at("2026-10-21T10:00+02:00")
    found = span(worked(now, BERLIN, AROUND_THE_CLOCK), None, now, BERLIN)
    assert found.until - found.since == timedelta(hours=24)


LENA = Person(
    workspace="T1", user_id="ULENA", name="Lena", zone=BERLIN, choices=Choices(handover=True)
)


def test_the_message_comes_as_the_hours_begin_on_working_days() -> None:
    friday = at("2026-10-23T08:00+02:00")
    found = schedule_of(LENA, friday)
    assert (found.next_run_at, found.next_date) == (
        at("2026-10-26T08:00+01:00"),
        date(2026, 10, 26),
    )
    assert not schedule_of(replace(LENA, choices=Choices()), friday).active
    assert not schedule_of(replace(LENA, deleted=True), friday).active


def test_a_morning_that_passed_by_the_move_comes_at_once_within_its_date() -> None:
    now = at("2026-10-21T02:00Z")
    known = schedule_of(LENA, now)
    moved = rescheduled(replace(LENA, zone=TOKYO), known, now)
    assert (moved.next_run_at, moved.next_date) == (now, date(2026, 10, 21))
    night = at("2026-10-20T22:30Z")
    early = rescheduled(replace(LENA, zone=TOKYO), schedule_of(LENA, night), night)
    assert early.next_run_at == at("2026-10-21T08:00+09:00")


def test_what_is_due_stays_due_when_the_hours_change() -> None:
    known = schedule_of(LENA, at("2026-10-20T12:00Z"))
    due = at("2026-10-21T06:00:30Z")
    early = replace(LENA, choices=Choices(handover=True, hours=WorkingTime(start=time(7))))
    assert rescheduled(early, known, due).next_run_at == at("2026-10-21T06:00Z")
    late = replace(LENA, choices=Choices(handover=True, hours=WorkingTime(start=time(10))))
    assert rescheduled(late, known, due).next_run_at == at("2026-10-21T08:00Z")
