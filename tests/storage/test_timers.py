"""Timers: set, moved, cancelled, and taken by one node only."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain.timer import Timer, TimerKind
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE = Timer(
    id="look:s:2026-10-25:ASIA",
    workspace="T1",
    kind=TimerKind.STANDUP_WRAP_UP,
    subject={"standup": "s", "date": "2026-10-25"},
    due_at=NOW,
)


def test_a_timer_comes_back_as_it_was_set_and_only_when_it_is_due(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        timers = SqlUnitOfWork(session).timers
        timers.set(ONE)
        assert timers.get(ONE.id) == ONE
        assert timers.next_due() == NOW
        assert timers.due(NOW - MINUTE, 10) == []
        assert timers.take(ONE.id, NOW - MINUTE) is None
        assert timers.due(NOW, 10) == [ONE.id]
        assert timers.take(ONE.id, NOW) == ONE
        assert timers.get(ONE.id) is None
        assert timers.take(ONE.id, NOW) is None
        assert timers.next_due() is None


def test_setting_it_again_moves_it_and_the_earliest_is_first(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        timers = SqlUnitOfWork(session).timers
        timers.set(ONE)
        timers.set(replace(ONE, id="other", due_at=NOW + MINUTE))
        timers.set(replace(ONE, due_at=NOW + 2 * MINUTE))
        assert timers.due(NOW + 2 * MINUTE, 10) == ["other", ONE.id]
        assert timers.due(NOW + 2 * MINUTE, 1) == ["other"]
        timers.cancel("other")
        timers.cancel("never set")
        assert timers.due(NOW + 2 * MINUTE, 10) == [ONE.id]


def test_no_later_moves_it_only_forward(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        timers = SqlUnitOfWork(session).timers
        timers.set_no_later(ONE)
        timers.set_no_later(replace(ONE, due_at=NOW + MINUTE))
        assert timers.next_due() == NOW
        timers.set_no_later(replace(ONE, due_at=NOW - MINUTE))
        assert timers.next_due() == NOW - MINUTE
        assert timers.due(NOW, 10, [ONE.id]) == []


def test_a_timer_that_is_taken_may_be_set_anew_in_the_same_transaction(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        timers = SqlUnitOfWork(session).timers
        timers.set(ONE)
        taken = timers.take(ONE.id, NOW)
        assert taken is not None
        timers.set(replace(taken, due_at=NOW + MINUTE))
    with Session(engines.writer) as session:
        assert SqlUnitOfWork(session).timers.next_due() == NOW + MINUTE


def test_a_timer_whose_work_breaks_stays(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        SqlUnitOfWork(session).timers.set(ONE)
    with Session(engines.writer) as session:
        assert SqlUnitOfWork(session).timers.take(ONE.id, NOW)
        session.rollback()
    with Session(engines.writer) as session:
        assert SqlUnitOfWork(session).timers.get(ONE.id) == ONE


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_timer_that_another_node_holds_is_passed_over(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        SqlUnitOfWork(session).timers.set(ONE)
    held, done = threading.Event(), threading.Event()

    def other_node() -> None:
        with Session(engines.writer) as session, session.begin():
            assert SqlUnitOfWork(session).timers.take(ONE.id, NOW)
            held.set()
            assert done.wait(10)

    node = threading.Thread(target=other_node)
    node.start()
    try:
        assert held.wait(10)
        with Session(engines.writer) as session, session.begin():
            assert SqlUnitOfWork(session).timers.take(ONE.id, NOW) is None
    finally:
        done.set()
        node.join()
