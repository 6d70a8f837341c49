"""Named gaps and folds, dates that don't exist, and what is refused."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.domain import calendar
from bot.errors import InvalidInput

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T03:00"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),
        ("America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("Pacific/Chatham", "2026-09-27", "03:00", "2026-09-26T14:00"),
        ("Antarctica/Troll", "2026-03-29", "01:30", "2026-03-29T01:00"),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00"),
    ],
)
def test_gap_is_its_end_and_fold_is_its_first(
    zone: str, day: str, wall: str, expected: str
) -> None:
    found = calendar.resolve(date.fromisoformat(day), time.fromisoformat(wall), zone)
    assert found == at(expected)


@pytest.mark.parametrize(
    ("zone", "missing"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Fakaofo", date(2011, 12, 30)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
    ],
)
@pytest.mark.parametrize("wall", [time(0), time(9), time(23, 59)], ids=str)
def test_a_date_that_the_zone_skips_does_not_occur(zone: str, missing: date, wall: time) -> None:
    assert calendar.resolve(missing, wall, zone) is None
    eve = calendar.resolve(missing - DAY, wall, zone)
    assert eve is not None
    following = calendar.next_run(eve, wall_time=wall, weekdays=calendar.EVERY_DAY, zone=zone)
    assert following.local_date == missing + DAY


def test_a_wall_time_that_asks_for_the_second_of_a_fold_gets_the_first() -> None:
    second = time(2, 30, fold=1)
    found = calendar.resolve(date(2026, 10, 25), second, "Europe/Berlin")
    assert found == at("2026-10-25T00:30")


def test_the_next_one_is_strictly_after() -> None:
    nine = at("2026-11-23T08:00")

    def following(after: datetime) -> datetime:
        return calendar.next_occurrence(
            after, wall_time=time(9), weekdays=calendar.EVERY_DAY, zone="Europe/Berlin"
        )

    assert following(nine - timedelta(microseconds=1)) == nine
    assert following(nine) == nine + DAY


def test_in_a_fold_the_second_showing_of_the_hour_is_not_another_occurrence() -> None:
    between = at("2026-10-25T00:45")
    found = calendar.next_run(
        between, wall_time=time(2, 30), weekdays=calendar.EVERY_DAY, zone="Europe/Berlin"
    )
    assert found.local_date == date(2026, 10, 26)


def test_weekdays_are_those_of_the_local_date() -> None:
    # Monday 09:00 on Kiritimati (UTC+14) is still Sunday in UTC; in Pago Pago (UTC-11) 22:00 on a
    # Monday is Tuesday in UTC.
    sunday = at("2026-11-22T00:00")
    east = calendar.next_occurrence(
        sunday - DAY, wall_time=time(9), weekdays={1}, zone="Pacific/Kiritimati"
    )
    west = calendar.next_occurrence(
        sunday, wall_time=time(22), weekdays={1}, zone="Pacific/Pago_Pago"
    )
    assert (east, west) == (at("2026-11-22T19:00"), at("2026-11-24T09:00"))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", ZoneInfo("Asia/Tokyo")], ids=["str", "ZoneInfo"])
def test_a_zone_is_a_name_or_a_zone_and_after_may_be_in_any_zone(zone: str | ZoneInfo) -> None:
    after = datetime(2026, 11, 23, 2, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    found = calendar.next_occurrence(after, wall_time=time(9), weekdays={1, 2}, zone=zone)
    assert found == at("2026-11-23T00:00")
    assert found.tzinfo is UTC


@pytest.mark.parametrize("weekdays", [set(), {0}, {8}, {1, 8}])
def test_no_weekday_or_an_impossible_one_is_refused(weekdays: set[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        calendar.next_occurrence(
            at("2026-11-22T00:00"), wall_time=time(9), weekdays=weekdays, zone="UTC"
        )


def test_naive_times_are_refused() -> None:
    naive = at("2026-11-22T00:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        calendar.next_occurrence(naive, wall_time=time(9), weekdays={1}, zone="UTC")
    with pytest.raises(ValueError, match="aware"):
        calendar.local_date(naive, "Asia/Tokyo")


def test_a_zone_is_found_in_any_case_and_an_unknown_one_is_refused_with_an_example() -> None:
    assert calendar.find_zone(" europe/BERLIN ").key == "Europe/Berlin"
    for unknown in ("Europe/Atlantis", "", "../../etc/passwd"):
        with pytest.raises(InvalidInput, match="Europe/Berlin"):
            calendar.find_zone(unknown)


@pytest.mark.parametrize("name", ["Moon/Base", "", "../x", "Europe", "\x00"])
def test_an_unknown_zone_of_a_person_counts_as_utc(name: str) -> None:
    assert calendar.zone_or_utc(name).key == "UTC"
