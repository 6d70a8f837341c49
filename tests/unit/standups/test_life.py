"""Pausing, resuming, ending, joining and leaving; who comes to the channel and who leaves it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.person import Choices, Person
from bot.domain.roster import Reason
from bot.domain.schedule import Schedule
from bot.domain.standup import Standup
from bot.errors import InvalidInput, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import memberships, standup_life, standup_schedules, standups
from tests.unit.desk import TEAM, at
from tests.unit.standups.conftest import PLAN, Desk

NOW = at("2026-11-02T12:00")
TUESDAY, WEDNESDAY = at("2026-11-03T08:00"), at("2026-11-04T08:00")
TWO = replace(PLAN, participants=("ULENA", "UMARCUS"))
EVERYONE = replace(PLAN, participants=(), everyone=True)

Service = Callable[[UnitOfWork, str, str, str, datetime], Standup]


def do(desk: Desk, service: Service, standup: Standup, user: str, now: datetime = NOW) -> Standup:
    return desk.do(service, "T1", standup.id, user, now)


def kept(desk: Desk, standup: Standup) -> Standup:
    return desk.do(standups.get, "T1", standup.id)


def everyone(desk: Desk, members: list[str] | None = None) -> Standup:
    plan, present = EVERYONE, members or list(TEAM)
    return desk.do(standups.create, "T1", "C1", plan, "ULENA", NOW, present)


def active(desk: Desk) -> set[str]:
    return {schedule.user_id for schedule in desk.do(lambda uow: uow.schedules.active())}


def become(desk: Desk, user_id: str, **traits: Any) -> None:
    person = desk.do(lambda uow: uow.people.several("T1", [user_id]))[user_id]
    desk.do(lambda uow: uow.people.save([replace(person, **traits)]))


def test_while_it_is_paused_nobody_is_asked_and_nothing_is_made_up_for(desk: Desk) -> None:
    standup = desk.start(NOW)
    assert do(desk, standup_life.pause, standup, "ULENA").paused
    assert desk.asked(TUESDAY) == []
    assert not do(desk, standup_life.resume, standup, "ULENA", TUESDAY).paused
    assert desk.asked(TUESDAY + timedelta(hours=2)) == []
    assert desk.asked(WEDNESDAY) == [("ULENA", date(2026, 11, 4))]


def test_pausing_twice_says_so(desk: Desk) -> None:
    standup = desk.start(NOW)
    do(desk, standup_life.pause, standup, "ULENA")
    with pytest.raises(InvalidInput, match="paused already"):
        do(desk, standup_life.pause, standup, "ULENA")
    do(desk, standup_life.resume, standup, "ULENA")
    with pytest.raises(InvalidInput, match="running already"):
        do(desk, standup_life.resume, standup, "ULENA")


def test_changing_a_paused_one_keeps_it_paused(desk: Desk) -> None:
    standup = desk.start(NOW)
    paused = do(desk, standup_life.pause, standup, "ULENA")
    desk.do(
        standups.change, "T1", standup.id, TWO, seen_version=paused.version, author="ULENA", now=NOW
    )
    assert kept(desk, standup).paused
    assert active(desk) == set()


@pytest.mark.parametrize("service", [standup_life.pause, standup_life.resume, standup_life.delete])
def test_only_managers_pause_resume_and_delete(desk: Desk, service: Service) -> None:
    standup = desk.start(NOW, TWO)
    with pytest.raises(NotPermitted):
        do(desk, service, standup, "UMARCUS")
    with pytest.raises(NotFound):
        desk.do(service, "T2", standup.id, "ULENA", NOW)
    assert kept(desk, standup) == standup


def test_a_deleted_one_is_gone_for_everybody_and_what_was_reported_stays(desk: Desk) -> None:
    standup = desk.start(NOW)
    desk.tick(TUESDAY)
    report = desk.report(standup, date(2026, 11, 3), TUESDAY)
    do(desk, standup_life.delete, standup, "ULENA", TUESDAY)
    with pytest.raises(NotFound):
        kept(desk, standup)
    assert desk.asked(WEDNESDAY) == []
    assert active(desk) == set()
    assert desk.do(lambda uow: uow.standups.reports(standup.id, date(2026, 11, 3))) == [report]


def test_people_take_themselves_out_and_in(desk: Desk) -> None:
    standup = desk.start(NOW, replace(TWO, optional=("UMARCUS",)))
    left = do(desk, standup_life.leave, standup, "UMARCUS")
    assert (left.plan.participants, left.plan.optional) == (("ULENA",), ())
    assert active(desk) == {"ULENA"}
    with pytest.raises(InvalidInput, match="nothing to leave"):
        do(desk, standup_life.leave, standup, "UMARCUS")
    do(desk, standup_life.join, standup, "UMARCUS")
    assert active(desk) == {"ULENA", "UMARCUS"}
    with pytest.raises(InvalidInput, match="asks you already"):
        do(desk, standup_life.join, standup, "UMARCUS")


def test_an_observer_who_joins_is_asked(desk: Desk) -> None:
    standup = desk.start(NOW, replace(PLAN, observers=("UYUKI",)))
    joined = do(desk, standup_life.join, standup, "UYUKI")
    assert (joined.plan.participants, joined.plan.observers) == (("ULENA", "UYUKI"), ())


def test_guests_do_not_join(desk: Desk) -> None:
    standup = desk.start(NOW)
    become(desk, "UYUKI", is_guest=True)
    with pytest.raises(NotPermitted):
        do(desk, standup_life.join, standup, "UYUKI")
    with pytest.raises(NotFound):
        do(desk, standup_life.join, standup, "UNOBODY")
    assert kept(desk, standup) == standup


def test_leaving_where_everyone_is_asked_lasts_until_one_joins_again(desk: Desk) -> None:
    standup = everyone(desk)
    do(desk, standup_life.leave, standup, "UMARCUS")
    desk.do(memberships.reconcile, "T1", "C1", list(TEAM), NOW)
    assert "UMARCUS" not in kept(desk, standup).plan.participants
    [idle] = desk.do(standups.idle, kept(desk, standup))
    assert (idle.name, idle.reason) == ("Marcus", Reason.OPTED_OUT)
    do(desk, standup_life.join, standup, "UMARCUS")
    assert set(kept(desk, standup).plan.participants) == set(TEAM)
    assert desk.do(standups.idle, kept(desk, standup)) == []


def test_a_form_that_was_open_while_somebody_left_does_not_bring_them_back(desk: Desk) -> None:
    standup = desk.start(NOW, TWO)
    do(desk, standup_life.leave, standup, "UMARCUS")
    with pytest.raises(Exception, match="Marcus changed this stand-up"):
        desk.do(standups.change, "T1", standup.id, TWO, seen_version=1, author="ULENA", now=NOW)


def test_a_copy_is_its_starters_and_has_another_name(desk: Desk) -> None:
    standup = desk.start(NOW, TWO)
    copied = desk.do(standup_life.copy_of, "T1", standup.id, "UMARCUS").plan
    assert (copied.name, copied.managers) == ("Copy of Churn daily", ("UMARCUS",))
    assert copied.participants == TWO.participants
    with pytest.raises(NotPermitted):
        desk.do(standup_life.copy_of, "T1", standup.id, "UYUKI")


def test_where_everyone_is_asked_the_participants_follow_the_channel(desk: Desk) -> None:
    standup = everyone(desk, ["ULENA", "UMARCUS"])
    desk.do(memberships.joined, "T1", "C1", "UYUKI", NOW)
    assert kept(desk, standup).plan.participants == ("ULENA", "UMARCUS", "UYUKI")
    desk.do(memberships.left, "T1", "C1", "UMARCUS", NOW)
    assert kept(desk, standup).plan.participants == ("ULENA", "UYUKI")
    assert active(desk) == {"ULENA", "UYUKI"}
    desk.do(memberships.joined, "T1", "C2", "UBEATRIZ", NOW)
    assert active(desk) == {"ULENA", "UYUKI"}
    # An open form isn't disturbed by who comes and goes.
    assert kept(desk, standup).version == standup.version


def test_a_guest_who_comes_to_the_channel_is_listed_and_asked_once_they_may_be(desk: Desk) -> None:
    standup = everyone(desk, ["ULENA"])
    become(desk, "UMARCUS", is_guest=True)
    desk.do(memberships.joined, "T1", "C1", "UMARCUS", NOW)
    assert kept(desk, standup).resting == ("UMARCUS",)
    assert told(desk, "ULENA") == []
    become(desk, "UMARCUS", is_guest=False)
    desk.do(memberships.reconcile, "T1", "C1", ["ULENA", "UMARCUS"], NOW)
    assert active(desk) == {"ULENA", "UMARCUS"}


def told(desk: Desk, manager: str) -> list[str]:
    return desk.wished(manager, memberships.CARD)


def test_who_was_picked_and_leaves_rests_and_the_managers_hear_it_in_their_hours(
    desk: Desk,
) -> None:
    plan = replace(TWO, managers=("ULENA", "UYUKI"))
    standup = desk.start(NOW, plan)
    desk.do(memberships.left, "T1", "C1", "UMARCUS", NOW)
    assert (kept(desk, standup).plan.participants, kept(desk, standup).resting) == (
        ("ULENA",),
        ("UMARCUS",),
    )
    assert active(desk) == {"ULENA"}
    desk.tick(NOW)
    assert (len(told(desk, "ULENA")), told(desk, "UYUKI")) == (1, [])  # 21:00 in Tokyo
    desk.tick(at("2026-11-02T22:59"))
    assert told(desk, "UYUKI") == []
    desk.tick(at("2026-11-02T23:00"))
    assert len(told(desk, "UYUKI")) == 1
    desk.tick(TUESDAY + timedelta(days=5))
    assert (len(told(desk, "ULENA")), len(told(desk, "UYUKI"))) == (1, 1)


def test_who_comes_back_is_asked_again_and_nobody_is_told_that_they_had_left(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T22:00"), TWO)  # 23:00 in Berlin
    desk.do(memberships.left, "T1", "C1", "UMARCUS", at("2026-11-02T22:10"))
    desk.do(memberships.joined, "T1", "C1", "UMARCUS", at("2026-11-02T22:20"))
    assert (kept(desk, standup).plan.participants, kept(desk, standup).resting) == (
        ("ULENA", "UMARCUS"),
        (),
    )
    assert active(desk) == {"ULENA", "UMARCUS"}
    desk.tick(TUESDAY)
    assert told(desk, "ULENA") == []


def test_who_leaves_a_second_time_is_told_of_a_second_time(desk: Desk) -> None:
    desk.start(NOW, TWO)
    for hour in range(2):
        now = NOW + timedelta(hours=hour)
        desk.do(memberships.left, "T1", "C1", "UMARCUS", now)
        desk.tick(now)
        desk.do(memberships.joined, "T1", "C1", "UMARCUS", now)
    assert len(told(desk, "ULENA")) == 2


def test_what_events_missed_is_found_by_the_hour(desk: Desk) -> None:
    picked, all_of_them = desk.start(NOW, TWO), everyone(desk)
    become(desk, "UBEATRIZ", deleted=True)
    desk.do(memberships.reconcile, "T1", "C1", ["ULENA", "UYUKI", "UBEATRIZ"], NOW)
    assert kept(desk, picked).resting == ("UMARCUS",)
    assert kept(desk, all_of_them).plan.participants == ("ULENA", "UYUKI")
    before = (
        kept(desk, picked),
        kept(desk, all_of_them),
        desk.do(lambda uow: uow.deliveries.counts()),
    )
    desk.do(memberships.reconcile, "T1", "C1", ["UYUKI", "UBEATRIZ", "ULENA"], NOW)
    assert before == (
        kept(desk, picked),
        kept(desk, all_of_them),
        desk.do(lambda uow: uow.deliveries.counts()),
    )


def schedule(desk: Desk, user_id: str = "ULENA") -> Schedule:
    [found] = [s for s in desk.do(lambda uow: uow.schedules.active()) if s.user_id == user_id]
    return found


def change(desk: Desk, standup: Standup, now: datetime, **changes: Any) -> None:
    current = kept(desk, standup)
    desk.do(
        standups.change, "T1", standup.id, replace(current.plan, **changes),
        seen_version=current.version, author="ULENA", now=now,
    )  # fmt: skip


def test_an_hour_that_moves_to_one_that_has_passed_keeps_todays_as_announced(desk: Desk) -> None:
    standup = desk.start(NOW + timedelta(hours=3), replace(PLAN, wall_time=time(15)))
    noon = at("2026-11-03T11:00")  # 12:00 in Berlin
    change(desk, standup, noon, wall_time=time(9))
    assert desk.asked(noon) == []
    assert desk.asked(at("2026-11-03T14:00")) == [("ULENA", date(2026, 11, 3))]
    assert schedule(desk).next_run_at == WEDNESDAY


def test_a_move_east_past_todays_hour_asks_at_once_in_working_hours(desk: Desk) -> None:
    desk.start(NOW, replace(PLAN, participants=("UMARCUS",)))
    assert desk.asked(at("2026-11-02T14:00")) == [("UMARCUS", date(2026, 11, 2))]
    desk.move("UMARCUS", "Asia/Tokyo", at("2026-11-03T01:00"))  # 10:00 on Tuesday there
    assert desk.asked(at("2026-11-03T01:00:05")) == [("UMARCUS", date(2026, 11, 3))]
    assert schedule(desk, "UMARCUS").next_run_at == at("2026-11-04T00:00")


def test_a_move_east_past_the_working_day_waits_for_tomorrow(desk: Desk) -> None:
    desk.start(NOW, replace(PLAN, participants=("UMARCUS",)))
    assert desk.asked(at("2026-11-02T14:00")) == [("UMARCUS", date(2026, 11, 2))]
    desk.move("UMARCUS", "Asia/Tokyo", at("2026-11-03T10:00"))  # 19:00 on Tuesday there
    assert schedule(desk, "UMARCUS").next_run_at == at("2026-11-04T00:00")


def test_a_week_without_a_common_day_rests_and_comes_back(desk: Desk) -> None:
    desk.start(NOW, replace(PLAN, weekdays=frozenset({1, 2})))

    def choose(weekdays: frozenset[int]) -> Person:
        desk.do(lambda uow: uow.people.choose("T1", "ULENA", Choices(weekdays=weekdays)))
        return desk.do(lambda uow: uow.people.several("T1", ["ULENA"]))["ULENA"]

    [standup] = desk.do(lambda uow: uow.standups.all("T1"))
    desk.do(standup_schedules.save, standup, choose(frozenset({6})), NOW)
    assert active(desk) == set()
    desk.do(standup_schedules.save, standup, choose(frozenset({2, 6})), NOW)
    assert schedule(desk).next_date == date(2026, 11, 3)
