"""Asked to look again: who hears of it, who answers first, and what the card says of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.review import ReviewAnswer, ReviewCause, a_quarter_after
from bot.domain.delivery import DeliveryState, Verdict
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import review_rollbacks, reviews
from tests.unit.decisions.lab import NIGHT, PROMOTED, WEDNESDAY, Lab, an_evaluation, lab
from tests.unit.decisions.rounds import ANANYA, BEATRIZ, LENA, MARCUS, YUKI
from tests.unit.desk import at

__all__ = ["lab"]

HOUR = timedelta(hours=1)
FEBRUARY = date(2027, 2, 1)


def broken(lab: Lab, **parts: Any) -> None:
    """D-1 is due for another look on Wednesday, 17:00 in Berlin."""
    lab.decide(**{"revisit": "val_auc < 0.9", **parts})
    breaks(lab)


def breaks(lab: Lab) -> None:
    lab.finished(an_evaluation("bad", 0.871, WEDNESDAY + HOUR / 2))
    lab.look(WEDNESDAY + HOUR)
    lab.tick(WEDNESDAY + HOUR)


def due_for_review(lab: Lab, now: datetime) -> None:
    """D-1 of Lena and Marcus was decided the day before, and is due for another look now."""
    lab.decide(now - timedelta(days=1))
    lab.send(now - timedelta(days=1))
    begin(lab, now)


def begin(lab: Lab, now: datetime) -> None:
    """Its rule fires."""

    def fire(uow: UnitOfWork) -> None:
        record = uow.decisions.locked("T1", 1)
        assert record is not None
        reviews.begin(uow, record, ReviewCause.RULE, "val_auc fell", now)

    lab.do(fire)


def test_the_thread_and_each_maker_at_work_are_asked_with_the_reason(lab: Lab) -> None:
    broken(lab)
    now = WEDNESDAY + HOUR
    for channel in (LENA, MARCUS):
        text = lab.text(channel, now)
        assert "D-1 is due for another look: " in text
        assert "champion val_auc of churn was 0.871, below 0.9." in text
        assert lab.labels(channel, now) == ["Keep", "Revise", "Supersede", "Details"]
    [card, thread] = lab.posted("C1")
    assert thread.thread_of == card.id
    assert lab.labels("C1", now) == ["Keep", "Revise", "Supersede", "Details"]
    assert "<@" not in lab.text("C1", now)
    assert "Due for review since" in lab.text("C1", now)


def test_who_sleeps_or_is_away_is_asked_when_they_are_back(lab: Lab) -> None:
    lab.away(MARCUS, "2026-11-25", "2026-11-29", WEDNESDAY - NIGHT)
    lab.send(WEDNESDAY)
    known = len(lab.posted(MARCUS))
    broken(lab, makers=(MARCUS, YUKI))
    assert len(lab.posted(MARCUS)) == known
    # Yuki begins at 08:00 in Tokyo, 23:00 UTC; Marcus is back on Monday, 08:00 in New York.
    lab.live_until(at("2026-11-25T22:59"))
    assert lab.posted(YUKI) == []
    lab.live_until(at("2026-11-25T23:00"))
    assert len(lab.posted(YUKI)) == 1
    lab.live_until(at("2026-11-30T12:59"))
    assert len(lab.posted(MARCUS)) == known
    lab.live_until(at("2026-11-30T13:00"))
    assert len(lab.posted(MARCUS)) == known + 1


def test_who_was_asleep_when_it_was_answered_is_not_asked_any_more(lab: Lab) -> None:
    broken(lab, makers=(LENA, YUKI))
    lab.do(reviews.keep, "T1", 1, 1, LENA, "", None, WEDNESDAY + 2 * HOUR)
    lab.live_until(at("2026-11-27T12:00"))
    assert lab.posted(YUKI) == []


def test_nobody_is_asked_in_the_evening_what_could_not_be_sent_by_day(lab: Lab) -> None:
    # 17:55 in Berlin, 11:55 in New York; Slack is back at 21:45 in Berlin.
    begun, back = at("2026-11-25T16:55"), at("2026-11-25T20:45")
    due_for_review(lab, begun)
    lab.send(back)
    assert (lab.posted(LENA), len(lab.posted(MARCUS))) == ([], 1)
    assert [each.thread_of for each in lab.posted("C1")][-1] == "decision:T1:1"


def test_who_was_not_written_to_is_when_they_are_back_at_work_and_once(lab: Lab) -> None:
    begun, back = at("2026-11-25T16:55"), at("2026-11-25T20:45")
    due_for_review(lab, begun)
    lab.live_without_slack_until(back)
    lab.send(back)
    # Eight in Berlin; Thanksgiving isn't in anybody's calendar here.
    morning = at("2026-11-26T07:00")
    lab.live_until(morning - timedelta(seconds=1))
    assert lab.posted(LENA) == []
    lab.tick(morning)
    lab.live_until(morning + timedelta(days=10))
    assert (len(lab.posted(LENA)), len(lab.posted(MARCUS))) == (1, 1)
    now = morning + timedelta(days=10)
    lab.do(reviews.keep, "T1", 1, 1, MARCUS, "", None, now)
    lab.send(now)
    assert lab.labels(LENA, now) == ["Details"]
    assert "Kept by Marcus" in lab.text(LENA, now)


def test_whom_slack_refuses_to_write_to_is_left_to_the_thread(lab: Lab) -> None:
    due_for_review(lab, WEDNESDAY)
    [asked] = [each for each in lab.waiting() if each.channel == MARCUS]
    failed = Verdict(state=DeliveryState.FAILED, ready_at=WEDNESDAY, error="user_not_found")

    def refuse(uow: UnitOfWork) -> None:
        claimed = deliveries.claim(uow, asked, WEDNESDAY, timedelta(minutes=1))
        assert claimed is not None
        deliveries.settle(uow, claimed, failed, WEDNESDAY)

    lab.do(refuse)
    lab.live_until(WEDNESDAY + timedelta(days=10))
    assert (lab.posted(MARCUS), len(lab.posted(LENA))) == ([], 1)


def test_a_maker_who_became_a_guest_is_left_out(lab: Lab) -> None:
    lab.decide()
    person = lab.do(lambda uow: uow.people.get("T1", MARCUS))
    assert person is not None
    lab.do(lambda uow: uow.people.save([replace(person, is_guest=True)]))
    begin(lab, WEDNESDAY)
    lab.send(WEDNESDAY)
    assert (len(lab.posted(LENA)), lab.posted(MARCUS)) == (1, [])


def test_without_makers_the_author_is_asked(lab: Lab) -> None:
    broken(lab, makers=())
    assert len(lab.posted(LENA)) == 1


def test_a_maker_whose_account_is_gone_is_left_out(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9")
    lab.leave(MARCUS)
    breaks(lab)
    assert (len(lab.posted(LENA)), lab.posted(MARCUS)) == (1, [])


def test_kept_with_a_note_and_a_date_is_told_everywhere_and_asked_again_then(lab: Lab) -> None:
    broken(lab, makers=(LENA, MARCUS))
    now = WEDNESDAY + 2 * HOUR
    lab.do(reviews.keep, "T1", 1, 1, MARCUS, "The slice is small.", FEBRUARY, now)
    lab.send(now)
    for channel in ("C1", LENA, MARCUS):
        text = lab.text(channel, now)
        assert "Kept by Marcus" in text
        assert ": The slice is small." in text
        assert lab.labels(channel, now) == ["Details"]
    assert "on 1 Feb 2027" in lab.text("C1", now)
    assert (MARCUS, "kept it: The slice is small.; next look 1 Feb 2027") in lab.trail()
    lab.live_until(at("2027-02-01T06:59"))
    assert len(lab.reviews()) == 1
    lab.live_until(at("2027-02-01T07:00"))
    assert lab.reviews()[1].cause is ReviewCause.DATE


def test_the_date_in_the_body_counts_no_more_once_another_was_said(lab: Lab) -> None:
    broken(lab, review_on=date(2026, 12, 10))
    now = WEDNESDAY + 2 * HOUR
    lab.do(reviews.keep, "T1", 1, 1, LENA, "", FEBRUARY, now)
    lab.live_until(at("2027-01-31T12:00"))
    assert len(lab.reviews()) == 1
    lab.live_until(at("2027-02-01T12:00"))
    assert len(lab.reviews()) == 2


def test_the_second_person_hears_who_answered(lab: Lab) -> None:
    broken(lab)
    now = WEDNESDAY + 2 * HOUR
    lab.do(reviews.keep, "T1", 1, 1, MARCUS, "", None, now)
    with pytest.raises(Conflict, match="Marcus answered already: D-1 was kept"):
        lab.do(reviews.keep, "T1", 1, 1, LENA, "", None, now)
    with pytest.raises(Conflict, match="Marcus answered already"):
        lab.do(reviews.answerable, "T1", 1, 1, LENA)


@pytest.mark.parametrize("by", [ANANYA, BEATRIZ])
def test_only_its_makers_and_who_logged_it_may_answer(lab: Lab, by: str) -> None:
    broken(lab)
    with pytest.raises(NotPermitted):
        lab.do(reviews.keep, "T1", 1, 1, by, "", None, WEDNESDAY + 2 * HOUR)
    assert lab.reviews()[0].answer is None


def test_a_review_that_nobody_asked_for_and_a_day_that_is_over_are_refused(lab: Lab) -> None:
    broken(lab)
    now = WEDNESDAY + 2 * HOUR
    with pytest.raises(NotFound):
        lab.do(reviews.keep, "T1", 1, 2, LENA, "", None, now)
    with pytest.raises(InvalidForm, match="later day"):
        lab.do(reviews.keep, "T1", 1, 1, LENA, "", date(2026, 11, 25), now)


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ({}, ReviewAnswer.REVISED),
        ({"title": "Use CatBoost for churn"}, ReviewAnswer.SUPERSEDED),
    ],
)
def test_the_decision_that_takes_its_place_answers_the_review(
    lab: Lab, parts: dict[str, str], answer: ReviewAnswer
) -> None:
    broken(lab)
    now = WEDNESDAY + 2 * HOUR
    lab.supersede(1, MARCUS, now, **parts)
    lab.send(now)
    [review] = lab.reviews()
    assert (review.answer, review.answered_by, review.newer) == (answer, MARCUS, 2)
    assert f"D-1 was {answer} by D-2, Marcus" in lab.text(LENA, now)
    with pytest.raises(Conflict, match="Marcus answered already, with D-2"):
        lab.do(reviews.keep, "T1", 1, 1, LENA, "", None, now)


def test_deprecating_it_answers_the_review(lab: Lab) -> None:
    broken(lab)
    lab.move(DecisionStatus.DEPRECATED, MARCUS, WEDNESDAY + 2 * HOUR)
    [review] = lab.reviews()
    assert (review.answer, review.answered_by) == (ReviewAnswer.DEPRECATED, MARCUS)


def test_a_broken_rule_is_added_to_a_review_that_waits_for_its_date(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9", review_on=date(2026, 11, 26))
    lab.live_until(at("2026-11-26T12:00"))
    lab.nights([0.8, 0.95, 0.8], at("2026-11-26T13:00"))
    [review] = lab.reviews()
    assert review.cause is ReviewCause.RULE
    assert review.reason == (
        "its review date was 26 Nov 2026; champion val_auc of churn was 0.8, below 0.9"
    )


def test_the_audit_trail_says_who_was_asked_and_why(lab: Lab) -> None:
    broken(lab)
    reason = "due for another look: champion val_auc of churn was 0.871, below 0.9"
    assert ("", reason) in lab.trail()


def test_the_way_back_of_a_promotion_is_the_version_before(lab: Lab) -> None:
    lab.decide(promotion=PROMOTED, revisit="val_auc < 0.9")
    lab.promoted(1, WEDNESDAY)
    lab.nights([0.8], WEDNESDAY + HOUR)
    record, [review] = lab.record(), lab.reviews()
    body = lab.do(review_rollbacks.way_back, record, review, WEDNESDAY)
    assert body is not None
    assert body.promotion is not None
    assert (body.promotion.version, body.title) == (13, "Roll churn back to version 13")
    assert body.outcome == (
        "We put version 13 of churn back under champion, because champion val_auc of churn "
        "was 0.8, below 0.9."
    )
    assert [each.key for each in body.evidence] == ["churn/13"]


def test_without_a_version_before_there_is_no_way_back(lab: Lab) -> None:
    lab.decide(promotion=PROMOTED, revisit="val_auc < 0.9")
    lab.promoted(1, WEDNESDAY, previous=None)
    lab.nights([0.8], WEDNESDAY + HOUR)
    assert lab.do(review_rollbacks.way_back, lab.record(), lab.reviews()[0], WEDNESDAY) is None


def test_what_a_later_decision_put_there_is_not_undone(lab: Lab) -> None:
    lab.decide(promotion=PROMOTED, revisit="val_auc < 0.9")
    lab.promoted(1, WEDNESDAY)
    lab.nights([0.8], WEDNESDAY + HOUR)
    record, [review] = lab.record(), lab.reviews()
    lab.registry(champion=15)
    assert lab.do(review_rollbacks.way_back, record, review, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 11, 25), date(2027, 2, 25)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2026, 9, 30), date(2026, 12, 30)),
        (date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_quarter_later_is_the_same_day_or_the_last_of_its_month(day: date, later: date) -> None:
    assert a_quarter_after(day) == later
