"""Who takes part in a stand-up, kept on both databases, and people who act at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time
from threading import Barrier

from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import PostMode, Standup, StandupPlan
from bot.services import memberships, standup_life, standups
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CROWD = tuple(f"U{n}" for n in range(10))
PLAN = StandupPlan(
    name="Daily",
    questions=("Was?",),
    blocker_question="",
    wall_time=time(9),
    weekdays=EVERY_DAY,
    participants=("UM",),
)


def person(user_id: str) -> Person:
    return Person(workspace="T1", user_id=user_id, name=user_id)


def at_once(engines: Engines, works: list[Callable[[SqlUnitOfWork], object]]) -> None:
    """Run each in its own transaction, all begun together; raises what any of them raises."""
    together = Barrier(len(works))

    def run(work: Callable[[SqlUnitOfWork], object]) -> None:
        together.wait(10)
        with Session(engines.writer) as session, session.begin():
            work(SqlUnitOfWork(session))

    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(run, work) for work in works]:
            future.result()


def start(engines: Engines, plan: StandupPlan = PLAN) -> Standup:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.people.save([person(user_id) for user_id in ("UM", *CROWD)])
        return standups.create(uow, "T1", "C1", plan, "UM", NOW)


def kept(engines: Engines, standup: Standup) -> tuple[Standup, set[str]]:
    with Session(engines.reader) as session:
        uow = SqlUnitOfWork(session)
        active = {schedule.user_id for schedule in uow.schedules.active()}
        return standups.get(uow, "T1", standup.id), active


def test_everything_of_a_stand_up_comes_back(engines: Engines) -> None:
    plan = replace(
        PLAN,
        optional=("UM",),
        observers=("U1",),
        managers=("UM", "U2"),
        everyone=True,
        excluded=("U3",),
        post_mode=PostMode.AT_ONCE,
        projects=("CHURN",),
        days_off=(date(2026, 12, 24),),
        mood=True,
        call_weekday=3,
    )
    full = Standup(
        id="s1",
        workspace="T1",
        channel="C1",
        plan=plan,
        created_by="UM",
        paused=True,
        resting=("U4", "U5"),
        changed_by="U2",
        changed_at=NOW,
    )
    with Session(engines.writer) as session, session.begin():
        SqlUnitOfWork(session).standups.add(full)
    with Session(engines.reader) as session:
        assert SqlUnitOfWork(session).standups.get("T1", "s1") == full


def schedule(n: int, hour: int = 9) -> Schedule:
    return Schedule(
        id=f"s{n:04d}",
        workspace="T1",
        kind=ScheduleKind.STANDUP_PROMPT,
        subject="s1",
        zone="UTC",
        wall_time=time(hour),
        weekdays=EVERY_DAY,
        next_run_at=NOW,
        next_date=NOW.date(),
    )


def test_many_schedules_are_stored_and_replaced_at_once(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        schedules = SqlUnitOfWork(session).schedules
        schedules.save_all([schedule(n) for n in range(1100)])
        seen = schedules.get("s0003")
        schedules.save_all([schedule(n, hour=10) for n in range(1, 1100)])
        schedules.save_all([])
        assert seen == schedule(3)
        assert schedules.get("s0003") == schedule(3, hour=10)
    with Session(engines.reader) as session:
        active = SqlUnitOfWork(session).schedules.active()
    assert [s.wall_time.hour for s in active].count(10) == 1099
    assert len(active) == 1100


def test_ten_who_join_in_the_same_moment_are_all_in(engines: Engines) -> None:
    standup = start(engines)

    def joining(user_id: str) -> Callable[[SqlUnitOfWork], object]:
        return lambda uow: standup_life.join(uow, "T1", standup.id, user_id, NOW)

    at_once(engines, [joining(user_id) for user_id in CROWD])
    found, active = kept(engines, standup)
    assert {*found.plan.participants} == {"UM", *CROWD} == active
    assert found.version == 11


def test_people_who_come_go_and_leave_while_it_is_changed_do_not_stop_each_other(
    engines: Engines,
) -> None:
    standup = start(engines, replace(PLAN, participants=("UM", *CROWD)))
    renamed = replace(standup.plan, wall_time=time(15))
    at_once(
        engines,
        [
            lambda uow: memberships.left(uow, "T1", "C1", "U1", NOW),
            lambda uow: memberships.left(uow, "T1", "C1", "U2", NOW),
            lambda uow: memberships.reconcile(uow, "T1", "C1", ["UM", *CROWD[3:]], NOW),
            lambda uow: standups.change(
                uow, "T1", standup.id, renamed, seen_version=1, author="UM", now=NOW
            ),
        ],
    )
    at_once(engines, [lambda uow: memberships.left(uow, "T1", "C1", "U0", NOW)])
    found, active = kept(engines, standup)
    assert found.plan.wall_time == time(15)
    assert {*found.plan.participants} == active
    assert {"U0", "U1", "U2"} & active == set()
