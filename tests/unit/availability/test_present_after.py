"""How much of their own working time somebody has had, over clock changes and days away."""

from datetime import date, datetime, time, timedelta

import pytest

from bot.domain.working_time import WorkingTime
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from tests.unit.availability.conftest import Office
from tests.unit.desk import at

BERLIN, NEW_YORK, TOKYO = "ULENA", "UMARCUS", "UYUKI"


def _after(office: Office, user_id: str, start: str, hours: float) -> datetime:
    person = office.person(user_id)
    worked = timedelta(hours=hours)

    def find(uow: UnitOfWork) -> datetime:
        return availability.present_after(uow, person, at(start), worked)

    return office.do(find)


@pytest.mark.parametrize(
    ("user_id", "start", "hours", "ends"),
    [
        # Within one day; over a night; over a weekend; asked at night.
        (BERLIN, "2026-11-23T09:00", 6, "2026-11-23T15:00"),
        (BERLIN, "2026-11-23T14:00", 6, "2026-11-24T10:00"),
        (BERLIN, "2026-11-20T16:00", 2, "2026-11-23T08:00"),
        (TOKYO, "2026-11-22T20:00", 6, "2026-11-23T05:00"),
        # Exactly as long as a day takes: it ends with the day, not with the next morning.
        (BERLIN, "2026-11-23T07:00", 10, "2026-11-23T17:00"),
        # Clocks go back on Sunday, 25 October in Berlin, on 1 November in New York.
        (BERLIN, "2026-10-23T15:00", 2, "2026-10-26T08:00"),
        (NEW_YORK, "2026-10-30T21:00", 2, "2026-11-02T14:00"),
        # Clocks go forward on 28 March 2027 in Berlin.
        (BERLIN, "2027-03-26T16:00", 2, "2027-03-29T07:00"),
    ],
)
def test_only_their_own_working_hours_count(
    office: Office, user_id: str, start: str, hours: float, ends: str
) -> None:
    assert _after(office, user_id, start, hours) == at(ends)


def test_a_night_worker_gains_the_hour_that_clocks_give_and_loses_the_one_they_take(
    office: Office,
) -> None:
    hours = WorkingTime(start=time(0), end=time(6))
    office.choose(at("2026-10-01T09:00"), hours=hours, weekdays=frozenset({1, 2, 3, 4, 5, 6, 7}))
    # 00:00 CEST to 06:00 CET are seven hours; 00:00 CET to 06:00 CEST are five.
    assert _after(office, BERLIN, "2026-10-24T22:00", 7) == at("2026-10-25T05:00")
    assert _after(office, BERLIN, "2027-03-27T23:00", 5) == at("2027-03-28T04:00")
    assert _after(office, BERLIN, "2027-03-27T23:00", 6) == at("2027-03-28T23:00")


def test_days_away_and_public_holidays_do_not_count(office: Office) -> None:
    start = "2026-11-23T14:00"
    office.do(lambda uow: uow.absences.save_holidays("DE", "", 2026, {date(2026, 11, 24): "Feast"}))
    office.choose(at(start), country="DE")
    assert _after(office, BERLIN, start, 6) == at("2026-11-25T10:00")
    office.away("2026-11-25", "2026-11-27", at(start))
    assert _after(office, BERLIN, start, 6) == at("2026-11-30T10:00")


def test_who_is_away_first_has_all_their_hours_when_they_are_back(office: Office) -> None:
    office.away("2026-11-23", "2026-11-24", at("2026-11-23T06:00"))
    assert _after(office, BERLIN, "2026-11-23T09:00", 6) == at("2026-11-25T13:00")


def test_their_own_weekdays_count(office: Office) -> None:
    office.choose(at("2026-11-20T09:00"), weekdays=frozenset({2, 4}))
    assert _after(office, BERLIN, "2026-11-23T09:00", 12) == at("2026-11-26T09:00")


def test_several_are_looked_up_at_once_over_months_of_holidays(office: Office) -> None:
    start = at("2026-11-23T09:00")
    year = {date(2026, 11, 23) + timedelta(days=n): "Feast" for n in range(100)}
    office.do(lambda uow: uow.absences.save_holidays("DE", "", 2026, year))
    one = {date(2026, 11, 23): "Feast"}
    office.do(lambda uow: uow.absences.save_holidays("US", "", 2026, one))
    office.choose(start, country="DE")
    office.choose(start, NEW_YORK, country="US")
    office.away("2026-11-24", "2026-11-24", start, user_id=TOKYO)
    people = [office.person(each) for each in (BERLIN, NEW_YORK, TOKYO)]

    def find(uow: UnitOfWork) -> list[datetime]:
        presence = availability.Presence(uow, people, start)
        return [presence.next(person, start) for person in people]

    # In Berlin the hundredth day is Tuesday, 2 March; in Tokyo it is six on the 23rd.
    berlin, new_york, tokyo = office.do(find)
    assert berlin == at("2027-03-03T07:00")
    assert new_york == at("2026-11-24T13:00")
    assert tokyo == at("2026-11-24T23:00")
