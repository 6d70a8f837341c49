"""Every IANA zone, every day of 2026: no local date is lost and none comes twice."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.domain import calendar

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
START = datetime(2025, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("wall_time", [time(0), time(0, 30), time(2, 30), time(9)], ids=str)
def test_each_local_date_of_2026_occurs_exactly_once(wall_time: time) -> None:
    lost, wrong = [], []
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        coming = calendar.occurrences(
            START, wall_time=wall_time, weekdays=calendar.EVERY_DAY, zone=zone
        )
        found = [o for o in islice(coming, 370) if o.local_date.year == 2026]
        if [o.local_date for o in found] != YEAR:
            lost.append(name)
        wrong += [name for o in found if not _shows(o, wall_time, zone)]
    assert (lost, wrong) == ([], [])


def _shows(occurrence: calendar.Occurrence, wall_time: time, zone: ZoneInfo) -> bool:
    """The clock on the wall shows the hour, or it jumped over it just then."""
    local = occurrence.run_at.astimezone(zone)
    if local.replace(tzinfo=None) == datetime.combine(occurrence.local_date, wall_time):
        return local.fold == 0
    before = (occurrence.run_at - timedelta(seconds=1)).astimezone(zone)
    wanted = datetime.combine(occurrence.local_date, wall_time)
    return before.replace(tzinfo=None) < wanted < local.replace(tzinfo=None)
