"""Numbers without gaps or races, interactions handled once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _next(engines: Engines, fail: bool = False) -> int:
    with Session(engines.writer) as session, session.begin():
        value = SqlUnitOfWork(session).numbers.next("T1", "decision")
        if fail:
            raise RuntimeError("rolled back")
        return value


def test_numbers_have_no_gap_after_a_rollback(engines: Engines) -> None:
    assert _next(engines) == 1
    with pytest.raises(RuntimeError):
        _next(engines, fail=True)
    assert _next(engines) == 2


def test_concurrent_transactions_get_different_numbers(engines: Engines) -> None:
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: _next(engines), range(40)))
    assert sorted(given) == list(range(1, 41))


def test_an_interaction_is_claimed_once(engines: Engines) -> None:
    def claim(_: int) -> bool:
        with Session(engines.writer) as session, session.begin():
            return SqlUnitOfWork(session).interactions.claim("view:V1:h", NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(claim, range(8))) == 1
