"""Reviews and the rules that ask for them, on both databases, and two at once on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.alerts.rules import ModelThreshold, Operator
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.review import Review, ReviewAnswer, ReviewCause
from bot.errors import Conflict
from bot.services.alerts import evaluation, set_up
from bot.services.decisions import life, review_calls, reviews
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import Databank, Pause, before
from tests.unit.alerts.values import T0, fresh, rule
from tests.unit.decisions.lab import WEDNESDAY, Lab, an_evaluation, with_team
from tests.unit.decisions.rounds import LENA, MARCUS

HOUR = timedelta(hours=1)
BELOW = ModelThreshold(model="churn", alias="champion", operator=Operator.BELOW, bound=0.9)
WAITING = Review(number=1, ordinal=1, cause=ReviewCause.RULE, reason="val_auc was 0.8", asked_at=T0)


@pytest.fixture
def office(engines: Engines) -> Lab:
    """The team and its model on this database."""
    return with_team(engines)


def test_a_rule_of_a_decision_comes_back_as_it_was(office: Lab) -> None:
    asked = replace(rule(BELOW, times=3), decision=12)
    office.do(lambda uow: uow.alerts.add(asked, replace(fresh(), version=14)))
    assert office.do(lambda uow: uow.alerts.rule("T1", 1)) == asked
    assert office.do(lambda uow: uow.alerts.of_decision("T1", 12)) == asked
    assert office.do(lambda uow: uow.alerts.of_decision("T1", 13)) is None
    assert office.do(lambda uow: uow.alerts.of_decision("T2", 12)) is None
    stored = office.do(lambda uow: uow.alerts.locked_state("T1", 1))
    assert stored is not None
    assert stored.state.version == 14


def test_a_rule_ends_once_and_is_listed_no_more(office: Lab) -> None:
    asked = replace(rule(BELOW), decision=12)
    office.do(lambda uow: uow.alerts.add(asked, fresh()))
    office.do(set_up.end, asked, "D-12 was deprecated", T0 + HOUR)
    office.do(set_up.end, asked, "D-12 was superseded", T0 + 2 * HOUR)
    known = office.do(lambda uow: uow.alerts.of_decision("T1", 12))
    assert known == replace(asked, ended_at=T0 + HOUR)
    assert office.do(lambda uow: uow.alerts.rules("T1")) == []
    [line] = office.do(lambda uow: uow.alerts.transitions("T1", 1, 5))
    assert line.reason == "D-12 was deprecated"


def test_a_review_comes_back_as_it_was_answered(office: Lab) -> None:
    office.do(lambda uow: uow.reviews.save("T1", WAITING))
    assert office.do(lambda uow: uow.reviews.waiting("T1")) == [WAITING]
    kept = replace(
        WAITING,
        answer=ReviewAnswer.KEPT,
        note="small",
        answered_by=LENA,
        answered_at=T0,
        next_on=date(2027, 2, 1),
        newer=None,
    )
    office.do(lambda uow: uow.reviews.save("T1", kept))
    assert office.do(lambda uow: uow.reviews.of("T1", 1)) == [kept]
    assert office.do(lambda uow: uow.reviews.waiting("T1")) == []
    assert office.do(lambda uow: uow.reviews.of("T2", 1)) == []


@pytest.fixture
def due(postgres_database: str) -> Iterator[Lab]:
    """On PostgreSQL, D-1 with a rule that the next evaluation has broken."""
    engines = open_engines(postgres_database)
    lab = with_team(engines)
    lab.decide(revisit="val_auc < 0.9")
    lab.finished(an_evaluation("bad", 0.8, WEDNESDAY + HOUR))
    yield lab
    engines.dispose()


NOW = WEDNESDAY + 2 * HOUR


def test_two_nodes_that_find_the_rule_broken_ask_once(due: Lab) -> None:
    bank = Databank(due.engines)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.alerts, "replace_state", pause)
        evaluation.evaluate_rule(uow, "T1", 1, NOW)

    one, other = bank.race(first, lambda uow: evaluation.evaluate_rule(uow, "T1", 1, NOW))
    assert one.exception() is None
    assert other.exception() is None
    assert len(due.reviews()) == 1
    asked = [each.channel for each in due.waiting() if each.card == review_calls.CARD]
    assert asked == ["C1", MARCUS]


def test_two_makers_who_keep_it_at_once_are_one_who_kept_it_and_one_who_hears_so(due: Lab) -> None:
    due.look(NOW)
    bank = Databank(due.engines)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.reviews, "save", pause)
        reviews.keep(uow, "T1", 1, 1, LENA, "mine", date(2027, 2, 1), NOW)

    def second(uow: SqlUnitOfWork) -> None:
        reviews.keep(uow, "T1", 1, 1, MARCUS, "yours", None, NOW)

    one, other = bank.race(first, second)
    assert one.exception() is None
    assert isinstance(refused := other.exception(), Conflict)
    assert "Lena answered already" in str(refused)
    [review] = due.reviews()
    assert (review.answered_by, review.note) == (LENA, "mine")


def test_a_decision_that_ends_while_its_rule_is_evaluated_asks_nobody_for_long(due: Lab) -> None:
    bank = Databank(due.engines)

    def deprecate(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.alerts, "end", pause)
        life.move(uow, "T1", 1, DecisionStatus.DEPRECATED, LENA, NOW)

    one, other = bank.race(deprecate, lambda uow: evaluation.evaluate_rule(uow, "T1", 1, NOW))
    assert one.exception() is None
    assert_ended(due, other)


def test_a_rule_that_is_evaluated_while_its_decision_ends_leaves_no_question_open(
    due: Lab,
) -> None:
    bank = Databank(due.engines)

    def evaluate(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.alerts, "replace_state", pause)
        evaluation.evaluate_rule(uow, "T1", 1, NOW)

    def deprecate(uow: SqlUnitOfWork) -> None:
        life.move(uow, "T1", 1, DecisionStatus.DEPRECATED, LENA, NOW)

    one, other = bank.race(evaluate, deprecate)
    assert one.exception() is None
    assert other.exception() is None
    [review] = due.reviews()
    assert review.answer is ReviewAnswer.DEPRECATED
    assert due.do(lambda uow: uow.alerts.rules("T1")) == []


def assert_ended(due: Lab, evaluation: "Future[None]") -> None:
    """The rule is over and nobody is asked; the evaluation waited and did nothing."""
    assert evaluation.exception() is None
    assert due.reviews() == []
    assert due.do(lambda uow: uow.alerts.rules("T1")) == []
