"""How long an issue waits, against a clock that counts minute by minute."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issues.stuck import Wait, long_wait
from bot.domain.working_time import Window, WorkingTime

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SHORT = WorkingTime(start=time(8), end=time(10))
STEP = timedelta(minutes=20)
HOUR = timedelta(hours=1)
# Two weeks in steps of twenty minutes.
MOMENTS = st.integers(min_value=0, max_value=14 * 72).map(lambda n: MONDAY + n * STEP)
SPANS = st.tuples(MOMENTS, MOMENTS).map(lambda pair: (min(pair), max(pair)))


def counted(
    since: datetime, until: datetime, enough: timedelta, pauses: list[Window]
) -> Wait | None:
    """The same step by step."""
    waited, began, at = timedelta(0), None, since
    while at < until:
        works = SHORT.contains(at, "UTC")
        if works and not any(begins <= at < ends for begins, ends in pauses):
            waited += STEP
            if began is None and waited >= enough:
                began = at + STEP
        at += STEP
    return Wait(waited=waited, began=began) if began else None


@given(SPANS, st.integers(min_value=1, max_value=18), st.lists(SPANS, max_size=3))
def test_it_counts_as_a_clock_does(span: Window, enough: int, pauses: list[Window]) -> None:
    since, until = span
    days = SHORT.windows(since, "UTC")
    found = long_wait(days, since, until, enough * STEP, pauses)
    assert found == counted(since, until, enough * STEP, pauses)


def test_a_friday_evening_and_a_monday_morning_are_one_hour_apart() -> None:
    friday = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    monday = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
    found = long_wait(SHORT.windows(friday, "UTC"), friday, monday, HOUR)
    assert found == Wait(waited=HOUR, began=monday)
    assert long_wait(SHORT.windows(friday, "UTC"), friday, monday, HOUR + STEP) is None
