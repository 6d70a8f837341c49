"""What makers say, what comes of it under each rule, and whose word overrules it."""

from datetime import timedelta

import pytest

from bot.domain.decisions.consent import ConsentRule, Stance
from bot.domain.decisions.record import DecisionStatus
from bot.errors import Conflict, NotPermitted
from bot.services.decisions import consents
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

AGREE, ASIDE, OBJECT = Stance.AGREE, Stance.STAND_ASIDE, Stance.OBJECT
ACCEPTED, REJECTED = DecisionStatus.ACCEPTED, DecisionStatus.REJECTED
PROPOSED = DecisionStatus.PROPOSED
UNANIMOUS, MAJORITY, AUTHOR = ConsentRule.UNANIMOUS, ConsentRule.MAJORITY, ConsentRule.AUTHOR
LATER = MONDAY + timedelta(minutes=30)
WEDNESDAY = at("2026-11-25T14:00")


@pytest.mark.parametrize("rule", [UNANIMOUS, MAJORITY])
def test_consent_of_all_accepts_at_once(office: Office, rule: ConsentRule) -> None:
    office.propose((LENA, MARCUS, YUKI), rule)
    assert office.say(MARCUS, ASIDE, MONDAY).status is PROPOSED
    decided = office.say(YUKI, AGREE, LATER)
    assert (decided.status, decided.decided_at) == (ACCEPTED, LATER)
    assert office.trail()[1:] == [
        (MARCUS, "stood aside"),
        (YUKI, "agreed"),
        ("", "by consent of all"),
    ]


def test_consent_of_all_leaves_the_word_to_an_author_who_asked_for_it(office: Office) -> None:
    office.propose((LENA, MARCUS), AUTHOR)
    assert office.say(MARCUS, AGREE, MONDAY).status is PROPOSED
    office.send(MONDAY)
    assert "The round is over: everybody consents. Lena decides." in office.text("C1", MONDAY)
    assert office.move(ACCEPTED, LENA, LATER).status is ACCEPTED
    assert office.trail()[-1] == (LENA, "after the consent round, by consent of all")


def test_progress_is_shown_in_place_for_everybody(office: Office) -> None:
    office.away(YUKI, "2026-11-23", "2026-11-26", at("2026-11-20T14:00"))
    office.propose((LENA, MARCUS, YUKI))
    office.send(MONDAY)
    [card] = office.posted("C1")
    shown = office.text("C1", MONDAY)
    assert "Consent Lena agrees · Marcus is asked until  · Yuki is away until Thu 26 Nov" in shown
    assert "6 hours of each maker's working time; nobody may object" in shown
    assert office.labels("C1", MONDAY)[:5] == ["Agree", "Stand aside", "Object…", "Reject", "Edit"]
    office.say(MARCUS, OBJECT, MONDAY, "Twice the cost")
    office.send(MONDAY)
    assert office.posted("C1") == [card]
    assert "Marcus objects: Twice the cost" in office.text("C1", MONDAY)


def test_an_objection_stops_it_until_it_is_withdrawn(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ))
    office.say(MARCUS, OBJECT, MONDAY, "Twice the cost")
    office.say(BEATRIZ, AGREE, MONDAY)
    office.live_until(WEDNESDAY)
    assert office.record().status is PROPOSED
    assert office.say(MARCUS, AGREE, WEDNESDAY).status is ACCEPTED
    assert (MARCUS, "objected: Twice the cost") in office.trail()
    assert (MARCUS, "withdrew the objection and agreed") in office.trail()


def test_the_same_answer_again_is_nothing_new(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI))
    office.say(MARCUS, OBJECT, MONDAY, "Cost")
    office.say(MARCUS, OBJECT, LATER, "Cost")
    office.say(MARCUS, OBJECT, LATER, "Cost, and latency")
    assert [detail for by, detail in office.trail() if by == MARCUS] == [
        "objected: Cost",
        "objected: Cost, and latency",
    ]


def test_a_majority_overrules_only_once_everybody_had_their_time(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ, YUKI), MAJORITY)
    office.tick(MONDAY)
    office.say(MARCUS, OBJECT, MONDAY, "Cost")
    office.say(BEATRIZ, AGREE, MONDAY)
    assert office.record().status is PROPOSED
    assert office.say(YUKI, ASIDE, LATER).status is ACCEPTED
    assert office.trail()[-1] == ("", "by a majority of 2 to 1, over the objection of Marcus")


