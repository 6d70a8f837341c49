"""Who is asked when, who is reminded, and who isn't waited for."""

from datetime import timedelta

from bot.domain.decisions.consent import ConsentRule, Stance, Standing
from bot.domain.decisions.record import DecisionStatus
from bot.services import aways
from bot.services.decisions import consent_asks as asks
from tests.unit.decisions.rounds import (
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
# Eight in Tokyo; six hours of Yuki's working time end at 14:00 there.
TOKYO_OPENS, TOKYO_OVER = at("2026-11-23T23:00"), at("2026-11-24T05:00")
# Marcus was asked at nine; his six hours end at 15:00, a quarter of them is left from 13:30 on.
NEW_YORK_LATE, NEW_YORK_OVER = at("2026-11-23T18:30"), at("2026-11-23T20:00")
SECOND = timedelta(seconds=1)


def test_makers_are_asked_at_work_and_their_own_hours_count(office: Office) -> None:
    office.propose((LENA, YUKI, MARCUS))
    office.send(MONDAY)
    assert [len(office.posted(each)) for each in (LENA, YUKI, MARCUS)] == [0, 0, 1]
    due = {seat.user_id: seat.due_at for seat in office.round(MONDAY).seats}
    assert (due[MARCUS], due[YUKI]) == (NEW_YORK_OVER, TOKYO_OVER)
    office.live_until(TOKYO_OPENS - SECOND)
    assert office.posted(YUKI) == []
    office.tick(TOKYO_OPENS)
    assert "Lena asks for your consent to D-1 · Use LightGBM" in office.text(YUKI, TOKYO_OPENS)
    assert office.labels(YUKI, TOKYO_OPENS) == ["Agree", "Stand aside", "Object…", "Details"]


def test_the_author_agrees_by_proposing_and_is_no_approver_otherwise(office: Office) -> None:
    office.propose((LENA, MARCUS))
    first, second = office.round(MONDAY).seats
    assert (first.approver.stance, second.approver.stance) == (AGREE, None)
    office.do(lambda uow: uow.consents.begin("T1", 1, []))
    office.propose((MARCUS,))
    assert office.do(lambda uow: uow.consents.approvers("T1", 2))[0].user_id == MARCUS


def test_without_terms_or_makers_nobody_is_asked(office: Office) -> None:
    office.propose(())
    assert office.do(lambda uow: uow.consents.approvers("T1", 1)) == []
    office.send(MONDAY)
    assert "Accept" in office.labels("C1", MONDAY)


def test_a_proposal_of_its_only_maker_is_accepted_by_the_next_tick(office: Office) -> None:
    office.propose((LENA,))
    assert office.record().status is DecisionStatus.PROPOSED
    office.tick(MONDAY)
    assert office.record().status is DecisionStatus.ACCEPTED
    assert office.trail()[-1] == ("", "by consent of all")


def test_one_reminder_when_a_quarter_is_left_and_only_to_the_silent(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ))
    office.tick(MONDAY)
    office.say(BEATRIZ, AGREE, MONDAY)
    office.live_until(NEW_YORK_LATE - SECOND)
    assert len(office.posted(MARCUS)) == 1
    office.live_until(NEW_YORK_OVER - SECOND)
    assert len(office.posted(MARCUS)) == 2
    assert "D-1 · Use LightGBM still waits for your word." in office.text(MARCUS, NEW_YORK_LATE)
    assert len(office.posted(BEATRIZ)) == 1


def test_a_reminder_that_comes_with_the_evening_waits_for_the_morning(office: Office) -> None:
    # Lena is asked at half past one: three quarters of six hours have passed at six sharp.
    start, morning = at("2026-11-23T12:30"), at("2026-11-24T07:00")
    office.propose((LENA, MARCUS), author=MARCUS, now=start)
    office.send(start)
    office.live_until(morning - SECOND)
    assert len(office.posted(LENA)) == 1
    office.tick(morning)
    assert len(office.posted(LENA)) == 2


def test_nobody_is_reminded_of_a_short_time(office: Office) -> None:
    office.propose((LENA, MARCUS), hours=2)
    office.live_until(at("2026-11-25T14:00"))
    assert len(office.posted(MARCUS)) == 1


def test_who_goes_away_has_more_time_and_is_not_held_to_be_silent(office: Office) -> None:
    office.propose((LENA, MARCUS), ConsentRule.UNANIMOUS, silence=True)
    office.tick(MONDAY)
    office.away(MARCUS, "2026-11-23", "2026-11-24", at("2026-11-23T15:00"))
    office.live_until(at("2026-11-23T22:00"))
    assert office.round(at("2026-11-23T22:00")).standing(at("2026-11-23T22:00")) is Standing.ASKING
    shown = office.text("C1", at("2026-11-23T22:00"))
    assert "Marcus is away until Tue 24 Nov" in shown
    # The message that asked him at nine on Monday counts; Wednesday's eight to two are his hours.
    office.live_until(at("2026-11-25T19:00") - SECOND)
    assert office.record().status is DecisionStatus.PROPOSED
    office.tick(at("2026-11-25T19:00"))
    assert office.trail()[-1] == (
        "",
        "by consent of all; Marcus said nothing in their 6 hours, which counts as consent",
    )


