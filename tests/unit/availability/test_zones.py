"""Moves between zones: prompts follow at once, one a local date, and are confirmed in peace."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from sqlalchemy.orm import Session

from bot.domain.calendar import local_date
from bot.domain.delivery import DeliveryKind
from bot.domain.person import Choices
from bot.domain.working_time import WorkingTime
from bot.errors import NotFound
from bot.services import people, ticks
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.availability.conftest import Office
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN

MONDAY = at("2026-10-19T12:00")  # 14:00 in Berlin
NEW_YORK = "America/New_York"


def _says(office: Office, now: datetime, user_id: str = "ULENA") -> list[str]:
    """What our messages to somebody say if they are sent now; empty for one that isn't sent."""
    shown = [office.shown(delivery, now) for delivery in office.wishes(user_id)]
    return [message.text if message else "" for message in shown]


def _next(office: Office, user_id: str = "ULENA") -> datetime | None:
    (prompt,) = office.do(people.next_prompts, office.person(user_id))
    return prompt.occurrence.run_at if prompt.occurrence else None


def test_a_move_is_confirmed_when_its_person_is_at_work_there(office: Office) -> None:
    office.start(MONDAY)
    night = at("2026-10-20T22:00")  # midnight in Berlin, 18:00 in New York: their day is over
    office.live(MONDAY, night)
    office.move("ULENA", NEW_YORK, night)
    assert _next(office) == at("2026-10-21T13:00")
    office.live(night, at("2026-10-21T11:59"))
    assert office.wishes("ULENA") == []
    office.live(night, at("2026-10-21T12:00"))  # 08:00 there
    assert _says(office, at("2026-10-21T12:00")) == [
        "Your Slack profile says New York now. "
        "I ask you at 09:00 there from now on: next Wed 21 Oct 09:00."
    ]


def test_the_message_names_every_next_prompt_and_both_answers(office: Office) -> None:
    office.start(MONDAY)
    office.start(MONDAY, replace(PLAN, name="Weekly *x*", wall_time=time(11)))
    office.move("ULENA", NEW_YORK, at("2026-10-20T13:30"))
    office.live(MONDAY, at("2026-10-20T13:40"))
    (wish,) = office.wishes("ULENA")
    message = office.shown(wish, at("2026-10-20T13:40"))
    assert message is not None
    said = str(message.blocks)
    for part in ("I ask you by that clock.", " asks you next Wed 21 Oct 09:00", "Weekly *x*",
                 " asks you next Tue 20 Oct 11:00", "Keep Berlin", "That's right"):  # fmt: skip
        assert part in said


def test_back_before_the_message_is_no_news(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY)
    office.move("ULENA", "Europe/Berlin", MONDAY + timedelta(minutes=5))
    office.live(MONDAY, at("2026-10-23T00:00"))
    assert office.wishes("ULENA") == []
    assert len(office.wished("ULENA", "standup.prompt")) == 3