def test_silence_breaks_a_majority_unless_it_is_consent(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), MAJORITY)
    office.tick(MONDAY)
    office.say(MARCUS, OBJECT, MONDAY, "Cost")
    office.live_until(WEDNESDAY)
    assert office.record().status is PROPOSED
    assert "Beatriz said nothing in their 6 hours" in office.text("C1", WEDNESDAY)


def test_silence_makes_a_majority_where_it_is_consent(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), MAJORITY, silence=True)
    office.tick(MONDAY)
    office.say(MARCUS, OBJECT, MONDAY, "Cost")
    office.live_until(WEDNESDAY)
    how = "by a majority of 2 to 1, over the objection of Marcus; Beatriz said nothing"
    assert office.trail()[-1][1].startswith(how)


def test_silence_is_consent_where_its_author_chose_so(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), silence=True)
    office.send(MONDAY)
    office.live_until(WEDNESDAY)
    assert office.record().status is ACCEPTED
    said = "Marcus and Beatriz said nothing in their 6 hours, which counts as consent"
    assert office.trail()[-1] == ("", f"by consent of all; {said}")
    # Asked at nine in New York and at eleven in São Paulo: the same six hours for both.
    assert office.record().decided_at == at("2026-11-23T20:00")


def test_the_author_decides_once_the_round_is_over(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), AUTHOR)
    office.tick(MONDAY)
    office.say(MARCUS, OBJECT, MONDAY, "Cost")
    with pytest.raises(Conflict, match="Beatriz is still asked"):
        office.move(ACCEPTED, LENA, MONDAY)
    assert "Accept" not in office.labels("C1", MONDAY)
    office.live_until(WEDNESDAY)
    assert "Lena decides" in office.text("C1", WEDNESDAY)
    assert "Accept" in office.labels("C1", WEDNESDAY)
    with pytest.raises(NotPermitted, match="only Lena, who proposed it"):
        office.move(ACCEPTED, MARCUS, WEDNESDAY)
    office.move(ACCEPTED, LENA, WEDNESDAY)
    over = "over the objection of Marcus and though Beatriz said nothing in their 6 hours"
    assert office.trail()[-1] == (LENA, f"after the consent round, {over}")


def test_one_word_neither_accepts_nor_rejects_what_the_makers_decide(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI, ANANYA))
    office.tick(MONDAY)
    with pytest.raises(Conflict, match="Marcus, Yuki and Ananya are still asked"):
        office.move(ACCEPTED, LENA, MONDAY)
    with pytest.raises(NotPermitted, match="object and say why"):
        office.move(REJECTED, MARCUS, MONDAY)
    office.live_until(WEDNESDAY)
    with pytest.raises(Conflict, match="said nothing in their 6 hours"):
        office.move(ACCEPTED, LENA, WEDNESDAY)
    assert office.move(REJECTED, LENA, WEDNESDAY).status is REJECTED


def test_makers_stand_in_for_an_author_who_has_left(office: Office) -> None:
    office.propose((MARCUS, BEATRIZ), AUTHOR)
    office.say(MARCUS, OBJECT, MONDAY, "Cost")
    office.say(BEATRIZ, AGREE, MONDAY)
    office.leave(LENA)
    assert office.move(ACCEPTED, MARCUS, MONDAY).status is ACCEPTED


