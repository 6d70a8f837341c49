"""Answers to one proposal that meet each other, an edit, a rejection and the clock."""

from datetime import datetime, time, timedelta

import pytest

from bot.domain.decisions.consent import ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionEdit,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
)
from bot.domain.delivery import sent
from bot.domain.person import Choices
from bot.domain.working_time import WorkingTime
from bot.errors import Conflict, InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, ticks
from bot.services.decisions import consents, life
from bot.services.decisions.consents import Answer
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import LATER, NINE, Databank, Pause, bank, before, database_url

__all__ = ["bank", "database_url"]

AGREE, OBJECT = Stance.AGREE, Stance.OBJECT
ALL_DAY = WorkingTime(start=time(0), end=time(0))
OVER = NINE + timedelta(hours=2)


@pytest.fixture
def proposed(bank: Databank) -> DecisionRecord:
    """D-1, which A proposed, and about which A, B and C decide within two hours."""
    bank.run(_work_all_day)
    terms = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=2)
    body = DecisionBody(title="T", outcome="O", makers=("A", "B", "C"), consent=terms)
    wish = NewDecision(
        workspace="T1", channel="C1", author="A", body=body, status=DecisionStatus.PROPOSED
    )
    found = bank.run(lambda uow: life.log(uow, wish, NINE))
    bank.run(_deliver)
    return found


def _work_all_day(uow: UnitOfWork) -> None:
    for user_id in "ABC":
        uow.people.choose("T1", user_id, Choices(hours=ALL_DAY))


def _deliver(uow: UnitOfWork) -> None:
    """Everything that waits is sent, one message of each channel after another."""
    while waiting := deliveries.ready(uow, NINE):
        for each in waiting:
            claimed = deliveries.claim(uow, each, NINE, timedelta(minutes=1))
            assert claimed is not None
            deliveries.settle(uow, claimed, sent(NINE, each.channel, each.id), NINE)


def _say(uow: UnitOfWork, user_id: str, stance: Stance = AGREE, now: datetime = LATER) -> str:
    said = Answer(workspace="T1", number=1, version=1, user_id=user_id, stance=stance)
    return consents.answer(uow, said, now).status


def _accepted(bank: Databank) -> list[str]:
    """Each time that the trail says it was accepted, and how."""
    changes = bank.run(lambda uow: uow.decisions.changes("T1", 1))
    moved = [change for change in changes if change.kind is ChangeKind.MOVED]
    return [change.detail for change in moved if change.status is DecisionStatus.ACCEPTED]


def _stances(bank: Databank) -> dict[str, Stance | None]:
    found = bank.run(lambda uow: uow.consents.approvers("T1", 1))
    return {approver.user_id: approver.stance for approver in found}


@pytest.mark.usefixtures("proposed")
def test_two_last_answers_at_once_accept_it_once(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> str:
        before(uow.decisions, "append", pause)
        return _say(uow, "B")

    one, other = bank.race(first, lambda uow: _say(uow, "C"))
    assert (one.result(), other.result()) == ("proposed", "accepted")
    assert _accepted(bank) == ["by consent of all"]
    assert set(_stances(bank).values()) == {AGREE}


@pytest.mark.usefixtures("proposed")
def test_an_objection_and_the_last_agreement_at_once_leave_one_outcome(bank: Databank) -> None:
    bank.run(lambda uow: _say(uow, "C"))

    def first(uow: SqlUnitOfWork, pause: Pause) -> str:
        before(uow.decisions, "append", pause)
        return _say(uow, "B")

    one, other = bank.race(first, lambda uow: _say(uow, "C", OBJECT))
    assert one.result() == "accepted"
    with pytest.raises(Conflict, match="accepted already"):
        other.result()
    assert _stances(bank) == {"A": AGREE, "B": AGREE, "C": AGREE}


@pytest.mark.usefixtures("proposed")
def test_a_double_click_is_one_answer(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> str:
        before(uow.decisions, "append", pause)
        return _say(uow, "B")

    one, other = bank.race(first, lambda uow: _say(uow, "B"))
    one.result()
    other.result()
    changes = bank.run(lambda uow: uow.decisions.changes("T1", 1))
    assert [change.detail for change in changes if change.by == "B"] == ["agreed"]


def test_an_answer_that_meets_an_edit_is_to_the_old_text(
    bank: Databank, proposed: DecisionRecord
) -> None:
    values = {**vars(proposed.body), "title": "Another"}
    edit = DecisionEdit(workspace="T1", number=1, version=1, body=DecisionBody(**values), by="A")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.consents, "begin", pause)
        life.edit(uow, edit, LATER)

    one, other = bank.race(first, lambda uow: _say(uow, "B"))
    one.result()
    with pytest.raises(Conflict, match="changed since you read it"):
        other.result()
    assert _stances(bank) == {"A": AGREE, "B": None, "C": None}


def test_an_edit_that_meets_an_objection_cannot_take_it_away(
    bank: Databank, proposed: DecisionRecord
) -> None:
    values = {**vars(proposed.body), "consent": None}
    edit = DecisionEdit(workspace="T1", number=1, version=1, body=DecisionBody(**values), by="A")

    def first(uow: SqlUnitOfWork, pause: Pause) -> str:
        before(uow.decisions, "append", pause)
        return _say(uow, "B", OBJECT)

    one, other = bank.race(first, lambda uow: life.edit(uow, edit, LATER))
    assert one.result() == "proposed"
    with pytest.raises(InvalidForm):
        other.result()
    assert _stances(bank)["B"] is OBJECT


@pytest.mark.usefixtures("proposed")
def test_an_answer_and_the_end_of_ones_time_at_once(bank: Databank) -> None:
    bank.run(lambda uow: _say(uow, "C"))
    [due] = [each for each in bank.run(lambda uow: ticks.due_timers(uow, OVER)) if each[-1] == "B"]

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.decisions, "locked", pause)
        ticks.fire(uow, due, OVER)

    one, other = bank.race(first, lambda uow: _say(uow, "B", now=OVER))
    one.result()
    assert other.result() == "accepted"
    assert _accepted(bank) == ["by consent of all"]


@pytest.mark.usefixtures("proposed")
def test_a_timer_that_waits_for_an_answer_finds_it_decided(bank: Databank) -> None:
    bank.run(lambda uow: _say(uow, "C"))
    [due] = [each for each in bank.run(lambda uow: ticks.due_timers(uow, OVER)) if each[-1] == "B"]

    def first(uow: SqlUnitOfWork, pause: Pause) -> str:
        before(uow.decisions, "append", pause)
        return _say(uow, "B", now=OVER)

    one, other = bank.race(first, lambda uow: ticks.fire(uow, due, OVER))
    assert one.result() == "accepted"
    other.result()
    assert _accepted(bank) == ["by consent of all"]


@pytest.mark.usefixtures("proposed")
def test_two_nodes_let_two_silences_end_the_round_and_tell_its_author_once(bank: Databank) -> None:
    timers = bank.run(lambda uow: ticks.due_timers(uow, OVER))
    of = {timer_id[-1]: timer_id for timer_id in timers}

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.deliveries, "add", pause)
        ticks.fire(uow, of["B"], OVER)

    one, other = bank.race(first, lambda uow: ticks.fire(uow, of["C"], OVER))
    one.result()
    other.result()
    assert bank.run(lambda uow: uow.deliveries.get("decision:T1:1:consent:1:over")) is not None
    assert _accepted(bank) == []
