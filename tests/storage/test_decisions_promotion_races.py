"""Two nodes on PostgreSQL: an alias is about to be moved while its decision ends."""

import pytest

from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import DecisionStatus
from bot.services.decisions import alias_moves, life
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.promoting import NOW, W, accept, audit, mirror, status
from tests.storage.racing import Databank, Pause, before, database_url
from tests.storage.racing import bank as empty_bank

__all__ = ["database_url", "empty_bank"]


@pytest.fixture
def bank(empty_bank: Databank) -> Databank:
    empty_bank.run(mirror)
    empty_bank.run(accept)
    return empty_bank


def deprecate(uow: SqlUnitOfWork) -> None:
    life.move(uow, W, 1, DecisionStatus.DEPRECATED, "A", NOW)


def start(uow: SqlUnitOfWork) -> bool:
    return alias_moves.start(uow, W, 1, 13, NOW)


def finish(uow: SqlUnitOfWork) -> None:
    alias_moves.finish(uow, W, 1, NOW)


def test_a_decision_that_is_ending_is_not_begun(bank: Databank) -> None:
    def ending(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.promotions, "save", pause)
        deprecate(uow)

    ended, begun = bank.race(ending, start)
    ended.result()
    assert begun.result() is False
    assert bank.run(status).state is PromotionState.DROPPED


def test_a_decision_that_ends_just_after_it_was_begun_shows_what_happened(bank: Databank) -> None:
    def beginning(uow: SqlUnitOfWork, pause: Pause) -> bool:
        before(uow.promotions, "save", pause)
        return start(uow)

    begun, ended = bank.race(beginning, deprecate)
    assert begun.result() is True
    ended.result()
    bank.run(finish)
    found = bank.run(status)
    assert (found.state, found.previous) == (PromotionState.DONE, 13)
    assert bank.run(audit)[-1] == "champion of churn moved from version 13 to 14, checked"


def test_two_that_finish_at_once_tell_it_once(bank: Databank) -> None:
    def finishing(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.promotions, "save", pause)
        finish(uow)

    for done in bank.race(finishing, finish):
        done.result()
    assert len(bank.run(audit)) == 1


def test_a_failure_after_somebody_elses_success_changes_nothing(bank: Databank) -> None:
    def finishing(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.promotions, "save", pause)
        finish(uow)

    for done in bank.race(finishing, lambda uow: alias_moves.fail(uow, W, 1, "gone", NOW)):
        done.result()
    assert bank.run(status).state is PromotionState.DONE