def test_two_moves_are_told_once_from_the_first_zone(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", "Asia/Tokyo", MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY + timedelta(minutes=5))
    office.live(MONDAY, at("2026-10-19T13:00"))
    (wish,) = office.wishes("ULENA")
    assert (wish.subject["before"], wish.subject["zone"]) == ("Europe/Berlin", NEW_YORK)


def test_a_zone_with_the_same_clock_is_no_news(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", "Europe/Paris", MONDAY)
    office.live(MONDAY, at("2026-10-23T00:00"))
    assert office.wishes("ULENA") == []
    assert office.person().zone == "Europe/Paris"


def test_nobody_hears_of_a_move_who_is_asked_nothing(office: Office) -> None:
    office.start(MONDAY)
    office.move("UYUKI", NEW_YORK, MONDAY)
    office.live(MONDAY, at("2026-10-23T00:00"))
    assert office.wishes("UYUKI") == []


def test_somebody_away_is_told_when_they_are_back(office: Office) -> None:
    office.start(MONDAY)
    office.away("2026-10-19", "2026-10-21", MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY)
    office.live(MONDAY, at("2026-10-22T11:59"))
    assert office.wishes("ULENA") == []
    office.live(MONDAY, at("2026-10-22T12:00"))
    assert len(office.wishes("ULENA")) == 1


def test_who_goes_away_before_they_were_told_is_told_when_they_are_back(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY)
    office.away("2026-10-19", "2026-10-21", MONDAY)
    office.live(MONDAY, at("2026-10-22T11:59"))
    assert office.wishes("ULENA") == []
    office.live(MONDAY, at("2026-10-22T12:00"))
    assert len(office.wishes("ULENA")) == 1


def test_a_choice_counts_whatever_slack_says(office: Office) -> None:
    office.start(MONDAY)
    office.do(people.choose_zone, "T1", "ULENA", "Asia/Tokyo", MONDAY)
    assert _next(office) == at("2026-10-20T00:00")
    office.move("ULENA", NEW_YORK, MONDAY)
    assert (office.person().zone, office.person().slack_zone) == ("Asia/Tokyo", NEW_YORK)
    assert _next(office) == at("2026-10-20T00:00")
    office.do(people.choose_zone, "T1", "ULENA", "", MONDAY)
    assert office.person().zone == NEW_YORK
    assert _next(office) == at("2026-10-19T13:00")
    office.live(MONDAY, at("2026-10-19T12:59"))
    assert office.wishes("ULENA") == []


def test_a_choice_before_the_message_makes_it_needless(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY)
    office.do(people.choose_zone, "T1", "ULENA", NEW_YORK, MONDAY)
    office.live(MONDAY, at("2026-10-23T00:00"))
    assert office.wishes("ULENA") == []


def test_keep_is_a_choice_and_the_message_says_so(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY)
    office.live(MONDAY, at("2026-10-19T12:59"))
    (asked,) = office.wishes("ULENA")
    now = at("2026-10-19T12:59")
    for stranger in (("T1", "UYUKI"), ("T2", "ULENA")):
        with pytest.raises(NotFound):
            office.do(people.keep_zone, *stranger, asked.id, now)
    office.do(people.keep_zone, "T1", "ULENA", asked.id, now)
    assert (office.person().zone, office.person().choices.zone) == ("Europe/Berlin",) * 2
    assert _next(office) == at("2026-10-20T07:00")
    assert _says(office, now) == ["", "You stay on Berlin time."]
    office.do(people.accept_zone, "T1", "ULENA", asked.id, now)
    assert [d.kind for d in office.wishes("ULENA")] == [DeliveryKind.POST, DeliveryKind.EDIT]


def test_the_other_answer_changes_nothing_but_the_message(office: Office) -> None:
    office.start(MONDAY)
    office.move("ULENA", NEW_YORK, MONDAY)
    now = at("2026-10-19T12:59")
    office.live(MONDAY, now)
    office.do(people.accept_zone, "T1", "ULENA", office.wishes("ULENA")[0].id, now)
    assert _says(office, now)[1] == "New York it is."
    assert office.person().choices == Choices()


def test_chosen_hours_and_days_move_the_prompt(office: Office) -> None:
    office.start(MONDAY)
    afternoon = WorkingTime(start=time(12), end=time(20))
    office.choose(MONDAY, hours=afternoon, weekdays=frozenset({3}))
    assert _next(office) == at("2026-10-21T10:00")
    office.choose(MONDAY, weekdays=frozenset({3}), hours=WorkingTime(start=time(5), end=time(9)))
    assert _next(office) == at("2026-10-21T06:00")


def test_who_comes_back_to_the_company_is_asked_again(office: Office) -> None:
    office.start(MONDAY)
    gone = replace(office.person(), deleted=True)
    office.do(people.follow_all, [gone], MONDAY)
    assert _next(office) is None
    office.live(MONDAY, at("2026-10-21T12:00"))
    office.do(people.follow_all, [replace(gone, deleted=False)], at("2026-10-21T12:00"))
    office.live(MONDAY, at("2026-10-22T12:00"))
    assert [prompt[-16:] for prompt in office.wished("ULENA", "standup.prompt")] == [
        "2026-10-22:ULENA"
    ]


def test_an_hourly_mirror_without_news_writes_nothing(office: Office) -> None:
    office.start(MONDAY)
    team = office.do(lambda uow: uow.people.all("T1"))
    slack = [replace(p, zone=p.slack_zone, choices=Choices()) for p in team]
    office.choose(MONDAY, zone="Asia/Tokyo")
    with Session(office.engines.writer) as session, session.begin():
        session.connection().exec_driver_sql("PRAGMA query_only = ON")
        people.follow_all(SqlUnitOfWork(session), slack, MONDAY)
        session.connection().exec_driver_sql("PRAGMA query_only = OFF")
    assert office.person().zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("zone", "moved_at", "asked"),
    [
        # Asked at nine in Auckland, then over the date line into the day before.
        ("Pacific/Honolulu", "2026-10-20T20:30", ["2026-10-21", "2026-10-22"]),
        # Wednesday morning has begun in Berlin when they arrive; they were asked in Auckland.
        ("Europe/Berlin", "2026-10-21T01:00", ["2026-10-21", "2026-10-22"]),
    ],
)
def test_a_date_that_had_its_turn_does_not_come_again(
    office: Office, zone: str, moved_at: str, asked: list[str]
) -> None:
    office.move("ULENA", "Pacific/Auckland", at("2026-10-20T12:00"))
    office.start(at("2026-10-20T12:00"))
    office.live(at("2026-10-20T12:00"), at("2026-10-20T20:00"))
    office.move("ULENA", zone, at(moved_at))
    upcoming = _next(office)
    assert upcoming is not None
    assert local_date(upcoming, zone) == date(2026, 10, 22)
    office.live(at(moved_at), at("2026-10-23T06:00"))
    assert [p.split(":")[2] for p in office.wished("ULENA", "standup.prompt")] == asked


def test_a_morning_that_has_gone_by_where_they_land_is_not_lost(office: Office) -> None:
    office.start(at("2026-10-20T12:00"))
    early = at("2026-10-21T06:30")  # 08:30 in Berlin, 12:00 noon in Kolkata
    office.move("ULENA", "Asia/Kolkata", early)
    office.live(early, at("2026-10-21T12:30"))
    assert [p.split(":")[2] for p in office.wished("ULENA", "standup.prompt")] == ["2026-10-21"]


def test_a_thousand_moves_never_ask_twice_in_one_date_nor_outside_the_hours(
    office: Office,
) -> None:
    chance = random.Random(20261028)
    zones = sorted(available_timezones())
    now, zone, seen = at("2026-03-01T00:00"), "Europe/Berlin", list[date]()
    standup = office.start(now)
    with Session(office.engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        person = office.person()
        for _ in range(1_000):
            now += timedelta(minutes=chance.randint(1, 300))
            for ran in ticks.tick(uow, now):
                turn = uow.turns.get(standup.id, ran.occurrence.local_date, "ULENA")
                if turn is not None and turn.asked_at == now:
                    assert person.working_time(PLAN.weekdays).contains(now, zone)
                    seen.append(turn.local_date)
            for timer_id in ticks.due_timers(uow, now):
                ticks.fire(uow, timer_id, now)
            zone = chance.choice(zones)
            people.follow_all(uow, [replace(person, zone=zone, slack_zone=zone)], now)
    assert len(seen) == len(set(seen))
    assert len(seen) >= 40
