"""What decisions that come from files do afterwards, and whom and what a file may not decide."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.clients.madr import MadrFiles
from bot.domain.decisions.archive import FileRefused
from bot.domain.decisions.consent import Stance
from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.review import ReviewCause
from bot.domain.delivery import DeliveryKind
from bot.services.decisions import archive, merge, promotions, reviews
from bot.services.decisions.merge import Outcome, Taken
from storage.engine import open_engines
from tests.unit.decisions.lab import PROMOTED, WEDNESDAY, Lab, lab, with_team
from tests.unit.decisions.rounds import BEATRIZ, LENA, MARCUS, MONDAY, YUKI

__all__ = ["lab"]

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
HAND_WRITTEN = """\
---
status: {status}
decision-makers: {makers}
meridian:
  {more}
---

# Back to 13

## Decision Outcome

Because.
"""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Lab]:
    """Another log, which the files go to; the team and the model are the same."""
    engines = open_engines(f"sqlite:///{tmp_path}/there.db")
    yield with_team(engines)
    engines.dispose()


def take(lab: Lab, text: str) -> Taken:
    return lab.do(merge.take, MadrFiles().read("a.md", text.encode(), "T1"), "T1", "C1", MONDAY)


def text_of(lab: Lab) -> str:
    [content] = MadrFiles().write(lab.do(archive.collect, "T1")).values()
    return content.decode()


def carry(source: Lab, to: Lab) -> Taken:
    """D-1 as a file, into the other log, which says nothing about it for now."""
    taken = take(to, text_of(source))
    assert taken.outcome is Outcome.RESTORED
    assert to.waiting() == []
    return taken


def hand_written(*, status: str = "proposed", makers: str = "Marcus, Lena", more: str = "") -> str:
    return HAND_WRITTEN.format(status=status, makers=makers, more=more or "tags: []")


def test_a_restored_round_asks_who_has_not_answered_and_ends(lab: Lab, there: Lab) -> None:
    lab.propose((LENA, MARCUS), hours=2, silence=True)
    lab.tick(MONDAY)
    carry(lab, there)
    there.tick(MONDAY)
    assert [each.card for each in there.posted(MARCUS)] == ["decision.consent"]
    assert there.posted(LENA) == []
    there.live_until(MONDAY + WEEK)
    assert there.record().status is DecisionStatus.ACCEPTED


@pytest.mark.parametrize("stance", ["object", "agree"])
def test_a_restored_round_in_which_all_have_answered_stays_as_it_was(
    lab: Lab, there: Lab, stance: str
) -> None:
    lab.propose((LENA, MARCUS))
    lab.tick(MONDAY)
    lab.say(MARCUS, Stance.OBJECT, MONDAY, "It costs twice as much.")
    take(there, text_of(lab).replace("stance: object", f"stance: {stance}"))
    there.live_until(MONDAY + WEEK)
    assert there.record().status is DecisionStatus.PROPOSED
    assert there.posted(MARCUS) == there.posted(LENA) == []


def test_a_restored_date_asks_again(lab: Lab, there: Lab) -> None:
    lab.decide(review_on=(WEDNESDAY + WEEK).date())
    carry(lab, there)
    there.live_until(WEDNESDAY + MONTH)
    assert [each.cause for each in there.reviews()] == [ReviewCause.DATE]


def test_after_a_review_its_own_next_date_asks_again(lab: Lab, there: Lab) -> None:
    lab.decide(review_on=(WEDNESDAY + WEEK).date())
    lab.live_until(WEDNESDAY + 2 * WEEK)
    kept = WEDNESDAY + 2 * WEEK
    lab.do(reviews.keep, "T1", 1, 1, LENA, "", (kept + MONTH).date(), kept)
    carry(lab, there)
    there.live_until(kept + MONTH - timedelta(days=2))
    assert len(there.reviews()) == 1
    there.live_until(kept + 2 * MONTH)
    assert len(there.reviews()) == 2


def test_a_review_that_waits_asks_its_makers_again(lab: Lab, there: Lab) -> None:
    lab.decide(review_on=date(2026, 11, 26))
    lab.live_until(WEDNESDAY + WEEK)
    carry(lab, there)
    there.live_until(WEDNESDAY + 2 * WEEK)
    assert [each.card for each in there.posted(MARCUS)] == ["decision.review"]
    assert len(there.reviews()) == 1


def test_a_restored_rule_watches_from_now_on(lab: Lab, there: Lab) -> None:
    there.nights([0.5], WEDNESDAY - WEEK)
    lab.decide(revisit="val_auc < 0.9")
    carry(lab, there)
    there.look(WEDNESDAY)
    assert there.reviews() == []
    there.nights([0.5], WEDNESDAY + WEEK)
    assert [each.cause for each in there.reviews()] == [ReviewCause.RULE]


def test_a_promotion_under_way_waits_for_somebody_to_try_again(lab: Lab, there: Lab) -> None:
    lab.decide(promotion=PROMOTED)
    taken = carry(lab, there)
    assert taken.unmoved == "champion of churn"
    status = there.do(lambda uow: uow.promotions.get("T1", 1))
    assert status is not None
    assert (status.state, status.problem) == (PromotionState.FAILED, "imported before it was moved")
    assert there.trail()[-1] == (
        "",
        "champion of churn was not moved: imported before it was moved",
    )
    there.do(promotions.try_again, "T1", 1, LENA, WEDNESDAY)
    assert [each.kind for each in there.waiting()] == [DeliveryKind.SET_ALIAS]
    assert take(there, text_of(lab)).outcome is Outcome.UNCHANGED


def test_what_was_decided_before_holds_nobody_up(lab: Lab, there: Lab) -> None:
    lab.decide(promotion=PROMOTED)
    carry(lab, there)
    there.decide(now=WEDNESDAY - WEEK, promotion=PROMOTED)
    there.do(promotions.try_again, "T1", 1, LENA, WEDNESDAY)


def test_an_edited_file_takes_no_maker_of_whom_only_it_knows(lab: Lab) -> None:
    lab.propose((LENA, MARCUS))
    lab.tick(MONDAY)
    text = text_of(lab).replace("- Marcus (UMARCUS)\n", "- Marcus (UMARCUS)\n- Nora (U0NORA)\n", 1)
    with pytest.raises(FileRefused, match="I don't know U0NORA: run this with the bot's token"):
        take(lab, text)
    lab.do(archive.remember, "T1", {"U0NORA": "Nora"}, {"U0NORA"})
    assert take(lab, text).fields == ("makers",)
    assert lab.record().body.makers == (LENA, MARCUS, "U0NORA")


def test_an_edited_file_takes_no_maker_who_has_left(lab: Lab) -> None:
    lab.propose((LENA, MARCUS))
    text = text_of(lab).replace("- Marcus (UMARCUS)\n", "- Marcus (UMARCUS)\n- Beatriz\n", 1)
    lab.leave(BEATRIZ)
    with pytest.raises(FileRefused, match="Beatriz can't decide here"):
        take(lab, text)


def test_who_objects_cannot_be_taken_out_in_a_file(lab: Lab) -> None:
    lab.propose((LENA, MARCUS, BEATRIZ))
    lab.tick(MONDAY)
    lab.say(MARCUS, Stance.OBJECT, MONDAY, "It costs twice as much.")
    head, _, rest = text_of(lab).partition("- Marcus (UMARCUS)\n")
    with pytest.raises(FileRefused, match="Marcus objects"):
        take(lab, head + rest)


def test_restored_makers_of_whom_only_the_file_knows_are_waited_for(lab: Lab, there: Lab) -> None:
    lab.propose((LENA, YUKI), author=MARCUS)
    text = text_of(lab).replace("(UYUKI)", "(U0NORA)")
    take(there, text)
    nora = there.do(lambda uow: uow.people.get("T1", "U0NORA"))
    assert nora is not None
    assert nora.can_take_part
    there.say(LENA, Stance.AGREE, MONDAY)
    there.tick(MONDAY)
    assert there.record().status is DecisionStatus.PROPOSED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            hand_written(
                status="accepted", more="promotion: {model: churn, version: 13, alias: champion}"
            ),
            "can't accept what moves an alias: propose it, and accept it in Slack",
        ),
        (
            hand_written(status="accepted", more="consent: {rule: unanimous, hours: 6}"),
            "can't accept what asks for consent: propose it, and accept it in Slack",
        ),
        (hand_written(more="consent: {rule: unanimous, hours: 0}"), "Makers get 2, 4, 6, 8, 16"),
        (hand_written(makers="Nora (U0NORA)"), "I don't know U0NORA"),
        (hand_written(more="author: Nora (U0NORA)"), "I don't know U0NORA"),
    ],
)
def test_a_hand_written_file_decides_nothing_by_itself(lab: Lab, text: str, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        take(lab, text)


def test_nobody_agrees_by_being_named_in_a_file(lab: Lab) -> None:
    take(lab, hand_written(makers="Marcus", more="consent: {rule: unanimous, hours: 6}"))
    lab.tick(MONDAY)
    assert lab.record().status is DecisionStatus.PROPOSED
    lab.say(MARCUS, Stance.AGREE, MONDAY)
    assert lab.record().status is DecisionStatus.ACCEPTED


def test_an_open_round_comes_back_with_hours_that_a_form_offers(lab: Lab, there: Lab) -> None:
    lab.propose((LENA, MARCUS))
    with pytest.raises(FileRefused, match="Makers get 2, 4, 6, 8, 16 or 24 hours to answer, not 0"):
        take(there, text_of(lab).replace("hours: 6", "hours: 0"))
