"""On which dates nothing is expected of somebody, and when they are there."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.calendar import local_date
from bot.domain.working_time import WorkingTime
from bot.services import availability
from tests.unit.availability.conftest import Office
from tests.unit.desk import at

MONDAY = date(2026, 10, 26)
HOLIDAYS = {date(2026, 10, 26): "Austrian National Day", date(2026, 11, 1): "All Saints' Day"}


def _mirrored(office: Office) -> None:
    office.do(lambda uow: uow.absences.save_holidays("AT", "", 2026, HOLIDAYS))


def _absence(office: Office, day: date, *days_off: date) -> Absence | None:
    return office.do(availability.absence, office.person(), day, days_off)


def test_a_range_counts_before_a_holiday_and_that_before_the_teams_date(office: Office) -> None:
    _mirrored(office)
    assert _absence(office, MONDAY) is None
    assert _absence(office, MONDAY, MONDAY) == Absence(kind=AbsenceKind.TEAM_DAY)
    office.choose(at("2026-10-20T09:00"), country="AT")
    holiday = Absence(kind=AbsenceKind.HOLIDAY, label="Austrian National Day")
    assert _absence(office, MONDAY, MONDAY) == holiday
    office.away("2026-10-26", "2026-10-28", at("2026-10-20T09:00"))
    away = Absence(kind=AbsenceKind.AWAY, until=date(2026, 10, 28))
    assert _absence(office, MONDAY, MONDAY) == away
    assert _absence(office, date(2026, 10, 29)) is None


def test_a_region_has_its_own_holidays(office: Office) -> None:
    office.do(lambda uow: uow.absences.save_holidays("AT", "9", 2026, {MONDAY: "Ours"}))
    office.choose(at("2026-10-20T09:00"), country="AT")
    assert _absence(office, MONDAY) is None
    office.choose(at("2026-10-20T09:00"), region="9")
    assert _absence(office, MONDAY) == Absence(kind=AbsenceKind.HOLIDAY, label="Ours")


def test_a_holiday_that_is_chosen_on_its_day_ends_the_open_turn(office: Office) -> None:
    _mirrored(office)
    standup = office.start(at("2026-10-25T12:00"))
    office.tick(at("2026-10-26T08:00"))
    assert office.turn(standup.id, MONDAY) is None
    office.choose(at("2026-10-26T09:00"), country="AT")
    holiday = Absence(kind=AbsenceKind.HOLIDAY, label="Austrian National Day")
    assert office.turn(standup.id, MONDAY) == holiday
    office.choose(at("2026-10-26T09:05"), country="")
    assert office.turn(standup.id, MONDAY) is None


def test_several_people_at_once_are_as_each_alone(office: Office) -> None:
    _mirrored(office)
    office.choose(at("2026-10-20T09:00"), country="AT")
    office.away("2026-10-26", "2026-10-28", at("2026-10-20T09:00"), user_id="UYUKI")
    people = [office.person(user_id) for user_id in ("ULENA", "UYUKI", "UMARCUS")]
    found = office.do(availability.several, people, MONDAY)
    assert set(found) == {"ULENA", "UYUKI"}
    for person in people:
        assert found.get(person.user_id) == office.do(availability.absence, person, MONDAY)
    assert office.do(availability.several, [], MONDAY) == {}


def test_away_now_goes_by_the_persons_own_date(office: Office) -> None:
    office.away("2026-10-26", "2026-10-26", at("2026-10-20T09:00"), user_id="UYUKI")
    yuki = office.person("UYUKI")  # nine hours ahead of UTC
    for instant, away in (
        ("2026-10-25T14:59", False),
        ("2026-10-25T15:00", True),
        ("2026-10-26T14:59", True),
        ("2026-10-26T15:00", False),
    ):
        assert office.do(availability.is_away_now, yuki, at(instant)) is away


@pytest.mark.parametrize(
    ("instant", "present"),
    [
        ("2026-10-23T08:00", "2026-10-23T08:00"),  # Friday 10:00 in Berlin, summer time
        ("2026-10-23T05:00", "2026-10-23T06:00"),  # before eight
        ("2026-10-23T16:00", "2026-10-28T07:00"),  # weekend, holiday, a day away; winter time
        ("2026-10-25T00:30", "2026-10-28T07:00"),  # in the hour before the clocks go back
    ],
)
def test_the_next_moment_leaps_over_everything_that_keeps_somebody_away(
    office: Office, instant: str, present: str
) -> None:
    _mirrored(office)
    office.choose(at("2026-10-20T09:00"), country="AT")
    office.away("2026-10-27", "2026-10-27", at("2026-10-20T09:00"))
    assert office.do(availability.next_present, office.person(), at(instant)) == at(present)


def test_a_year_out_of_office_ends_on_a_working_day(office: Office) -> None:
    office.away("2026-10-20", "2027-10-16", at("2026-10-20T09:00"))
    present = office.do(availability.next_present, office.person(), at("2026-10-20T09:00"))
    assert present == at("2027-10-18T06:00")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_through_weeks_of_clock_changes_it_lies_in_the_hours_and_not_behind(
    office: Office, zone: str
) -> None:
    night = WorkingTime(start=time(1, 30), end=time(2, 45), weekdays=frozenset(range(1, 8)))
    choices = replace(office.person().choices, zone=zone, hours=night, weekdays=night.weekdays)
    person = replace(office.person(), zone=zone, choices=choices)
    for start in ("2026-03-06T00:00", "2026-10-02T00:00", "2026-10-23T00:00"):
        instant = at(start)
        for _ in range(24):
            present = office.do(availability.next_present, person, instant)
            assert present >= instant
            assert night.contains(present, zone)
            assert local_date(present, zone) - local_date(instant, zone) <= timedelta(days=1)
            instant += timedelta(hours=11)
