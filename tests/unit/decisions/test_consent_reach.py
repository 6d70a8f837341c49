"""Makers whom no message reaches, who can't decide any more, and who come back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.decisions.consent import Stance, Standing
from bot.domain.decisions.record import DecisionStatus
from bot.domain.delivery import DeliveryState, Verdict
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import waiting
from bot.views.decisions.waiting import open_row
from bot.views.text import words
from tests.unit.decisions.rounds import BEATRIZ, LENA, MARCUS, MONDAY, Office, office
from tests.unit.desk import at

__all__ = ["office"]

QUARTER = timedelta(minutes=15)
# Asked at nine in New York, looked at a quarter past, and four hours later.
LOOKED = MONDAY + QUARTER
AGAIN = LOOKED + timedelta(hours=4)
REFUSED = "messages_tab_disabled"


def refuse(office: Office, now: datetime, user_id: str = MARCUS) -> None:
    """Slack refuses what waits for somebody, and takes the rest."""

    def store(uow: UnitOfWork) -> None:
        for each in [each for each in office.waiting() if each.channel == user_id]:
            claimed = deliveries.claim(uow, each, now, timedelta(minutes=1))
            assert claimed is not None
            failed = Verdict(state=DeliveryState.FAILED, ready_at=now, error=REFUSED)
            deliveries.settle(uow, claimed, failed, now)

    office.do(store)
    office.send(now)


def become(office: Office, user_id: str, **changes: Any) -> None:
    """Slack says something new of somebody."""
    person = office.do(lambda uow: uow.people.get("T1", user_id))
    assert person is not None
    office.do(lambda uow: uow.people.save([replace(person, **changes)]))


def live_refused_until(office: Office, end: datetime) -> int:
    """Tick through a time in which Slack refuses what goes to Marcus; how often it did."""
    tries, now = 0, MONDAY
    while now < end:
        office.live_without_slack_until(now)
        tries += sum(1 for each in office.waiting() if each.channel == MARCUS)
        refuse(office, now)
        now += QUARTER
    return tries


def test_silence_after_a_question_that_slack_refused_is_no_consent(office: Office) -> None:
    office.propose((LENA, MARCUS), hours=2, silence=True)
    tries = live_refused_until(office, MONDAY + timedelta(days=2))
    assert (office.posted(MARCUS), office.record().status) == ([], DecisionStatus.PROPOSED)
    # Nine to six in New York, every four hours, on two days; not on each look.
    assert 4 <= tries <= 8
    assert [by for by, detail in office.trail() if "nothing" in detail] == []


def test_who_cannot_be_reached_is_shown_so_and_answers_in_the_channel(office: Office) -> None:
    office.propose((LENA, MARCUS), silence=True)
    refuse(office, MONDAY)
    office.tick(LOOKED)
    assert "Marcus can't be reached by direct message" in office.text("C1", LOOKED)
    assert office.round(LOOKED).standing(LOOKED) is Standing.ASKING
    assert "Agree" in office.labels("C1", LOOKED)
    [open_now] = office.do(waiting.waiting, [office.record()], LOOKED)
    assert " (can't be reached by direct message)" in open_row(open_now, words("D-1"))
    assert office.say(MARCUS, Stance.AGREE, LOOKED).status is DecisionStatus.ACCEPTED


def test_who_can_be_reached_again_is_asked_anew_and_has_all_their_time(office: Office) -> None:
    office.propose((LENA, MARCUS), silence=True)
    refuse(office, MONDAY)
    office.live_until(AGAIN - timedelta(seconds=1))
    assert office.posted(MARCUS) == []
    office.tick(AGAIN)
    office.live_until(AGAIN + QUARTER)
    assert len(office.posted(MARCUS)) == 1
    # Six hours from 13:15 in New York end at 09:15 the next day.
    [_, seat] = office.round(AGAIN).seats
    assert (seat.unreachable, seat.due_at) == (False, at("2026-11-24T14:15"))
    assert "Marcus is asked until" in office.text("C1", AGAIN + QUARTER)


def test_nobody_is_reminded_of_a_question_that_never_arrived(office: Office) -> None:
    office.propose((LENA, MARCUS), hours=4)
    live_refused_until(office, MONDAY + timedelta(days=2))
    ids = office.do(lambda uow: uow.deliveries.get(f"decision:T1:1:consent:1:{MARCUS}:again"))
    assert ids is None


@pytest.mark.parametrize("change", [{"is_guest": True}, {"is_external": True}])
def test_who_may_not_decide_any_more_is_not_counted_as_silent(
    office: Office, change: dict[str, bool]
) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), hours=2, silence=True)
    office.tick(MONDAY)
    become(office, MARCUS, **change)
    assert "Marcus can't decide here any more" in office.text("C1", MONDAY)
    office.live_until(MONDAY + timedelta(days=1))
    assert office.trail()[-1] == (
        "",
        "by consent of all; Beatriz said nothing in their 2 hours, which counts as consent",
    )


def test_a_guest_is_not_asked(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ))
    become(office, MARCUS, is_guest=True)
    office.live_until(MONDAY + timedelta(days=1))
    assert (office.posted(MARCUS), len(office.posted(BEATRIZ))) == ([], 2)


def test_who_comes_back_is_asked_and_has_all_their_time(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), hours=2, silence=True)
    become(office, MARCUS, deleted=True)
    office.tick(MONDAY)
    office.say(BEATRIZ, Stance.OBJECT, MONDAY, "unsafe")
    office.live_until(at("2026-11-30T14:00"))
    become(office, MARCUS, deleted=False)
    office.live_until(at("2026-12-01T14:00"))
    assert len(office.posted(MARCUS)) == 1
    assert office.round(MONDAY).seats[1].due_at > at("2026-11-30T16:00")


def test_who_left_with_the_question_in_their_messages_has_their_time_once_back(
    office: Office,
) -> None:
    office.propose((LENA, MARCUS, BEATRIZ), hours=2, silence=True)
    office.tick(MONDAY)
    become(office, MARCUS, deleted=True)
    office.say(BEATRIZ, Stance.OBJECT, MONDAY, "unsafe")
    back = at("2026-11-30T14:00")
    office.live_until(back)
    become(office, MARCUS, deleted=False)
    assert office.round(back).standing(back) is Standing.ASKING
    office.live_until(back + timedelta(days=1))
    assert len(office.posted(MARCUS)) == 1
    assert office.round(back).seats[1].is_silent(back + timedelta(days=1))


def test_the_card_is_not_edited_for_somebody_who_stays_away_for_good(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ))
    office.tick(MONDAY)
    become(office, MARCUS, deleted=True)
    office.say(BEATRIZ, Stance.OBJECT, MONDAY, "unsafe")
    office.live_until(MONDAY + timedelta(days=1))
    counted = office.do(lambda uow: uow.deliveries.counts())
    office.live_until(MONDAY + timedelta(days=10))
    assert office.do(lambda uow: uow.deliveries.counts()) == counted
