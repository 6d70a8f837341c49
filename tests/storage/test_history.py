"""Looking back on both databases."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.domain.blocker import Blocker
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.history.builders import NOW, a_standup

MON = date(2026, 11, 16)


def blocker(number: int, standup: str, closed_days_ago: int | None) -> Blocker:
    closed = None if closed_days_ago is None else NOW - timedelta(days=closed_days_ago)
    return Blocker(
        workspace="T1",
        number=number,
        standup_id=standup,
        channel="C1",
        user_id="U1",
        text="quota",
        opened_at=NOW - timedelta(days=90 - number),
        closed_at=closed,
    )


def test_deleted_standups_are_remembered_after_the_living(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.standups.add(replace(a_standup("s1", name="Alpha"), active=False))
        uow.standups.add(a_standup("s2", name="Beta"))
        uow.standups.add(replace(a_standup("s3", name="Alpha"), workspace="T2"))
    with Session(engines.reader) as session:
        found = SqlUnitOfWork(session).history.standups("T1")
    assert [(s.id, s.active) for s in found] == [("s2", True), ("s1", False)]


def test_blockers_that_were_open_in_the_window(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        for each in (
            blocker(1, "s1", None),
            blocker(2, "s1", 10),
            blocker(3, "s1", 30),
            blocker(4, "s2", None),
            blocker(5, "other", None),
        ):
            uow.blockers.add(each)
    with Session(engines.reader) as session:
        history = SqlUnitOfWork(session).history
        found = history.blockers(["s1", "s2"], NOW - timedelta(days=28))
        assert history.blockers([], NOW) == []
    assert [b.number for b in found] == [1, 2, 4]
