"""Two who click on one blocker at once, on PostgreSQL; SQLite has one writer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from bot.domain import blocker_link
from bot.domain.blocker import Blocker, NewBlocker
from bot.domain.calendar import EVERY_DAY
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import Standup, StandupPlan, schedule_id
from bot.services import blockers
from bot.services.blocker_changes import Changed
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.issue_sight import let_see

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLAN = StandupPlan(
    name="Daily", questions=("What?",), blocker_question="Blocked?", wall_time=time(9),
    weekdays=EVERY_DAY, participants=tuple("ABCD"),
)  # fmt: skip
STANDUP = Standup(id="S1", workspace="T1", channel="C1", plan=PLAN, created_by="A")
BLOCKER = Blocker(
    workspace="T1", number=1, standup_id="S1", channel="C1", user_id="A", text="GPU",
    opened_at=NOON, asked=("B",),
).waiting_for(blocker_link.issue("X-1"), "To do")  # fmt: skip
ISSUE = Issue(
    issue_id="1", key="X-1", project="X", summary="Quota", status="Done", status_category="done",
    assignee_id=None, assignee_name=None, updated_at=NOON, created_at=NOON,
)  # fmt: skip


@pytest.fixture
def database_url(postgres_database: str) -> str:
    """Only here are there two writers."""
    return postgres_database


@pytest.fixture
def team(engines: Engines) -> Engines:
    """A to D, their stand-up, and a blocker of A that asks B and waits for an issue that moved."""
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.people.save([Person(workspace="T1", user_id=n, name=n, zone="UTC") for n in "ABCD"])
        uow.standups.add(STANDUP)
        uow.schedules.save(
            Schedule(
                id=schedule_id("S1", "A"), workspace="T1", kind=ScheduleKind.STANDUP_PROMPT,
                subject="S1", zone="UTC", wall_time=time(9), weekdays=EVERY_DAY,
                next_run_at=NOON, next_date=NOON.date(), user_id="A",
            )
        )  # fmt: skip
        uow.blockers.add(BLOCKER)
        uow.numbers.next("T1", "blocker")
        let_see(uow, "C1", "X")
        reading = Reading(projects=("X",), since=NOON, news_since=NOON)
        uow.issues.save("T1", reading, IssuePage(issues=(ISSUE,), changes=()), NOON)
    return engines


def test_of_many_who_take_it_at_once_one_does_and_all_others_see_who(team: Engines) -> None:
    together = Barrier(3)

    def take(user_id: str) -> Changed:
        with Session(team.writer) as session, session.begin():
            uow = SqlUnitOfWork(session)
            assert uow.blockers.get("T1", 1) == BLOCKER
            together.wait(10)
            return blockers.acknowledge(uow, "T1", 1, user_id, NOON)

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(take, "BCD"))
    [winner] = [r.blocker.acknowledged_by for r in results if r.done]
    assert {r.blocker.acknowledged_by for r in results} == {winner}


def test_a_click_and_a_move_at_once_keep_both(team: Engines) -> None:
    together = Barrier(2)

    def take() -> bool:
        with Session(team.writer) as session, session.begin():
            uow = SqlUnitOfWork(session)
            uow.blockers.get("T1", 1)
            together.wait(10)
            return blockers.acknowledge(uow, "T1", 1, "B", NOON).done

    def follow() -> int:
        with Session(team.writer) as session, session.begin():
            uow = SqlUnitOfWork(session)
            uow.blockers.get("T1", 1)
            together.wait(10)
            return blockers.follow_links(uow, "T1", NOON)

    with ThreadPoolExecutor(2) as pool:
        taken, asked = pool.submit(take), pool.submit(follow)
        assert (taken.result(), asked.result()) == (True, 1)
    with Session(team.reader) as session:
        kept = SqlUnitOfWork(session).blockers.get("T1", 1)
    assert kept is not None
    assert (kept.acknowledged_by, kept.moved_to, kept.version) == ("B", "Done", 3)


def test_the_same_words_from_two_windows_are_one_blocker(team: Engines) -> None:
    together = Barrier(2)
    wish = NewBlocker(standup_id="S1", text="No data")

    def raise_it(asked: str) -> Changed:
        with Session(team.writer) as session, session.begin():
            together.wait(10)
            new = replace(wish, asked=(asked,))
            return blockers.raise_blocker(SqlUnitOfWork(session), "T1", "A", new, NOON)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(raise_it, "BC"))
    assert sorted(r.done for r in results) == [False, True]
    with Session(team.reader) as session:
        [_, kept] = SqlUnitOfWork(session).blockers.open("T1")
    assert (kept.number, sorted(kept.asked)) == (2, ["B", "C"])
