"""The life cycle of decisions, and how they are named."""

from datetime import timedelta

import pytest

from bot.domain.decisions.record import (
    DecisionStatus,
    edit_refusal,
    is_reference,
    number_of,
    refusal,
)
from bot.errors import InvalidInput
from tests.unit.decisions.samples import NOW, record

S = DecisionStatus
ALLOWED = {
    (S.PROPOSED, S.ACCEPTED),
    (S.PROPOSED, S.REJECTED),
    (S.ACCEPTED, S.DEPRECATED),
    (S.ACCEPTED, S.SUPERSEDED),
}


@pytest.mark.parametrize("now_in", list(S))
@pytest.mark.parametrize("to", list(S))
def test_only_the_moves_of_the_life_cycle_are_allowed(
    now_in: DecisionStatus, to: DecisionStatus
) -> None:
    refused = refusal(record(7, now_in), to)
    assert (refused == "") == ((now_in, to) in ALLOWED)
    assert not refused or "D-7" in refused


def test_only_a_proposal_can_be_edited() -> None:
    assert edit_refusal(record(status=S.PROPOSED)) == ""
    assert "`/decide supersede D-1`" in edit_refusal(record(status=S.ACCEPTED))
    assert "D-4" in edit_refusal(record(status=S.SUPERSEDED, superseded_by=4))
    assert "was rejected and stays so" in edit_refusal(record(status=S.REJECTED))


def test_being_superseded_keeps_the_time_of_the_decision() -> None:
    later = NOW + timedelta(days=9)
    accepted = record(status=S.PROPOSED).moved(S.ACCEPTED, NOW)
    gone = accepted.moved(S.SUPERSEDED, later, superseded_by=2)
    assert (gone.decided_at, gone.superseded_by, gone.version) == (NOW, 2, 3)


@pytest.mark.parametrize(
    "typed", ["D-12", "d-12", "12", "D12", "d 12", " D-012 ", "#12", "D–12", "d - 12"]
)
def test_a_number_is_understood_in_many_spellings(typed: str) -> None:
    assert number_of(typed) == 12
    assert is_reference(typed)


@pytest.mark.parametrize("typed", ["", "D-", "twelve", "12 models", "D-1-2", "1234567890", "-1"])
def test_anything_else_is_not_a_number(typed: str) -> None:
    assert not is_reference(typed)
    with pytest.raises(InvalidInput, match="D-12"):
        number_of(typed)
