"""Two transactions at once on PostgreSQL, held at the worst moment; SQLite has one writer."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from typing import Any, TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Person
from bot.domain.report import Answer, FilledReport
from bot.domain.standup import Standup, StandupPlan
from bot.services import (
    standups,
)
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
U = TypeVar("U")
Pause = Callable[[], None]

# A Monday; everybody is asked at nine UTC.
EARLY = datetime(2026, 11, 23, 8, tzinfo=UTC)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NINE + timedelta(minutes=3)
MONDAY = date(2026, 11, 23)

_PATIENCE = 30


@pytest.fixture
def database_url(postgres_database: str) -> str:
    """Only here are there two writers."""
    return postgres_database


@dataclass
class Databank:
    """Runs transactions, alone or two at once."""

    engines: Engines

    def run(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """One committed transaction."""
        with Session(self.engines.writer, expire_on_commit=False) as session, session.begin():
            return work(SqlUnitOfWork(session))

    def race(
        self, first: Callable[[SqlUnitOfWork, Pause], T], second: Callable[[SqlUnitOfWork], U]
    ) -> tuple["Future[T]", "Future[U]"]:
        """Hold `first` where it pauses until `second` has ended or waits for a lock of it."""
        reached, go_on = Event(), Event()

        def pause() -> None:
            reached.set()
            assert go_on.wait(_PATIENCE)

        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(self.run, lambda uow: first(uow, pause))
            assert reached.wait(_PATIENCE), one.exception(0)
            other = pool.submit(self.run, second)
            try:
                self._until_stuck_or_done(other)
            finally:
                go_on.set()
        return one, other

    def _until_stuck_or_done(self, other: "Future[Any]") -> None:
        query = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        for _ in range(_PATIENCE * 50):
            if wait([other], timeout=0.02).done:
                return
            with self.engines.reader.connect() as connection:
                if connection.scalar(query):
                    return
        raise AssertionError("the second transaction neither ended nor waits")


@pytest.fixture
def bank(engines: Engines) -> Databank:
    """A database with the people A to D, all in UTC."""
    found = Databank(engines)
    found.run(lambda uow: uow.people.save([person(name) for name in "ABCD"]))
    return found


def before(repository: object, name: str, pause: Pause, *, call: int = 1) -> None:
    """Pause when the repository's method is called for the `call`-th time."""
    method, calls = getattr(repository, name), 0

    def paused(*args: Any, **values: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            pause()
        return method(*args, **values)

    setattr(repository, name, paused)


def person(name: str, zone: str = "UTC") -> Person:
    return Person(workspace="T1", user_id=name, name=name, zone=zone)


def plan(people: str, wall_time: time = time(9)) -> StandupPlan:
    return StandupPlan(
        name="Daily",
        questions=("Was?",),
        blocker_question="Blocked?",
        wall_time=wall_time,
        weekdays=EVERY_DAY,
        participants=tuple(people),
    )


def started(bank: Databank, people: str = "A") -> Standup:
    return bank.run(lambda uow: standups.create(uow, "T1", "C1", plan(people), "A", EARLY))


def filled(standup: Standup, blocker: str = "", day: date = MONDAY) -> FilledReport:
    answers = (Answer(question="Was?", text="Tuned"),)
    return FilledReport(standup_id=standup.id, local_date=day, answers=answers, blocker=blocker)
