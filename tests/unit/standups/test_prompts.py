"""Who is asked when: each local date at most once, at 09:00 on the wall."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.domain.calendar import local_date
from bot.domain.schedule import Outcome
from bot.domain.standup import Standup, StandupPlan, schedule_id
from bot.services import people, reports, standups, ticks
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.desk import TEAM, at
from tests.unit.standups.conftest import PLAN, Desk

EVERYBODY = replace(PLAN, participants=tuple(TEAM))
DAY = timedelta(days=1)


def save(desk: Desk, standup: Standup, plan: StandupPlan, now: datetime) -> Standup:
    """Change the plan."""
    return desk.do(
        standups.change, "T1", standup.id, plan,
        seen_version=standup.version, author="ULENA", now=now,
    )  # fmt: skip


@pytest.mark.parametrize("around", ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"])
def test_around_clock_changes_each_person_once_a_local_date_at_nine(
    desk: Desk, around: str
) -> None:
    start = at(around) - 4 * DAY
    desk.start(start - DAY, EVERYBODY)
    found = desk.do(ticks.upcoming, start, start + 8 * DAY)
    asked = Counter((r.schedule.user_id, r.occurrence.local_date) for r in found)
    assert set(asked.values()) == {1}
    for user_id, (_, zone) in TEAM.items():
        own = [r.occurrence for r in found if r.schedule.user_id == user_id]
        assert {o.run_at.astimezone(ZoneInfo(zone)).time() for o in own} == {time(9)}
        first = own[0].local_date
        assert [o.local_date for o in own] == [first + n * DAY for n in range(8)]
    assert [r.occurrence.run_at for r in found] == sorted(r.occurrence.run_at for r in found)


def test_living_through_a_clock_change_is_what_upcoming_said(desk: Desk) -> None:
    start = at("2026-10-22T12:00")
    desk.start(start, EVERYBODY)
    end = start + 7 * DAY
    said = {
        (r.schedule.user_id, r.occurrence.local_date) for r in desk.do(ticks.upcoming, start, end)
    }
    lived, now = [], start
    while now < end:
        now += timedelta(minutes=30)
        lived += desk.asked(now)
    assert Counter(lived) == Counter(said)


def test_after_an_outage_only_the_latest_runs_the_others_are_kept_as_skipped(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T12:00"))
    ran = desk.tick(at("2026-11-06T09:30"))
    assert [(r.occurrence.local_date.day, r.outcome) for r in ran] == [
        (3, Outcome.SKIPPED), (4, Outcome.SKIPPED), (5, Outcome.SKIPPED), (6, Outcome.RAN),
    ]  # fmt: skip
    assert all(r.reason for r in ran[:3])
    assert desk.prompts() == [f"prompt:{standup.id}:2026-11-06:ULENA"]


@pytest.mark.parametrize(("hours", "outcome"), [(4, Outcome.RAN), (4.1, Outcome.SKIPPED)])
def test_a_prompt_that_is_hours_late_is_skipped_with_a_reason(
    desk: Desk, hours: float, outcome: Outcome
) -> None:
    desk.start(at("2026-11-02T12:00"))
    (ran,) = desk.tick(at("2026-11-03T08:00") + timedelta(hours=hours))
    assert ran.outcome is outcome
    assert bool(ran.reason) == (outcome is Outcome.SKIPPED)
    assert len(desk.prompts()) == (outcome is Outcome.RAN)


def test_a_dry_run_says_what_a_tick_then_does_and_a_second_tick_does_nothing(desk: Desk) -> None:
    desk.start(at("2026-11-02T12:00"), EVERYBODY)
    now = at("2026-11-04T09:30")
    said = desk.do(ticks.due, now)
    key = [(r.schedule.id, r.occurrence, r.outcome, r.reason) for r in said]
    assert len(key) > 5
    ran = desk.tick(now)
    assert [(r.schedule.id, r.occurrence, r.outcome, r.reason) for r in ran] == key
    before = desk.prompts()
    assert desk.tick(now) == []
    assert desk.do(ticks.due, now) == []
    assert desk.prompts() == before


def test_more_than_a_batch_is_ticked_to_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "BATCH", 2)
    desk.start(at("2026-11-02T12:00"), replace(EVERYBODY, weekdays=frozenset({2})))
    desk.asked(at("2026-11-03T23:00"))
    # Everybody's row is set back, as after a restored backup: the first batches hold nothing new.
    for user_id in TEAM:
        _set_back(desk, user_id, at("2026-11-03T12:00"))
    _set_back(desk, "UBEATRIZ", at("2026-11-04T12:00"), day=date(2026, 11, 4))
    asked = desk.asked(at("2026-11-04T12:30"))
    assert ("UBEATRIZ", date(2026, 11, 4)) in asked


def _set_back(desk: Desk, user_id: str, run_at: datetime, day: date = date(2026, 11, 3)) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        (schedule,) = [s for s in uow.schedules.active() if s.user_id == user_id]
        uow.schedules.save(replace(schedule, next_run_at=run_at, next_date=day))

    desk.do(work)


def test_moving_the_hour_after_todays_prompt_does_not_ask_twice(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T12:00"))
    assert desk.asked(at("2026-11-03T08:00")) == [("ULENA", date(2026, 11, 3))]
    save(desk, standup, replace(PLAN, wall_time=time(15)), at("2026-11-03T08:30"))
    assert desk.asked(at("2026-11-03T14:00")) == []
    assert desk.asked(at("2026-11-04T14:00")) == [("ULENA", date(2026, 11, 4))]


def test_moving_the_hour_before_the_prompt_moves_it(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T12:00"))
    save(desk, standup, replace(PLAN, wall_time=time(15)), at("2026-11-03T07:30"))
    assert desk.asked(at("2026-11-03T08:00")) == []
    assert desk.asked(at("2026-11-03T14:00")) == [("ULENA", date(2026, 11, 3))]


def test_a_change_just_after_the_minute_does_not_lose_the_prompt_that_is_due(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T12:00"))
    save(desk, standup, replace(PLAN, name="Renamed"), at("2026-11-03T08:00:02"))
    assert desk.asked(at("2026-11-03T08:00:05")) == [("ULENA", date(2026, 11, 3))]


def test_a_person_who_joins_again_is_not_asked_for_what_went_by(desk: Desk) -> None:
    two = replace(PLAN, participants=("ULENA", "UYUKI"))
    standup = desk.start(at("2026-11-02T12:00"), two)
    standup = save(desk, standup, PLAN, at("2026-11-02T13:00"))
    assert desk.asked(at("2026-11-03T00:00")) == []
    save(desk, standup, two, at("2026-11-03T00:30"))
    assert desk.asked(at("2026-11-03T00:31")) == []
    assert desk.asked(at("2026-11-04T00:00")) == [("UYUKI", date(2026, 11, 4))]


def test_random_moves_of_a_person_never_ask_twice_in_one_local_date(desk: Desk) -> None:
    chance = random.Random(20261122)
    zones = sorted(available_timezones())
    now, zone, seen = at("2026-03-01T00:00"), TEAM["ULENA"][1], list[date]()
    desk.start(now)
    for _ in range(300):
        now += timedelta(minutes=chance.randint(1, 300))
        for user_id, day in desk.asked(now):
            assert user_id == "ULENA"
            seen.append(day)
            assert abs((local_date(now, zone) - day).days) <= 1
        zone = chance.choice(zones)
        desk.move("ULENA", zone, now)
    assert len(seen) == len(set(seen))
    assert len(seen) >= 15


def test_a_move_west_after_the_prompt_is_not_another_morning(desk: Desk) -> None:
    desk.start(at("2026-11-02T12:00"), replace(PLAN, participants=("UYUKI",)))
    assert desk.asked(at("2026-11-03T00:00")) == [("UYUKI", date(2026, 11, 3))]
    desk.move("UYUKI", "America/New_York", at("2026-11-03T01:00"))
    assert desk.asked(at("2026-11-03T14:00")) == []
    assert desk.asked(at("2026-11-04T14:00")) == [("UYUKI", date(2026, 11, 4))]


def test_a_stand_up_that_ended_is_quiet(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T12:00"))
    ended = replace(standup, active=False, version=2)
    assert desk.do(lambda uow: uow.standups.change(ended, from_version=1))
    desk.tick(at("2026-11-03T08:00"))
    assert desk.prompts() == []


def test_who_has_reported_or_skips_is_not_asked(desk: Desk) -> None:
    two = replace(PLAN, participants=("ULENA", "UYUKI"))
    standup = desk.start(at("2026-11-02T12:00"), two)
    tuesday = date(2026, 11, 3)
    desk.report(standup, tuesday, at("2026-11-02T23:00"), user="UYUKI")
    desk.do(reports.skip, "T1", "ULENA", standup.id, tuesday, at("2026-11-02T23:00"))
    desk.tick(at("2026-11-03T08:00"))
    assert desk.prompts() == []


def test_a_zone_that_this_machine_does_not_know_stops_nobody(desk: Desk) -> None:
    desk.start(at("2026-11-02T12:00"), replace(PLAN, participants=("ULENA", "UYUKI")))
    desk.move("UYUKI", "Moon/Base", at("2026-11-02T13:00"))
    asked = desk.asked(at("2026-11-03T09:30"))
    assert sorted(asked) == [("ULENA", date(2026, 11, 3)), ("UYUKI", date(2026, 11, 3))]


def test_a_schedule_row_with_an_unknown_zone_stops_nobody(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T12:00"), replace(PLAN, participants=("ULENA", "UYUKI")))

    def spoil(uow: SqlUnitOfWork) -> None:
        schedule = uow.schedules.get(schedule_id(standup.id, "UYUKI"))
        assert schedule is not None
        uow.schedules.save(replace(schedule, zone="Moon/Base"))

    desk.do(spoil)
    assert ("ULENA", date(2026, 11, 3)) in desk.asked(at("2026-11-03T08:00"))
    assert desk.do(ticks.upcoming, at("2026-11-03T08:00"), at("2026-11-05T08:00"))


def test_a_colleague_who_left_is_not_asked_any_more(desk: Desk) -> None:
    desk.start(at("2026-11-02T12:00"), replace(PLAN, participants=("ULENA", "UYUKI")))
    gone = desk.do(lambda uow: uow.people.get("T1", "UYUKI"))
    assert gone is not None
    desk.do(people.follow_all, [replace(gone, deleted=True)], at("2026-11-02T13:00"))
    assert desk.asked(at("2026-11-03T00:00")) == []
    desk.do(people.follow_all, [gone], at("2026-11-03T09:00"))
    assert desk.asked(at("2026-11-04T00:00")) == [("UYUKI", date(2026, 11, 4))]
