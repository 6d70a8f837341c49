"""Many at once on one incident, on both databases: one wins, and every other one hears of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Incident, Snooze
from bot.domain.alerts.states import Phase
from bot.errors import Conflict
from bot.services.alerts import attending, incidents
from bot.services.alerts.incidents import AckResult
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import T0, fresh, incident, rule

T = TypeVar("T")
W, CHANNEL, ID = "T1", "C1", "T1:A-1:1"
LATER = T0 + timedelta(minutes=30)
MANY = 4


@pytest.fixture
def posted(engines: Engines) -> Engines:
    """An incident of A-1 whose message is posted."""

    def fill(uow: SqlUnitOfWork) -> None:
        uow.alerts.add(rule(), replace(fresh(), phase=Phase.FIRING, incidents=1, streak=1))
        uow.alerts.open_incident(incident())
        attending.attend(uow, W, T0)

    _in(engines, fill)
    return engines


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer, expire_on_commit=False) as session, session.begin():
        return work(SqlUnitOfWork(session))


def _together(engines: Engines, work: Callable[[SqlUnitOfWork, int], T]) -> list[T]:
    ready = Barrier(MANY)

    def one(number: int) -> T:
        ready.wait(10)
        return _in(engines, lambda uow: work(uow, number))

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def _stored(engines: Engines) -> Incident:
    found = _in(engines, lambda uow: uow.alerts.incident(W, ID))
    assert found is not None
    return found


def test_of_many_who_acknowledge_one_does_and_the_others_see_who(posted: Engines) -> None:
    found = _together(
        posted, lambda uow, n: incidents.acknowledge(uow, W, ID, f"U{n}", CHANNEL, LATER)
    )
    assert [ack.result for ack in found].count(AckResult.DONE) == 1
    assert {ack.result for ack in found} == {AckResult.DONE, AckResult.TAKEN}
    assert {ack.incident.acknowledged_by for ack in found} == {_stored(posted).acknowledged_by}


def test_acknowledgements_against_the_end_are_taken_or_told_that_it_is_over(
    posted: Engines,
) -> None:
    def work(uow: SqlUnitOfWork, number: int) -> AckResult | None:
        if number:
            return incidents.acknowledge(uow, W, ID, f"U{number}", CHANNEL, LATER).result
        held = uow.alerts.locked_state(W, 1)
        assert held is not None
        incidents.resolve(uow, rule(), held.state, "fine", True, LATER)
        return None

    results = _together(posted, work)
    found = _stored(posted)
    assert not found.is_open
    assert results.count(AckResult.DONE) == bool(found.acknowledged_by)
    assert len(results) - results.count(None) == MANY - 1


def test_snoozes_against_the_end_are_kept_or_refused(posted: Engines) -> None:
    def work(uow: SqlUnitOfWork, number: int) -> bool:
        if not number:
            incidents.resolve_by_hand(uow, W, ID, "U0", CHANNEL, LATER)
            return False
        wish = Snooze(by=f"U{number}", at=LATER, until=LATER + timedelta(hours=1))
        try:
            incidents.snooze(uow, W, ID, f"U{number}", CHANNEL, wish, LATER)
        except Conflict:
            return False
        return True

    kept = _together(posted, work)
    found = _stored(posted)
    said = _in(posted, lambda uow: _lines(uow, "snoozed"))
    assert (found.is_open, found.resolved_by) == (False, "U0")
    assert said == kept.count(True)


def _lines(uow: SqlUnitOfWork, what: str) -> int:
    ids = [f"alert:{ID}:{what}:{version}" for version in range(1, 30)]
    return len(uow.deliveries.several(ids))
