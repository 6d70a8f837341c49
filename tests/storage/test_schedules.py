"""Schedules and their dates on both databases; two nodes that tick at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from bot.domain.calendar import Occurrence
from bot.domain.person import Person
from bot.domain.schedule import Outcome, Ran, Schedule, ScheduleKind
from bot.domain.standup import StandupPlan
from bot.services import standups, ticks
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
SCHEDULE = Schedule(
    id="s:U1",
    workspace="T1",
    kind=ScheduleKind.STANDUP_PROMPT,
    subject="s",
    user_id="U1",
    zone="Asia/Kolkata",
    wall_time=time(14, 30),
    weekdays=frozenset({1, 5}),
    next_run_at=NOW,
    next_date=MONDAY,
)


def save(engines: Engines, *schedules: Schedule) -> None:
    with Session(engines.writer) as session, session.begin():
        for schedule in schedules:
            SqlUnitOfWork(session).schedules.save(schedule)


def record(engines: Engines, outcome: Outcome = Outcome.RAN, day: date = MONDAY) -> bool:
    with Session(engines.writer) as session, session.begin():
        occurrence = Occurrence(run_at=NOW, local_date=day)
        ran = Ran(schedule=SCHEDULE, occurrence=occurrence, outcome=outcome)
        return SqlUnitOfWork(session).schedules.record([ran]) == {(SCHEDULE.id, day)}


def test_a_schedule_comes_back_as_it_was_and_is_replaced(engines: Engines) -> None:
    save(engines, SCHEDULE)
    changed = replace(SCHEDULE, wall_time=time(9), active=False)
    with Session(engines.reader) as session:
        assert SqlUnitOfWork(session).schedules.get("s:U1") == SCHEDULE
    save(engines, changed)
    with Session(engines.reader) as session:
        schedules = SqlUnitOfWork(session).schedules
        assert schedules.get("s:U1") == changed
        assert schedules.active() == []
        assert schedules.of("T1", ScheduleKind.STANDUP_PROMPT, "s") == [changed]
        assert schedules.of("T2", ScheduleKind.STANDUP_PROMPT, "s") == []


def test_due_means_active_and_at_or_before_now_earliest_first(engines: Engines) -> None:
    early = replace(SCHEDULE, id="early", next_run_at=NOW - timedelta(hours=1))
    save(
        engines, SCHEDULE, early,
        replace(SCHEDULE, id="later", next_run_at=NOW + timedelta(seconds=1)),
        replace(SCHEDULE, id="rests", active=False),
    )  # fmt: skip
    with Session(engines.writer) as session:
        schedules = SqlUnitOfWork(session).schedules
        assert schedules.due(NOW, 10) == [early, SCHEDULE]
        assert schedules.due(NOW, 1) == [early]


def test_each_local_date_is_recorded_once_however_many_try(engines: Engines) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: record(engines), range(8))) == 1
    assert not record(engines, Outcome.SKIPPED)
    assert record(engines, Outcome.SKIPPED, MONDAY + timedelta(days=1))


def test_nodes_that_tick_at_once_ask_everybody_once(
    engines: Engines, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "BATCH", 7)
    people = [Person(workspace="T1", user_id=f"U{n}", name=f"P{n}") for n in range(40)]
    plan = StandupPlan(
        name="Daily", questions=("What?",), blocker_question="", wall_time=time(9),
        weekdays=frozenset({1}), participants=tuple(p.user_id for p in people),
    )  # fmt: skip
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.people.save(people)
        standup = standups.create(uow, "T1", "C1", plan, "U0", NOW - timedelta(hours=1))
    nodes = [open_engines(database_url) for _ in range(3)]
    together = Barrier(3)

    def node(own: Engines) -> list[str]:
        together.wait(5)
        asked: list[str] = []
        while True:
            with Session(own.writer) as session, session.begin():
                ran = ticks.tick(SqlUnitOfWork(session), NOW)
            if not ran:
                return asked
            asked += [r.schedule.user_id for r in ran if r.outcome is Outcome.RAN]

    with ThreadPoolExecutor(3) as pool:
        asked = [user for users in pool.map(node, nodes) for user in users]
    for own in nodes:
        own.dispose()
    assert sorted(asked) == sorted(plan.participants)
    with Session(engines.reader) as session:
        uow = SqlUnitOfWork(session)
        assert [t.asked_at for t in uow.turns.of_day(standup.id, MONDAY)] == [NOW] * 40
        assert uow.deliveries.counts() == {"pending": 41}
