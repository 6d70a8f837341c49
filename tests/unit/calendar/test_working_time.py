"""Working time: windows, what lies inside, and how much of it has passed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import EVERY_DAY, WORKDAYS
from bot.domain.working_time import AROUND_THE_CLOCK, WorkingTime

USUAL = WorkingTime(start=time(9), end=time(17))
BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)

instants = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(sorted(available_timezones() - {"localtime"}))
hours = st.builds(
    lambda start, length, days: WorkingTime(
        start=time(start), end=time((start + length) % 24), weekdays=days
    ),
    st.integers(0, 20),
    st.integers(1, 4),
    st.frozensets(st.integers(1, 7), min_size=1),
)


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "moment"),
    [
        ("2026-11-03T07:59:59", "2026-11-03T08:00"),
        ("2026-11-03T08:00", "2026-11-03T08:00"),
        ("2026-11-03T15:59:59", "2026-11-03T15:59:59"),
        ("2026-11-03T16:00", "2026-11-04T08:00"),
        ("2026-11-06T16:00", "2026-11-09T08:00"),  # over the weekend
        ("2026-10-23T20:00", "2026-10-26T08:00"),  # clocks go back on Sunday
        ("2026-03-27T20:00", "2026-03-30T07:00"),  # and forward
    ],
)
def test_the_next_moment_is_now_or_the_next_morning(instant: str, moment: str) -> None:
    assert USUAL.next_moment(at(instant), BERLIN) == at(moment)
    assert USUAL.contains(at(instant), BERLIN) == (instant == moment)


@pytest.mark.parametrize(
    ("start", "worked", "end"),
    [
        ("2026-11-03T08:00", 4, "2026-11-03T12:00"),
        ("2026-11-03T08:00", 8, "2026-11-03T16:00"),
        ("2026-11-03T14:00", 4, "2026-11-04T10:00"),
        ("2026-11-06T14:00", 4, "2026-11-09T10:00"),
        ("2026-11-07T12:00", 1, "2026-11-09T09:00"),
        ("2026-10-23T14:00", 4, "2026-10-26T11:00"),
    ],
)
def test_working_hours_pass_only_in_working_time(start: str, worked: int, end: str) -> None:
    assert USUAL.after(at(start), worked * HOUR, BERLIN) == at(end)
    assert USUAL.worked(at(start), at(end), BERLIN) == worked * HOUR


def test_midnight_may_be_the_end() -> None:
    late = WorkingTime(start=time(14), end=time(0))
    assert late.contains(at("2026-11-03T22:59"), BERLIN)
    assert not late.contains(at("2026-11-03T23:00"), BERLIN)
    for hour in range(24 * 8):
        assert AROUND_THE_CLOCK.contains(at("2026-10-22T00:30") + hour * HOUR, BERLIN)


@pytest.mark.parametrize(
    ("wall_time", "clamped"),
    [(time(7), time(9)), (time(9), time(9)), (time(16, 59), time(16, 59)), (time(17), time(16)),
     (time(23), time(16)), (time(0), time(9))],
)  # fmt: skip
def test_a_prompt_is_moved_into_the_hours(wall_time: time, clamped: time) -> None:
    assert USUAL.clamped(wall_time) == clamped
    assert AROUND_THE_CLOCK.clamped(wall_time) == wall_time


def test_weekdays_of_a_standup_count_where_a_person_chose_none() -> None:
    assert USUAL.on(frozenset({6, 7})).weekdays == {6, 7}
    assert USUAL.on(frozenset()).weekdays == WORKDAYS
    assert AROUND_THE_CLOCK.weekdays == EVERY_DAY


@given(instants, hours, zones)
def test_the_next_moment_is_inside_and_nothing_inside_lies_before(
    instant: datetime, working: WorkingTime, zone: str
) -> None:
    moment = working.next_moment(instant, zone)
    assert moment >= instant
    assert working.contains(moment, zone)
    assert working.worked(instant, moment, zone) == timedelta(0)
    local = moment.astimezone(ZoneInfo(zone))
    # A window that begins in the last hours of a day may only begin again after its midnight.
    assert local.isoweekday() in working.weekdays


@given(instants, st.integers(1, 20), hours, zones)
def test_after_and_worked_agree(
    start: datetime, worked: int, working: WorkingTime, zone: str
) -> None:
    end = working.after(start, worked * HOUR, zone)
    assert working.worked(start, end, zone) == worked * HOUR