def test_who_is_away_is_asked_when_they_are_back(office: Office) -> None:
    office.away(MARCUS, "2026-11-23", "2026-11-24", at("2026-11-20T15:00"))
    office.propose((LENA, MARCUS))
    back = at("2026-11-25T13:00")
    office.live_until(back - SECOND)
    assert office.posted(MARCUS) == []
    office.tick(back)
    assert len(office.posted(MARCUS)) == 1


def test_nobody_is_silent_who_could_not_be_asked_while_the_bot_was_down(office: Office) -> None:
    office.propose((LENA, YUKI, MARCUS), silence=True)
    office.send(MONDAY)
    # The bot is back when Yuki's and Marcus's time would have been over, at night in both places.
    back = at("2026-11-25T02:00")
    office.tick(back)
    standing = office.round(back)
    assert standing.standing(back) is Standing.ASKING
    assert [seat.user_id for seat in standing.waiting(back)] == [YUKI]
    assert standing.seats[1].due_at == at("2026-11-25T08:00")
    assert len(office.posted(YUKI)) == 1


def test_a_question_that_could_not_be_sent_in_time_is_asked_again(office: Office) -> None:
    office.propose((LENA, MARCUS), silence=True)
    slack_is_back = at("2026-11-24T03:00")
    office.live_without_slack_until(slack_is_back)
    office.send(slack_is_back)
    assert office.posted(MARCUS) == []
    assert office.record().status is DecisionStatus.PROPOSED
    office.live_until(at("2026-11-24T13:15"))
    assert len(office.posted(MARCUS)) == 1
    assert office.round(slack_is_back).seats[1].due_at == at("2026-11-24T19:00")


def test_time_counts_from_when_the_question_arrived(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.live_without_slack_until(at("2026-11-23T17:00"))
    office.live_until(at("2026-11-23T17:30"))
    assert len(office.posted(MARCUS)) == 1
    assert office.round(MONDAY).seats[1].due_at == at("2026-11-23T23:00")


def test_who_has_left_is_not_waited_for(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI))
    office.tick(MONDAY)
    office.say(YUKI, AGREE, MONDAY)
    office.leave(MARCUS)
    assert "Marcus has left" in office.text("C1", MONDAY)
    office.live_until(MONDAY + timedelta(hours=4))
    assert office.record().status is DecisionStatus.ACCEPTED


def test_a_proposal_to_makers_who_have_all_left_waits_for_nobody(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.leave(MARCUS)
    office.live_until(MONDAY + timedelta(minutes=15))
    assert office.posted(MARCUS) == []
    assert office.trail()[-1] == ("", "by consent of all")


def test_the_objection_of_who_has_left_stops_nothing(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI))
    office.tick(MONDAY)
    office.say(MARCUS, OBJECT, MONDAY, "Too slow")
    office.leave(MARCUS)
    assert office.say(YUKI, AGREE, MONDAY).status is DecisionStatus.ACCEPTED


def test_an_edit_asks_everybody_anew(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI))
    office.tick(MONDAY)
    office.say(MARCUS, OBJECT, MONDAY, "Too slow")
    later = MONDAY + timedelta(hours=1)
    office.edit("Use LightGBM 4", later, by=YUKI)
    office.tick(later)
    stances = {seat.user_id: seat.approver.stance for seat in office.round(later).seats}
    assert stances == {LENA: None, MARCUS: None, YUKI: AGREE}
    assert ("", "everybody is asked for consent again") in office.trail()
    assert len(office.posted(MARCUS)) == 2
    shown = office.text(MARCUS, later)
    assert "It was changed since; you're asked about what it says now." in shown
    assert "Lena asks for your consent to D-1 · Use LightGBM 4" in shown
    assert office.round(later).seats[1].due_at == at("2026-11-23T21:00")


def test_an_edit_can_end_the_round(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.tick(MONDAY)
    office.edit("Use LightGBM", MONDAY, consent=False)
    office.tick(MONDAY)
    assert ("", "nobody is asked any more") in office.trail()
    assert "Your consent isn't asked for any more." in office.text(MARCUS, MONDAY)
    assert "Accept" in office.labels("C1", MONDAY)
    office.live_until(MONDAY + timedelta(days=3))
    assert len(office.posted(MARCUS)) == 1


def test_a_rejection_ends_everything(office: Office) -> None:
    office.propose((LENA, MARCUS, YUKI))
    office.tick(MONDAY)
    office.move(DecisionStatus.REJECTED, LENA, MONDAY)
    office.live_until(MONDAY + timedelta(days=3))
    assert office.posted(YUKI) == []
    assert office.labels(MARCUS, MONDAY) == ["Details"]
    assert "D-1 · Use LightGBM · rejected" in office.text(MARCUS, MONDAY)
    assert len(office.posted(MARCUS)) == 1


def test_who_comes_back_early_is_asked_at_once_and_shown_so(office: Office) -> None:
    office.away(MARCUS, "2026-11-23", "2026-11-26", at("2026-11-20T15:00"))
    office.propose((LENA, MARCUS))
    office.tick(MONDAY)
    assert office.posted(MARCUS) == []
    back = MONDAY + timedelta(minutes=5)
    office.do(aways.back, "T1", MARCUS, MARCUS, back)
    office.do(asks.absence_changed, "T1", MARCUS, back)
    office.do(asks.absence_changed, "T1", LENA, back)
    before = office.waiting()
    office.tick(back)
    assert before == []
    assert len(office.posted(MARCUS)) == 1
    assert "Marcus is asked until" in office.text("C1", back)
