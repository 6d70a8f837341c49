"""The oracle's own answers, worked out by hand."""

from datetime import UTC, date, datetime, time

import pytest

from tests.trials.life.diary import Diary, History, Said
from tests.trials.life.oracle import Oracle
from tests.trials.life.population import Hours, five

TUESDAY = date(2026, 10, 27)
TURN = "Every day", "U0JONAS", TUESDAY


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of October 2026, UTC."""
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def diary() -> Diary:
    """Jonas in Berlin, who is asked at 09:30 each day; his day closes after four hours."""
    diary = Diary.begun(five())
    diary.set_asked("Every day", ["U0JONAS"], at(18, 12), True)
    return diary


def test_somebody_who_is_there_is_asked_once_at_their_hour(diary: Diary) -> None:
    before, after = (Oracle(diary).due((*TURN[:2], date(2026, 10, day))) for day in (24, 25))
    assert before.counts == after.counts == {1}
    assert (*before.instants, *after.instants) == (at(24, 7, 30), at(25, 8, 30))


def test_nobody_is_asked_before_they_take_part_or_while_it_is_paused(diary: Diary) -> None:
    assert Oracle(diary).due((*TURN[:2], date(2026, 10, 18))).counts == {0}
    diary.courses["Every day"].paused.set(at(27, 8), True)
    assert Oracle(diary).due(TURN).counts == {0}


def test_who_moved_after_being_asked_is_not_asked_again(diary: Diary) -> None:
    diary.lives["U0JONAS"].slack_zone.set(at(27, 9), "America/New_York")
    assert Oracle(diary).due(TURN).counts == {1}


def test_who_jumps_over_their_hour_may_be_asked_or_not(diary: Diary) -> None:
    diary.lives["U0JONAS"].slack_zone.set(at(27, 6), "Asia/Tokyo")
    due = Oracle(diary).due(TURN)
    assert due.counts == {0, 1}
    assert due.cut


def test_a_zone_of_ones_own_counts_before_slacks(diary: Diary) -> None:
    diary.lives["U0JONAS"].chosen_zone.set(at(20, 6), "Asia/Tokyo")
    diary.lives["U0JONAS"].slack_zone.set(at(21, 6), "America/New_York")
    assert Oracle(diary).due(TURN).instants == (at(27, 0, 30),)


def test_nobody_away_is_asked_until_they_come_back(diary: Diary) -> None:
    life = diary.lives["U0JONAS"]
    life.away.set(at(20, 6), frozenset({TUESDAY}))
    assert Oracle(diary).due(TURN).counts == {0}
    life.away.set(at(27, 10), frozenset())
    assert Oracle(diary).due(TURN).instants == (at(27, 10),)


def test_who_reported_before_their_hour_is_not_asked(diary: Diary) -> None:
    diary.reports[TURN] = Said(at=at(27, 7), wordings=[("early", "")])
    assert Oracle(diary).due(TURN).counts == {0}


def test_the_hour_follows_the_working_hours_and_days(diary: Diary) -> None:
    life = diary.lives["U0JONAS"]
    life.hours.set(at(20, 6), Hours(start=time(12), end=time(20)))
    assert Oracle(diary).due(TURN).instants == (at(27, 11),)
    life.hours = History(Hours(start=time(6), end=time(9), weekdays=frozenset({1})))
    assert Oracle(diary).due(TURN).counts == {0}


def test_after_an_outage_it_is_asked_at_its_end_within_the_hours(diary: Diary) -> None:
    diary.down = at(27, 8), at(27, 11)
    assert Oracle(diary).due(TURN).instants == (at(27, 11),)
    diary.down = at(27, 8), at(27, 17, 1)
    assert Oracle(diary).due(TURN).counts == {0}


def test_a_day_closes_after_hours_of_working_time(diary: Diary) -> None:
    oracle = Oracle(diary)
    assert oracle.closes(TURN, at(27, 8, 30)) == at(27, 12, 30)
    # 17:00 in Berlin: an hour is left of that day.
    assert oracle.closes(TURN, at(27, 16)) == at(28, 10)


def test_a_late_report_and_its_edit_are_told_apart_from_absence(diary: Diary) -> None:
    diary.prompts[TURN] = [at(27, 8, 30)]
    diary.reports[TURN] = Said(at=at(27, 12, 31), wordings=[("one", ""), ("two", "")])
    [part] = Oracle(diary).cohort_days("Every day", TUESDAY).values()
    assert (part.said, part.missing, part.absent) == ({"U0JONAS": (True, True)}, set(), set())


def test_whoever_was_asked_and_said_nothing_is_missing_unless_away_by_then(diary: Diary) -> None:
    diary.prompts[TURN] = [at(27, 8, 30)]
    cohorts = Oracle(diary).cohort_days("Every day", TUESDAY)
    assert cohorts["Europe and Africa"].missing == {"U0JONAS"}
    diary.lives["U0JONAS"].away.set(at(27, 10), frozenset({TUESDAY}))
    cohorts = Oracle(diary).cohort_days("Every day", TUESDAY)
    assert cohorts["Europe and Africa"].absent == {"U0JONAS"}
