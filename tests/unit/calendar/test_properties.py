"""What holds for any instant, wall time, weekdays and zone."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import calendar

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
INSTANTS = st.integers(0, 47 * 365 * 24 * 3600).map(
    lambda seconds: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
WALLS = st.times().map(lambda t: t.replace(microsecond=0))
WEEKDAYS = st.frozensets(st.integers(1, 7), min_size=1)


@settings(max_examples=150, deadline=None)
@given(after=INSTANTS, wall=WALLS, weekdays=WEEKDAYS, zone=ZONES)
def test_occurrences_climb_and_each_is_the_next_after_the_one_before(
    after: datetime, wall: time, weekdays: frozenset[int], zone: ZoneInfo
) -> None:
    coming = calendar.occurrences(after, wall_time=wall, weekdays=weekdays, zone=zone)
    found = list(islice(coming, 8))
    assert found[0].run_at > after
    for earlier, later in pairwise(found):
        assert later.local_date > earlier.local_date
        assert later.run_at > earlier.run_at
        following = calendar.next_run(earlier.run_at, wall_time=wall, weekdays=weekdays, zone=zone)
        assert following == later
    assert all(o.local_date.isoweekday() in weekdays for o in found)


@settings(max_examples=150, deadline=None)
@given(after=INSTANTS, wall=WALLS, zone=ZONES)
def test_nothing_lies_between_an_instant_and_its_next_occurrence(
    after: datetime, wall: time, zone: ZoneInfo
) -> None:
    found = calendar.next_run(after, wall_time=wall, weekdays=calendar.EVERY_DAY, zone=zone)
    # A day, a skipped date and a fold of up to a day.
    assert found.run_at - after <= timedelta(hours=73)
    walk = after
    while (walk := walk + timedelta(minutes=15)) < found.run_at:
        local = walk.astimezone(zone)
        wanted = datetime.combine(local.date(), wall, tzinfo=zone)
        first = wanted.astimezone(UTC)
        shown = first.astimezone(zone).replace(tzinfo=None) == wanted.replace(tzinfo=None)
        assert not (shown and after < first <= walk)
