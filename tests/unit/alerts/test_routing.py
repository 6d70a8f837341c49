"""Whom an incident asks, by the wall clocks of those who answer for it."""

from datetime import datetime, time, timedelta

import pytest

from bot.domain.alerts.incidents import Call
from bot.domain.alerts.routing import Shift, call, hand_over
from bot.domain.person import Choices, Person
from bot.domain.working_time import WorkingTime

OWNER, BERLIN, KOLKATA = "UOWNER", "UBERLIN", "UKOLKATA"
PEOPLE = {
    OWNER: Person(workspace="T1", user_id=OWNER, name="Marcus", zone="America/New_York"),
    BERLIN: Person(workspace="T1", user_id=BERLIN, name="Lena", zone="Europe/Berlin"),
    KOLKATA: Person(
        workspace="T1",
        user_id=KOLKATA,
        name="Ananya",
        zone="Asia/Kolkata",
        choices=Choices(hours=WorkingTime(start=time(9, 30), end=time(17, 30))),
    ),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shift(now: datetime, *deputies: str, may_wake: bool = False, without: str = "") -> Shift:
    """New York owns; `without` one who has left or is deactivated."""
    back_at = {
        user: person.working_time().next_moment(now, person.zone)
        for user, person in PEOPLE.items()
        if user != without
    }
    return Shift(owner=OWNER, deputies=deputies, back_at=back_at, may_wake=may_wake)


@pytest.mark.parametrize(
    ("now", "deputies", "asked"),
    [
        ("2026-10-27T15:00+00:00", (BERLIN, KOLKATA), OWNER),
        # New York has changed its clocks on 1 November; Berlin on 25 October.
        ("2026-10-30T12:00+00:00", (BERLIN, KOLKATA), OWNER),
        ("2026-11-02T12:59+00:00", (BERLIN, KOLKATA), BERLIN),
        ("2026-11-02T13:00+00:00", (BERLIN, KOLKATA), OWNER),
        ("2026-10-23T06:00+00:00", (BERLIN,), BERLIN),
        ("2026-10-26T06:30+00:00", (BERLIN,), None),
        ("2026-10-26T07:00+00:00", (BERLIN,), BERLIN),
        # Half-hour zone, half-hour start: 09:30 in Kolkata is 04:00 UTC.
        ("2026-10-27T03:59+00:00", (BERLIN, KOLKATA), None),
        ("2026-10-27T04:00+00:00", (BERLIN, KOLKATA), KOLKATA),
        ("2026-10-27T12:00+00:00", (BERLIN, KOLKATA), OWNER),
        # Deputies are asked in their order.
        ("2026-10-27T09:00+00:00", (BERLIN, KOLKATA), BERLIN),
        ("2026-10-27T09:00+00:00", (KOLKATA, BERLIN), KOLKATA),
        # Nobody works on Saturday.
        ("2026-10-31T15:00+00:00", (BERLIN, KOLKATA), None),
    ],
)
def test_the_owner_is_asked_at_work_else_the_first_deputy_who_is(
    now: str, deputies: tuple[str, ...], asked: str | None
) -> None:
    found = call(shift(at(now), *deputies), at(now))
    assert (found.person if found else None) == asked
    assert found is None or not found.woken


def test_the_reason_is_kept() -> None:
    now = at("2026-10-27T09:00+00:00")
    assert call(shift(now, BERLIN), now) == Call(
        person=BERLIN, at=now, owner=OWNER, owner_back_at=at("2026-10-27T12:00+00:00")
    )
    later = at("2026-10-27T15:00+00:00")
    assert call(shift(later, BERLIN), later) == Call(person=OWNER, at=later, owner=OWNER)


def test_only_what_may_wake_wakes_and_only_where_nobody_is_there() -> None:
    night, day = at("2026-10-27T03:00+00:00"), at("2026-10-27T09:00+00:00")
    assert call(shift(night, BERLIN), night) is None
    woken = call(shift(night, BERLIN, may_wake=True), night)
    assert woken is not None
    assert (woken.person, woken.woken) == (OWNER, True)
    asked = call(shift(day, BERLIN, may_wake=True), day)
    assert asked is not None
    assert (asked.person, asked.woken) == (BERLIN, False)


def test_who_has_left_is_skipped() -> None:
    now = at("2026-10-27T15:00+00:00")
    found = call(shift(now, BERLIN, without=OWNER), now)
    assert found is not None
    assert (found.person, found.owner_back_at) == (BERLIN, None)
    night = at("2026-10-27T03:00+00:00")
    assert call(shift(night, BERLIN, may_wake=True, without=OWNER), night) is None


def test_it_goes_round_the_world_until_somebody_answers() -> None:
    """Each is asked once in their own day, and nobody outside of it."""
    asked: list[str] = []
    before: Call | None = None
    now = at("2026-10-27T09:00+00:00")
    while now < at("2026-10-28T13:00+00:00"):
        found = shift(now, BERLIN, KOLKATA)
        after = hand_over(found, before, now) if before else call(found, now)
        if after is not None and after != before:
            asked.append(after.person)
            assert found.is_at_work(after.person, now)
        before = after
        now += timedelta(minutes=15)
    assert asked == [BERLIN, OWNER, KOLKATA, OWNER]


def test_nobody_else_being_there_changes_nothing() -> None:
    asked_at, later = at("2026-10-27T21:00+00:00"), at("2026-10-27T23:00+00:00")
    before = Call(person=OWNER, at=asked_at, owner=OWNER)
    assert hand_over(shift(later, BERLIN), before, later) is before
    assert hand_over(shift(later, BERLIN, may_wake=True), before, later) is before


def test_a_critical_one_wakes_the_owner_when_the_deputys_day_ends() -> None:
    evening = at("2026-10-31T00:30+00:00")
    before = Call(person=BERLIN, at=evening - timedelta(hours=12), owner=OWNER)
    found = hand_over(shift(evening, BERLIN, may_wake=True), before, evening)
    assert (found.person, found.woken) == (OWNER, True)
