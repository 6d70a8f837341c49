"""Ranges out of office: who enters them, what they become, and what they change."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.delivery import DeliveryKind, sent
from bot.errors import InvalidForm, NotFound, NotPermitted
from bot.services import aways, deliveries
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.availability.conftest import Office
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN

TUESDAY = date(2026, 10, 20)
NINE = at("2026-10-20T07:00")
TEN = at("2026-10-20T08:00")
TWO = replace(PLAN, participants=("ULENA", "UYUKI"), managers=("UMARCUS",))


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ([("21", "23")], [("21", "23")]),
        ([("21", "23"), ("27", "28")], [("21", "23"), ("27", "28")]),
        ([("21", "23"), ("22", "26")], [("21", "26")]),
        ([("21", "23"), ("24", "26")], [("21", "26")]),  # they touch
        ([("24", "26"), ("21", "24")], [("21", "26")]),
        ([("21", "30"), ("21", "23")], [("21", "23")]),  # corrected: it begins on the same day
        ([("21", "23"), ("21", "30")], [("21", "30")]),
        ([("18", "30"), ("20", "21")], [("20", "21")]),  # both have begun, the past is left out
        ([("21", "22"), ("27", "28"), ("22", "27")], [("21", "28")]),
        ([("21", "30"), ("24", "25")], [("21", "30")]),
    ],
)
def test_ranges_are_corrected_or_become_one(
    office: Office, entered: list[tuple[str, str]], kept: list[tuple[str, str]]
) -> None:
    for first, last in entered:
        office.away(f"2026-10-{first}", f"2026-10-{last}", TEN)
    assert office.ranges() == [(f"2026-10-{a}", f"2026-10-{b}") for a, b in kept]


def test_a_corrected_range_keeps_its_past(office: Office) -> None:
    office.away("2026-10-20", "2026-10-30", TEN)
    office.away("2026-10-22", "2026-10-23", at("2026-10-22T08:00"))
    assert office.ranges() == [("2026-10-20", "2026-10-23")]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-10-23", "2026-10-22", "last"),
        ("2026-10-18", "2026-10-19", "last"),
        ("2026-10-20", "2029-10-20", "last"),
        ("2028-10-20", "2028-10-21", "first"),
    ],
)
def test_senseless_dates_are_refused(office: Office, first: str, last: str, field: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        office.away(first, last, TEN)
    assert set(refused.value.fields) == {field}
    assert office.ranges() == []


def test_today_is_the_date_of_who_is_away(office: Office) -> None:
    late = at("2026-10-20T16:00")  # Wednesday in Tokyo
    with pytest.raises(InvalidForm, match="it is Wed 21 Oct there"):
        office.away("2026-10-20", "2026-10-20", late, user_id="UYUKI")
    office.away("2026-10-20", "2026-10-20", late)


def test_only_they_themselves_and_their_managers_may(office: Office) -> None:
    office.start(at("2026-10-19T12:00"), TWO)
    for stranger in ("UYUKI", "UBEATRIZ"):
        with pytest.raises(NotPermitted):
            office.away("2026-10-21", "2026-10-22", TEN, by=stranger)
    with pytest.raises(NotPermitted):  # Beatriz isn't asked by a stand-up of his
        office.away("2026-10-21", "2026-10-22", TEN, user_id="UBEATRIZ", by="UMARCUS")
    away = office.away("2026-10-21", "2026-10-22", TEN, by="UMARCUS")
    for stranger in ("UYUKI", "UBEATRIZ"):
        with pytest.raises(NotPermitted):
            office.do(aways.end, "T1", away.id, stranger, TEN)
        with pytest.raises(NotPermitted):
            office.do(aways.back, "T1", "ULENA", stranger, TEN)
    with pytest.raises(NotFound):
        office.do(aways.end, "T2", away.id, "ULENA", TEN)
    with pytest.raises(NotFound):
        office.away("2026-10-21", "2026-10-22", TEN, user_id="UNOBODY")
    office.do(aways.end, "T1", away.id, "UMARCUS", TEN)
    assert office.ranges() == []


def test_who_is_away_is_not_asked_and_her_turn_says_until_when(office: Office) -> None:
    standup = office.start(at("2026-10-19T12:00"))
    office.away("2026-10-20", "2026-10-21", at("2026-10-19T12:00"))
    office.live(at("2026-10-19T12:00"), at("2026-10-22T12:00"))
    assert office.wished("ULENA", "standup.prompt") == [f"prompt:{standup.id}:2026-10-22:ULENA"]
    away = Absence(kind=AbsenceKind.AWAY, until=date(2026, 10, 21))
    assert office.turn(standup.id, TUESDAY) == away
    assert office.turn(standup.id, date(2026, 10, 21)) == away
    assert office.turn(standup.id, date(2026, 10, 22)) is None


def test_the_open_turn_follows_there_and_back(office: Office) -> None:
    standup = office.start(at("2026-10-19T12:00"))
    office.tick(NINE)
    assert office.turn(standup.id, TUESDAY) is None
    office.away("2026-10-20", "2026-10-20", TEN)
    assert office.turn(standup.id, TUESDAY) == Absence(kind=AbsenceKind.AWAY, until=TUESDAY)
    assert office.do(aways.back, "T1", "ULENA", "ULENA", TEN) is not None
    assert office.turn(standup.id, TUESDAY) is None
    assert office.ranges() == []


def test_who_is_back_in_time_is_asked(office: Office) -> None:
    standup = office.start(at("2026-10-19T12:00"))
    office.away("2026-10-19", "2026-10-30", at("2026-10-19T12:00"))
    office.tick(NINE)
    assert office.wished("ULENA", "standup.prompt") == []
    office.do(aways.back, "T1", "ULENA", "ULENA", TEN)
    assert office.ranges() == [("2026-10-19", "2026-10-19")]
    assert office.wished("ULENA", "standup.prompt") == [f"prompt:{standup.id}:2026-10-20:ULENA"]


def test_back_without_a_range_says_so(office: Office) -> None:
    office.away("2026-11-02", "2026-11-06", TEN)
    assert office.do(aways.back, "T1", "ULENA", "ULENA", TEN) is None
    assert office.ranges() == [("2026-11-02", "2026-11-06")]
    coming = office.do(aways.coming, "T1", "ULENA", TEN)
    office.do(aways.end, "T1", coming[0].id, "ULENA", TEN)
    with pytest.raises(NotFound):
        office.do(aways.end, "T1", coming[0].id, "ULENA", TEN)
    assert office.ranges() == []


def _enter(office: Office, user_ids: tuple[str, ...], by: str) -> None:
    days = date(2026, 10, 20), date(2026, 10, 23)
    office.do(aways.enter, "T1", user_ids, *days, "ICML", by, TEN)


def _mark_sent(office: Office, channel: str) -> None:
    first = office.wishes(channel)[0]

    def work(uow: SqlUnitOfWork) -> None:
        claimed = deliveries.claim(uow, first, TEN, timedelta(0))
        assert claimed is not None
        uow.deliveries.settle(claimed, sent(TEN, channel, "1.0"), TEN)

    office.do(work)


def test_a_form_is_confirmed_by_a_message_that_follows_what_holds(office: Office) -> None:
    _enter(office, ("ULENA",), "ULENA")
    (receipt,) = office.wishes("ULENA")
    message = office.shown(receipt, TEN)
    assert message is not None
    assert message.text.startswith("You're away until Fri 23 Oct. I won't ask you")
    _mark_sent(office, "ULENA")
    office.away("2026-10-20", "2026-10-21", TEN)
    edit = office.wishes("ULENA")[-1]
    assert edit.kind is DeliveryKind.EDIT
    message = office.shown(edit, TEN)
    assert message is not None
    assert message.text.startswith("You're away until Wed 21 Oct.")
    office.do(aways.back, "T1", "ULENA", "ULENA", TEN)
    message = office.shown(edit, TEN)
    assert message is not None
    assert message.text == "You're back: I ask you again from now on."


def test_a_manager_enters_several_and_each_is_told_in_their_own_hours(office: Office) -> None:
    office.start(at("2026-10-19T12:00"), TWO)
    early = at("2026-10-20T05:00")  # 07:00 in Berlin, 14:00 in Tokyo
    days = date(2026, 10, 20), date(2026, 10, 23)
    office.do(aways.enter, "T1", ["UYUKI", "ULENA"], *days, "", "UMARCUS", early)
    (to_yuki,) = office.wishes("UYUKI")
    message = office.shown(to_yuki, early)
    assert message is not None
    assert message.text.startswith("Marcus entered that you're away until Fri 23 Oct.")
    assert office.wishes("ULENA") == []
    office.live(early, at("2026-10-20T06:00"))
    assert [d.id for d in office.wishes("ULENA")] == [
        f"away:{office.do(aways.coming, 'T1', 'ULENA', early)[0].id}"
    ]


def test_who_is_taken_back_before_they_were_told_hears_nothing(office: Office) -> None:
    office.start(at("2026-10-19T12:00"), TWO)
    early = at("2026-10-20T05:00")
    away = office.away("2026-10-20", "2026-10-23", early, by="UMARCUS")
    office.do(aways.end, "T1", away.id, "UMARCUS", early)
    office.live(early, at("2026-10-20T12:00"))
    assert office.wishes("ULENA") == []
