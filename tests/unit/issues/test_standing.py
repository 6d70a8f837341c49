"""Since when an issue doesn't go on, and when that is worth a word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digests.windows import Span
from bot.domain.issues.standing import FLAGGED, LINK, blocked_since, is_told, overdue_since
from tests.unit.digests.builders import HOUR, T0, issue, step

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = st.integers(min_value=0, max_value=24 * 130)


@given(st.lists(HOURS, min_size=2, unique=True), HOURS)
def test_whoever_reads_however_often_is_told_ever_more_rarely(cuts: list[int], began: int) -> None:
    start = MONDAY + began * HOUR
    weeks = [start + timedelta(weeks=n) for n in (0, 1, 2, 4, 8, 16)]
    for since, until in pairwise(MONDAY + cut * HOUR for cut in sorted(cuts)):
        expected = any(since < week <= until for week in weeks)
        assert is_told(start, Span(since=since, until=until)) == expected


def test_overdue_begins_where_the_day_ends_for_whoever_has_it() -> None:
    due = replace(issue(1), due_on=MONDAY.date())
    assert overdue_since(due, ZoneInfo("Asia/Tokyo")) == MONDAY + 15 * HOUR
    assert overdue_since(due, ZoneInfo("America/Sao_Paulo")) == MONDAY + 27 * HOUR
    assert overdue_since(issue(1), ZoneInfo("UTC")) is None


def test_blocked_begins_with_the_latest_link_or_flag_that_still_holds() -> None:
    waits = replace(issue(1), flagged=True, status_since=T0 - 9 * HOUR)
    said = step(1, "", "This work item is blocked by CHURN-7", T0)
    changes = [
        replace(said, field=LINK),
        replace(step(1, "", "Impediment", T0 + HOUR), field=FLAGGED),
        replace(step(1, "", "This work item is blocked by CHURN-70", T0 + 2 * HOUR), field=LINK),
        replace(step(1, "Impediment", "", T0 + 3 * HOUR), field=FLAGGED),
    ]
    assert blocked_since(waits, ["CHURN-7"], changes) == T0 + HOUR
    assert blocked_since(replace(waits, flagged=False), ["CHURN-7"], changes) == T0
    assert blocked_since(waits, ["CHURN-7"], []) == T0 - 9 * HOUR
