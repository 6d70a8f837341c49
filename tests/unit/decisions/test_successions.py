"""Whose word ends a decision: of those who decide on it, or of who stands in for them."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.decisions.consent import ConsentRule, Stance
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus, NewDecision
from bot.errors import InvalidForm, NotPermitted
from bot.services.decisions import consents, life
from bot.services.decisions.consents import Answer
from tests.unit.decisions.rounds import (
    ANANYA,
    BEATRIZ,
    LENA,
    MARCUS,
    MONDAY,
    YUKI,
    Office,
    office,
)
from tests.unit.desk import at

__all__ = ["office"]

ACCEPTED, PROPOSED = DecisionStatus.ACCEPTED, DecisionStatus.PROPOSED
DEPRECATED, SUPERSEDED = DecisionStatus.DEPRECATED, DecisionStatus.SUPERSEDED
REJECTED = DecisionStatus.REJECTED
WORD_OF = "D-2 would end D-1, so it takes the word of somebody who decides on that:"


def logged(
    office: Office, author: str, status: DecisionStatus = ACCEPTED, **more: Any
) -> DecisionRecord:
    """A decision without a consent round."""
    supersedes, channel = more.pop("supersedes", None), more.pop("channel", "C1")
    body = DecisionBody(**{"title": "Use LightGBM", "outcome": "It wins.", **more})
    wish = NewDecision(
        workspace="T1",
        channel=channel,
        author=author,
        body=body,
        status=status,
        supersedes=supersedes,
    )
    return office.do(life.log, wish, MONDAY)


def status(office: Office, number: int) -> DecisionStatus:
    found = office.do(lambda uow: uow.decisions.get("T1", number))
    assert found is not None
    return found.status


def says(office: Office, user_id: str, stance: Stance, reason: str = "") -> None:
    """An answer about D-2."""
    said = Answer(
        workspace="T1", number=2, version=1, user_id=user_id, stance=stance, reason=reason
    )
    office.do(consents.answer, said, MONDAY)


def becomes_guest(office: Office, user_id: str) -> None:
    person = office.do(lambda uow: uow.people.get("T1", user_id))
    assert person is not None
    office.do(lambda uow: uow.people.save([replace(person, is_guest=True)]))


def test_who_is_no_maker_cannot_end_a_decision_by_logging_another(office: Office) -> None:
    logged(office, LENA, makers=(LENA, MARCUS))
    with pytest.raises(InvalidForm) as refused:
        logged(office, BEATRIZ, makers=(BEATRIZ, LENA), supersedes=1)
    assert refused.value.fields == {
        "consent_rule": "Only who decides on D-1 ends it: Lena and Marcus. Propose this “Still "
        "open”, or ask the makers for their consent, one of D-1's among them."
    }
    assert status(office, 1) is ACCEPTED
    assert logged(office, BEATRIZ, PROPOSED, makers=(BEATRIZ,), supersedes=1).number == 2
    assert logged(office, MARCUS, makers=(MARCUS,), supersedes=1).number == 3
    assert status(office, 1) is SUPERSEDED


def test_its_own_makers_accept_a_proposal_only_if_one_decides_on_the_older(office: Office) -> None:
    logged(office, LENA, makers=(LENA, MARCUS))
    logged(office, BEATRIZ, PROPOSED, makers=(BEATRIZ, MARCUS), supersedes=1)
    with pytest.raises(NotPermitted, match=f"{WORD_OF} Lena and Marcus"):
        office.move(ACCEPTED, BEATRIZ, MONDAY, 2)
    assert (status(office, 1), status(office, 2)) == (ACCEPTED, PROPOSED)
    office.move(ACCEPTED, MARCUS, MONDAY, 2)
    assert status(office, 1) is SUPERSEDED


def test_a_round_without_anybody_who_decides_on_the_older_is_not_begun(office: Office) -> None:
    logged(office, LENA, makers=(LENA, MARCUS))
    with pytest.raises(InvalidForm, match="Only who decides on D-1 ends it: Lena and Marcus"):
        office.propose((BEATRIZ, YUKI), author=BEATRIZ, supersedes=1)
    office.propose((BEATRIZ, MARCUS), author=BEATRIZ, supersedes=1)
    says(office, MARCUS, Stance.AGREE)
    assert (status(office, 2), status(office, 1)) == (ACCEPTED, SUPERSEDED)


def test_a_majority_does_not_end_what_all_its_deciders_object_to_ending(office: Office) -> None:
    logged(office, MARCUS, makers=(MARCUS,))
    makers = (LENA, BEATRIZ, MARCUS)
    office.propose(makers, ConsentRule.MAJORITY, author=LENA, supersedes=1)
    says(office, BEATRIZ, Stance.AGREE)
    office.tick(MONDAY)
    assert office.posted(LENA) == []  # Marcus may still answer.
    says(office, MARCUS, Stance.OBJECT, "It is fine as it is")
    assert (status(office, 2), status(office, 1)) == (PROPOSED, ACCEPTED)
    office.tick(MONDAY)
    assert f"but: {WORD_OF} Marcus" in office.text(LENA, MONDAY)
    says(office, MARCUS, Stance.AGREE)
    assert (status(office, 2), status(office, 1)) == (ACCEPTED, SUPERSEDED)


def test_its_authors_word_does_not_end_what_others_decide_on(office: Office) -> None:
    logged(office, MARCUS, makers=(MARCUS,))
    office.propose((LENA, MARCUS), ConsentRule.AUTHOR, author=LENA, supersedes=1)
    says(office, MARCUS, Stance.OBJECT, "No")
    with pytest.raises(NotPermitted, match=f"{WORD_OF} Marcus"):
        office.move(ACCEPTED, LENA, MONDAY, 2)
    says(office, MARCUS, Stance.AGREE)
    if status(office, 2) is PROPOSED:
        office.move(ACCEPTED, LENA, MONDAY, 2)
    assert status(office, 1) is SUPERSEDED


def test_who_decides_is_not_told_to_who_may_not_see_it(office: Office) -> None:
    logged(office, LENA, makers=(LENA,), channel="CBOARD")
    with pytest.raises(InvalidForm, match=r"ends it\. Propose this") as no:
        logged(office, BEATRIZ, makers=(BEATRIZ,), supersedes=1)
    assert "Lena" not in str(no.value)


def test_what_nobody_decides_on_any_more_is_ended_by_anybody(office: Office) -> None:
    logged(office, LENA, makers=(LENA, MARCUS))
    office.leave(LENA)
    with pytest.raises(InvalidForm, match=r"ends it: Marcus\. "):
        logged(office, BEATRIZ, makers=(BEATRIZ,), supersedes=1)
    becomes_guest(office, MARCUS)
    logged(office, BEATRIZ, makers=(BEATRIZ,), supersedes=1)
    assert status(office, 1) is SUPERSEDED


def test_who_was_consulted_or_informed_stands_in_for_deciders_who_left(office: Office) -> None:
    logged(office, LENA, consulted=(YUKI,), informed=(BEATRIZ, ANANYA))
    with pytest.raises(NotPermitted, match="Only the makers of D-1"):
        office.move(DEPRECATED, YUKI, MONDAY)
    office.leave(LENA)
    becomes_guest(office, ANANYA)
    for other in (MARCUS, ANANYA):
        with pytest.raises(NotPermitted, match="who was consulted or informed may do that"):
            office.move(DEPRECATED, other, MONDAY)
    office.move(DEPRECATED, BEATRIZ, MONDAY)
    assert status(office, 1) is DEPRECATED


def test_anybody_of_the_team_stands_in_where_nobody_else_is_left(office: Office) -> None:
    logged(office, LENA, PROPOSED, makers=(MARCUS,), consulted=(YUKI,))
    for gone in (LENA, MARCUS, YUKI):
        office.leave(gone)
    becomes_guest(office, ANANYA)
    for other in (ANANYA, YUKI, "UNOBODY"):
        with pytest.raises(NotPermitted):
            office.move(REJECTED, other, MONDAY)
    office.move(REJECTED, BEATRIZ, MONDAY)
    assert status(office, 1) is REJECTED


@pytest.mark.parametrize("how", ["left", "guest"])
def test_a_round_of_an_author_who_cannot_decide_is_ended_by_who_stands_in(
    office: Office, how: str
) -> None:
    office.propose((MARCUS,), author=LENA)
    for gone in (LENA, MARCUS):
        office.leave(gone) if how == "left" else becomes_guest(office, gone)
    later = at("2026-11-30T14:00")
    office.live_until(later)
    office.move(REJECTED, BEATRIZ, later)
    assert status(office, 1) is REJECTED