def test_without_a_round_a_maker_still_decides_alone(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.edit("Use LightGBM", MONDAY, consent=False)
    assert office.move(ACCEPTED, MARCUS, MONDAY).status is ACCEPTED
    assert office.trail()[-1] == (MARCUS, "")


def test_an_accepted_one_is_deprecated_by_a_maker_as_ever(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.say(MARCUS, AGREE, MONDAY)
    assert office.move(DecisionStatus.DEPRECATED, MARCUS, LATER).status == "deprecated"


def test_others_are_not_asked(office: Office) -> None:
    office.propose((LENA, MARCUS))
    with pytest.raises(NotPermitted, match="Only the makers of D-1"):
        office.say(YUKI, AGREE, MONDAY)
    with pytest.raises(NotPermitted):
        office.say("USTRANGER", OBJECT, MONDAY, "No")
    assert [by for by, _ in office.trail()] == [LENA]


def test_after_the_end_nobody_can_answer(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.say(MARCUS, AGREE, MONDAY)
    with pytest.raises(Conflict, match="D-1 is accepted already"):
        office.say(MARCUS, OBJECT, LATER, "Wait")
    assert office.record().status is ACCEPTED


def test_an_answer_to_another_text_is_not_taken(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.edit("Use XGBoost", MONDAY)
    with pytest.raises(Conflict, match="changed since you read it"):
        office.say(MARCUS, AGREE, MONDAY, version=1)
    assert office.record().status is PROPOSED


def test_the_author_hears_once_in_their_hours_what_stands_in_the_way(office: Office) -> None:
    evening = at("2026-11-23T18:00")
    office.propose((LENA, MARCUS, BEATRIZ), now=MONDAY)
    office.say(BEATRIZ, AGREE, MONDAY)
    office.say(MARCUS, OBJECT, evening, "Twice the cost")
    office.tick(evening)
    assert office.posted(LENA) == []
    office.say(MARCUS, OBJECT, evening + timedelta(minutes=1), "Twice the cost, no gain")
    morning = at("2026-11-24T07:00")
    office.live_until(morning)
    told = office.text(LENA, morning)
    assert "The consent round of D-1 · Use LightGBM is over: Marcus objects." in told
    assert "Marcus objects: Twice the cost, no gain" in told
    assert "Edit it, and all are asked again, or reject it. Talk to Marcus" in told
    assert office.labels(LENA, morning) == ["Reject", "Edit", "Details"]
    office.live_until(WEDNESDAY)
    assert len(office.posted(LENA)) == 1
    office.say(MARCUS, AGREE, WEDNESDAY)
    office.send(WEDNESDAY)
    assert office.labels(LENA, WEDNESDAY) == ["Details"]
    assert "accepted" in office.text(LENA, WEDNESDAY)


def test_a_round_that_went_on_by_the_morning_is_no_news(office: Office) -> None:
    evening = at("2026-11-23T18:00")
    office.propose((LENA, MARCUS))
    office.say(MARCUS, OBJECT, evening, "Cost")
    office.say(MARCUS, AGREE, evening + timedelta(minutes=1))
    office.live_until(WEDNESDAY)
    assert office.posted(LENA) == []


def test_what_it_is_to_replace_may_be_gone_by_then(office: Office) -> None:
    older = office.propose((LENA,))
    office.tick(MONDAY)
    assert older.number == 1
    office.propose((LENA, MARCUS), supersedes=1)
    office.move(DecisionStatus.DEPRECATED, LENA, MONDAY)
    said = Answer(workspace="T1", number=2, version=1, user_id=MARCUS, stance=AGREE)
    office.do(consents.answer, said, MONDAY)
    second = office.do(lambda uow: uow.decisions.get("T1", 2))
    assert second is not None
    assert second.status is PROPOSED
    office.tick(MONDAY)
    told = office.text(LENA, MONDAY)
    assert "All consent to D-2 · Use LightGBM, but: D-1 was deprecated and stays so." in told


def test_a_question_shows_what_was_answered_and_takes_the_other_answers(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI))
    office.tick(MONDAY)
    assert "It wins on every slice." in office.text(MARCUS, MONDAY)
    assert "6 hours of your working time). Silence doesn't count as consent." in office.text(
        MARCUS, MONDAY
    )
    office.say(MARCUS, AGREE, MONDAY)
    office.send(MONDAY)
    assert office.labels(MARCUS, MONDAY) == ["Stand aside", "Object…", "Details"]
    assert "You agreed" in office.text(MARCUS, MONDAY)
    office.say(MARCUS, OBJECT, LATER, "Cost")
    assert "You objected : Cost" in office.text(MARCUS, LATER)
    assert office.labels(MARCUS, LATER) == ["Agree", "Stand aside", "Object…", "Details"]
    office.say(MARCUS, ASIDE, LATER)
    office.say(YUKI, AGREE, LATER)
    office.send(LATER)
    assert office.labels(MARCUS, LATER) == ["Details"]
    assert "D-1 · Use LightGBM · acceptedYou stood aside" in office.text(MARCUS, LATER)


def test_who_was_silent_can_still_answer(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.live_until(WEDNESDAY)
    assert "Your time was over . You can still answer." in office.text(MARCUS, WEDNESDAY)
    assert office.say(MARCUS, AGREE, WEDNESDAY).status is ACCEPTED
