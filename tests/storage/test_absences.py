"""Absences and holidays on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.absence import Away
from bot.domain.calendar import Occurrence
from bot.domain.person import Choices, Person
from bot.domain.schedule import Outcome, Ran, Schedule, ScheduleKind
from bot.services import aways
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

AWAY = Away(
    id="a1",
    workspace="T1",
    user_id="U1",
    first=date(2026, 10, 26),
    last=date(2026, 10, 30),
    set_by="U2",
    note="Conference „ü“",
)
EASTER = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}


def test_a_range_covers_its_first_and_its_last_day_in_its_workspace(run: Any) -> None:
    run(lambda uow: uow.absences.add(AWAY))
    run(lambda uow: uow.absences.add(replace(AWAY, id="a2", workspace="T2", user_id="U9")))

    def on(day: date, workspace: str = "T1") -> Any:
        return run(lambda uow: uow.absences.away_on(workspace, ["U1", "U9"], day))

    assert on(AWAY.first) == on(AWAY.last) == {"U1": AWAY}
    assert on(date(2026, 10, 25)) == on(date(2026, 10, 31)) == {}
    assert list(on(AWAY.first, "T2")) == ["U9"]
    assert run(lambda uow: uow.absences.away_on("T1", [], AWAY.first)) == {}
    assert run(lambda uow: uow.absences.get("T2", "a1")) is None


def test_ranges_of_a_person_come_earliest_first_without_those_that_are_over(run: Any) -> None:
    later = replace(AWAY, id="a0", first=date(2026, 12, 24), last=date(2026, 12, 31))
    run(lambda uow: [uow.absences.add(each) for each in (later, AWAY)])
    assert run(lambda uow: uow.absences.away_of("T1", "U1", AWAY.last)) == [AWAY, later]
    assert run(lambda uow: uow.absences.away_of("T1", "U1", date(2026, 10, 31))) == [later]
    assert run(lambda uow: uow.absences.away_of("T2", "U1", AWAY.last)) == []


def test_the_ranges_of_several_are_read_together(run: Any) -> None:
    for each, user_id in (("1", "U1"), ("2", "U2"), ("3", "U1"), ("4", "U4")):
        first = date(2026, 11, 1 + int(each))
        run(
            lambda uow, i=each, u=user_id, d=first: uow.absences.add(
                Away(id=i, workspace="T1", user_id=u, first=d, last=d, set_by=u)
            )
        )
    found = run(lambda uow: uow.absences.away_from("T1", ["U1", "U2", "U3"], date(2026, 11, 2)))
    assert {user: [away.id for away in each] for user, each in found.items()} == {
        "U1": ["1", "3"],
        "U2": ["2"],
    }
    assert run(lambda uow: uow.absences.away_from("T2", ["U1"], date(2026, 11, 2))) == {}
    later = run(lambda uow: uow.absences.away_from("T1", ["U1"], date(2026, 11, 3)))
    assert [away.id for away in later["U1"]] == ["3"]


def test_a_range_is_replaced_and_removed_in_its_own_workspace_only(run: Any) -> None:
    shorter = replace(AWAY, last=date(2026, 10, 27))
    run(lambda uow: uow.absences.add(AWAY))
    run(lambda uow: uow.absences.replace(shorter))
    run(lambda uow: uow.absences.remove("T2", "a1"))
    assert run(lambda uow: uow.absences.get("T1", "a1")) == shorter
    run(lambda uow: uow.absences.remove("T1", "a1"))
    assert run(lambda uow: uow.absences.get("T1", "a1")) is None


def test_a_years_holidays_are_replaced_and_other_years_and_places_stay(run: Any) -> None:
    first, last = date(2026, 1, 1), date(2027, 12, 31)
    run(lambda uow: uow.absences.save_holidays("DE", "BY", 2026, EASTER))
    run(lambda uow: uow.absences.save_holidays("DE", "", 2026, EASTER))
    run(lambda uow: uow.absences.save_holidays("DE", "BY", 2027, {date(2027, 1, 6): "Epiphany"}))
    run(lambda uow: uow.absences.save_holidays("DE", "BY", 2026, {date(2026, 4, 6): "Monday"}))
    assert run(lambda uow: uow.absences.holidays("DE", "BY", first, last)) == {
        date(2026, 4, 6): "Monday",
        date(2027, 1, 6): "Epiphany",
    }
    assert run(lambda uow: uow.absences.holidays("DE", "", first, last)) == EASTER
    run(lambda uow: uow.absences.save_holidays("DE", "BY", 2026, {}))
    assert len(run(lambda uow: uow.absences.holidays("DE", "BY", first, last))) == 1


def test_the_places_that_somebody_chose_are_listed_once(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        people = SqlUnitOfWork(session).people
        for user_id, country, region in (
            ("U1", "DE", "BY"),
            ("U2", "DE", "BY"),
            ("U3", "JP", ""),
            ("U4", "", ""),
        ):
            people.choose("T1", user_id, Choices(country=country, region=region))
    with Session(engines.reader) as session:
        absences = SqlUnitOfWork(session).absences
        assert absences.chosen_regions("T1") == [("DE", "BY"), ("JP", "")]
        assert absences.chosen_regions("T2") == []


def test_a_date_that_was_recorded_had_its_turn(run: Any) -> None:
    day, at = date(2026, 10, 26), datetime(2026, 10, 26, 8, tzinfo=UTC)
    schedule = Schedule(
        id="s1",
        workspace="T1",
        kind=ScheduleKind.STANDUP_PROMPT,
        subject="x",
        zone="UTC",
        wall_time=time(8),
        weekdays=frozenset({1}),
        next_run_at=at,
        next_date=day,
    )
    assert not run(lambda uow: uow.schedules.had_turn("s1", day))
    at_that_date = Occurrence(local_date=day, run_at=at)
    skipped = Ran(
        schedule=schedule, occurrence=at_that_date, outcome=Outcome.SKIPPED, reason="late"
    )
    run(lambda uow: uow.schedules.record([skipped]))
    assert run(lambda uow: uow.schedules.had_turn("s1", day))
    assert not run(lambda uow: uow.schedules.had_turn("s1", date(2026, 10, 27)))
    assert not run(lambda uow: uow.schedules.had_turn("s2", day))


def test_two_that_enter_a_range_at_once_leave_one(engines: Engines) -> None:
    ana = Person(workspace="T1", user_id="U1", name="Ana", zone="UTC")
    now = datetime(2026, 10, 20, 9, tzinfo=UTC)
    with Session(engines.writer) as session, session.begin():
        SqlUnitOfWork(session).people.save([ana])

    def enter(n: int) -> None:
        days = date(2026, 11, 1 + n), date(2026, 11, 3 + n)
        with Session(engines.writer) as session, session.begin():
            aways.set_away(SqlUnitOfWork(session), "T1", "U1", *days, "", "U1", now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(enter, range(16)))
    with Session(engines.reader) as session:
        (kept,) = SqlUnitOfWork(session).absences.away_of("T1", "U1", now.date())
    assert (kept.first, kept.last) == (date(2026, 11, 1), date(2026, 11, 18))


def test_two_that_mirror_the_same_holidays_at_once_both_succeed(engines: Engines) -> None:
    def mirror(_n: int) -> None:
        with Session(engines.writer) as session, session.begin():
            SqlUnitOfWork(session).absences.save_holidays("DE", "BY", 2026, EASTER)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(mirror, range(12)))
    with Session(engines.reader) as session:
        absences = SqlUnitOfWork(session).absences
        assert absences.holidays("DE", "BY", date(2026, 1, 1), date(2026, 12, 31)) == EASTER
