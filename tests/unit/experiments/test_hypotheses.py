"""What names a hypothesis, when it ends and when its verdict is due."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.experiments.hypotheses import after_days, end_of, is_reference, number_of, tagged
from bot.domain.experiments.records import RunStatus
from bot.domain.working_time import WorkingTime
from bot.errors import InvalidInput
from bot.services.experiments.hypothesis_asks import ENDED, OVER, due
from tests.unit.experiments.samples import DAY, NOW, hypothesis, run

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("typed", ["H-9", "h-9", "9", "H9", "h 9", " #9 ", "H–9", "h-009"])
def test_every_way_to_write_its_number(typed: str) -> None:
    assert number_of(typed) == 9
    assert tagged([("Hypothesis", typed)]) == 9


@pytest.mark.parametrize("typed", ["", "H-", "H-9 and H-10", "nine", "D-9", "H-1234567890"])
def test_what_names_none(typed: str) -> None:
    assert not is_reference(typed)
    assert tagged([("hypothesis", typed)]) is None
    with pytest.raises(InvalidInput):
        number_of(typed)


def test_another_tag_names_none() -> None:
    assert tagged([("ticket", "H-9"), ("hypothesis_old", "9")]) is None


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        (date(2026, 11, 27), BERLIN, "2026-11-27T17:00Z"),
        (date(2026, 11, 28), BERLIN, "2026-11-28T17:00Z"),
        (date(2026, 11, 27), "Asia/Tokyo", "2026-11-27T09:00Z"),
    ],
)
def test_a_date_ends_with_its_owners_working_day(day: date, zone: str, ends: str) -> None:
    assert end_of(day, WorkingTime(), zone) == datetime.fromisoformat(ends)


@pytest.mark.parametrize(
    ("days", "now", "ends"),
    [
        (1, "2026-11-23T09:00Z", "2026-11-24T17:00Z"),
        (5, "2026-11-23T09:00Z", "2026-11-30T17:00Z"),
        (1, "2026-11-27T20:00Z", "2026-11-30T17:00Z"),
        (1, "2026-11-28T12:00Z", "2026-11-30T17:00Z"),
    ],
)
def test_working_days_leave_out_weekends(days: int, now: str, ends: str) -> None:
    found = after_days(days, WorkingTime(), BERLIN, datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(ends)


def test_a_night_shift_has_working_days_too() -> None:
    hours = WorkingTime(start=time(18), end=time(0))
    assert end_of(date(2026, 11, 23), hours, "UTC") == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_verdict_is_due_an_hour_after_the_last_run_ended_or_when_time_is_over() -> None:
    it, ended = hypothesis(), [run(1), run(2, ended_at=NOW)]
    assert due(it, ended, NOW + 59 * timedelta(minutes=1)) == ""
    assert due(it, ended, NOW + HOUR) == ENDED
    running = [*ended, run(3, status=RunStatus.RUNNING, ended_at=None)]
    assert due(it, running, NOW + 2 * HOUR) == ""
    assert due(it, running, NOW + 7 * DAY) == OVER
    assert due(it, [], NOW + DAY) == ""


def test_what_was_looked_at_before_is_no_reason_to_ask_again() -> None:
    it = hypothesis(settled_at=NOW)
    assert due(it, [run(1)], NOW + DAY) == ""
    assert due(it, [run(1), run(2, ended_at=NOW + HOUR)], NOW + DAY) == ENDED


def test_an_end_in_the_future_is_a_wrong_clock() -> None:
    ahead = [run(1, ended_at=NOW + 3 * DAY)]
    assert due(hypothesis(), ahead, NOW + 2 * HOUR) == ""
    assert due(hypothesis(), ahead, NOW + 3 * DAY + HOUR) == ENDED
