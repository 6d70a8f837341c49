"""Who was asked for consent, as it is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.domain.decisions.consent import Approver, ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
Run = Callable[[Callable[[SqlUnitOfWork], object]], object]


def _record(number: int, status: DecisionStatus, workspace: str = "T1") -> DecisionRecord:
    terms = ConsentTerms(rule=ConsentRule.MAJORITY, hours=8, silence_consents=True)
    return DecisionRecord(
        workspace=workspace,
        number=number,
        body=DecisionBody(title="T", outcome="O", makers=("UB", "UA"), consent=terms),
        status=status,
        channel="C1",
        author="UA",
        created_at=NOW,
    )


def test_approvers_come_back_in_their_order_with_what_they_said(run: Run) -> None:
    asked = [Approver(user_id=each, asked_at=NOW) for each in ("UB", "UA")]
    said = Approver(
        user_id="UA",
        asked_at=NOW + timedelta(hours=1),
        stance=Stance.OBJECT,
        reason="Zu teuer: 🦉",
        answered_at=NOW + timedelta(hours=2),
    )
    run(lambda uow: uow.consents.begin("T1", 1, asked))
    run(lambda uow: uow.consents.begin("T2", 1, asked))
    run(lambda uow: uow.consents.answer("T1", 1, said))
    assert run(lambda uow: uow.consents.approvers("T1", 1)) == [asked[0], said]
    assert run(lambda uow: uow.consents.approvers("T2", 1)) == asked


def test_those_of_several_decisions_are_read_together(run: Run) -> None:
    first, second = ([Approver(user_id=each, asked_at=NOW) for each in ids] for ids in ("BA", "A"))
    run(lambda uow: uow.consents.begin("T1", 1, first))
    run(lambda uow: uow.consents.begin("T1", 2, second))
    run(lambda uow: uow.consents.begin("T2", 2, first))
    found = run(lambda uow: uow.consents.approvers_of("T1", [1, 2, 3]))
    assert found == {1: first, 2: second}
    assert run(lambda uow: uow.consents.approvers_of("T1", [])) == {}


def test_a_new_round_takes_the_place_of_the_old_one(run: Run) -> None:
    asked = [Approver(user_id=each, asked_at=NOW) for each in ("UB", "UA", "UC")]
    agreed = Approver(user_id="UC", asked_at=NOW, stance=Stance.AGREE, answered_at=NOW)

    def twice(uow: SqlUnitOfWork) -> None:
        uow.consents.begin("T1", 1, asked)
        assert uow.consents.approvers("T1", 1) == asked
        uow.consents.begin("T1", 1, [agreed, asked[0]])

    run(twice)
    assert run(lambda uow: uow.consents.approvers("T1", 1)) == [agreed, asked[0]]
    run(lambda uow: uow.consents.begin("T1", 1, []))
    assert run(lambda uow: uow.consents.approvers("T1", 1)) == []


def test_what_somebody_is_asked_about_is_what_is_still_proposed(run: Run) -> None:
    states = (DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED, DecisionStatus.PROPOSED)
    asked = [Approver(user_id="UA", asked_at=NOW)]

    def fill(uow: SqlUnitOfWork) -> None:
        for number, status in enumerate(states, 1):
            uow.decisions.add(_record(number, status))
            uow.consents.begin("T1", number, asked)
        uow.decisions.add(_record(9, DecisionStatus.PROPOSED, "T2"))
        uow.consents.begin("T2", 9, asked)

    run(fill)
    assert run(lambda uow: uow.consents.asked("T1", "UA")) == [1, 3]
    assert run(lambda uow: uow.consents.asked("T1", "UB")) == []


def test_the_terms_are_kept_with_the_text(run: Run) -> None:
    record = _record(1, DecisionStatus.PROPOSED)
    run(lambda uow: uow.decisions.add(record))
    kept = run(lambda uow: uow.decisions.get("T1", 1))
    assert kept == record
