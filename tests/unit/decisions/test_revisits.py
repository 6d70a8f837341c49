"""When a decision becomes due for another look: at its date, or when its rule is broken."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from bot.domain.alerts.states import Phase
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.review import ReviewCause
from bot.domain.person import Choices, Person
from bot.domain.working_time import WorkingTime
from bot.errors import InvalidForm
from bot.services.alerts import evaluation
from bot.services.decisions import reviews
from tests.unit.decisions.lab import NIGHT, PROMOTED, WEDNESDAY, Lab, an_evaluation, lab, run
from tests.unit.decisions.rounds import LENA, MARCUS, YUKI
from tests.unit.desk import at

__all__ = ["lab"]

HOUR = timedelta(hours=1)
NIGHTLY = "val_auc < 0.9 for 3 evaluations"


def test_three_bad_evaluations_in_a_row_ask_the_makers_once(lab: Lab) -> None:
    lab.decide(revisit=NIGHTLY)
    now = lab.nights([0.89, 0.88], WEDNESDAY + HOUR)
    assert lab.reviews() == []
    now = lab.nights([0.871, 0.87, 0.86], WEDNESDAY + 2 * NIGHT)
    [review] = lab.reviews()
    assert review.cause is ReviewCause.RULE
    assert review.reason == "champion val_auc of churn was 0.871, below 0.9, 3 times in a row"
    assert lab.do(lambda uow: uow.alerts.open_incidents("T1")) == []
    lab.send(now)
    assert not [each for each in lab.posted("C1") if each.card.startswith("alert")]


def test_what_was_measured_before_the_decision_counts_for_nothing(lab: Lab) -> None:
    past = [an_evaluation(f"past{n}", 0.5, WEDNESDAY - n * NIGHT) for n in range(5)]
    lab.finished(*past)
    lab.decide(revisit=NIGHTLY)
    lab.nights([0.5, 0.5], WEDNESDAY + HOUR)
    assert lab.reviews() == []
    lab.nights([0.5], WEDNESDAY + 2 * NIGHT)
    assert len(lab.reviews()) == 1


def test_only_evaluations_of_the_version_under_the_alias_count(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9")
    ended = WEDNESDAY + HOUR
    lab.finished(
        an_evaluation("challenger", 0.5, ended, 15),
        an_evaluation("older", 0.5, ended, 13),
        an_evaluation("source15", 0.5, ended, 14),
        run("other", 0.5, ended, registered_model="fraud", model_version="14"),
        run("untagged", 0.5, ended),
    )
    lab.look(ended + HOUR)
    assert lab.reviews() == []
    lab.finished(run("v", 0.5, ended + HOUR, registered_model="churn", model_version="v14"))
    lab.look(ended + 2 * HOUR)
    assert len(lab.reviews()) == 1


def test_an_evaluation_without_a_version_speaks_for_the_champion_only(lab: Lab) -> None:
    lab.registry(champion=14, shadow=15)
    lab.decide(revisit="shadow val_auc < 0.9")
    lab.decide(revisit="champion val_auc < 0.9")
    lab.nights([0.5], WEDNESDAY + HOUR, version=None)
    assert (len(lab.reviews(1)), len(lab.reviews(2))) == (0, 1)


def test_another_version_under_the_alias_is_a_new_beginning(lab: Lab) -> None:
    lab.decide(revisit=NIGHTLY)
    now = lab.nights([0.89, 0.88], WEDNESDAY + HOUR)
    shadow = [an_evaluation(f"shadow{n}", 0.5, now - n * HOUR, 15) for n in range(3)]
    lab.finished(*shadow)
    lab.registry(champion=15)
    lab.look(now + HOUR)
    lab.nights([0.7, 0.7], now + 2 * HOUR, version=15)
    assert lab.reviews() == []
    lab.nights([0.7], now + 3 * NIGHT, version=15)
    assert len(lab.reviews()) == 1


def test_while_its_alias_waits_to_be_moved_the_old_champion_says_nothing(lab: Lab) -> None:
    lab.registry(champion=13)
    lab.decide(revisit="val_auc < 0.9", promotion=PROMOTED)
    now = lab.nights([0.5, 0.5], WEDNESDAY + HOUR, version=13)
    assert lab.reviews() == []
    lab.registry(champion=14)
    lab.promoted(1, now)
    lab.look(now + HOUR)
    assert lab.reviews() == []
    lab.nights([0.5], now + 2 * HOUR)
    assert len(lab.reviews()) == 1


def test_what_another_decision_promoted_later_says_nothing_about_this_one(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9", promotion=PROMOTED)
    lab.promoted(1, WEDNESDAY)
    lab.registry(champion=15)
    now = lab.nights([0.5, 0.5], WEDNESDAY + HOUR, version=15)
    assert lab.reviews() == []
    lab.registry(champion=14)
    lab.look(now + HOUR)
    lab.nights([0.5], now + 2 * HOUR)
    assert len(lab.reviews()) == 1


def test_not_a_number_is_as_bad_as_a_bad_number(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9")
    lab.nights([float("nan")], WEDNESDAY + HOUR)
    [review] = lab.reviews()
    assert review.reason == "champion val_auc of churn is not a number"


def test_a_lasting_breach_asks_again_only_after_it_was_good_once(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9")
    now = lab.nights([0.8], WEDNESDAY + HOUR)
    lab.do(reviews.keep, "T1", 1, 1, LENA, "", None, now)
    now = lab.nights([0.8, 0.79, 0.78], now + HOUR)
    assert len(lab.reviews()) == 1
    now = lab.nights([0.95, 0.8], now + HOUR)
    assert len(lab.reviews()) == 2


def test_a_rule_of_a_superseded_decision_ends_and_says_why(lab: Lab) -> None:
    lab.decide(revisit="val_auc < 0.9")
    now = lab.nights([0.8], WEDNESDAY + HOUR)
    assert lab.phase() is Phase.FIRING
    newer = lab.supersede(1, MARCUS, now)
    rule = lab.do(lambda uow: uow.alerts.rule("T1", 1))
    stored = lab.do(lambda uow: uow.alerts.state("T1", 1))
    assert rule is not None
    assert stored is not None
    assert rule.ended_at == now
    assert (stored.state.phase, stored.state.reason) == (
        Phase.RESOLVED,
        f"D-1 was superseded by {newer.ref}",
    )
    assert lab.do(lambda uow: uow.alerts.rules("T1")) == []
    lab.finished(an_evaluation("late", 0.5, now + HOUR))
    assert not lab.do(evaluation.has_news, "T1", 1, now + 2 * HOUR)
    lab.do(evaluation.evaluate_rule, "T1", 1, now + 2 * HOUR)
    assert lab.do(lambda uow: uow.alerts.known("T1", 1, ["late"])) == set()


def test_a_date_asks_when_the_first_maker_begins_to_work(lab: Lab) -> None:
    lab.decide(review_on=date(2027, 2, 1), makers=(LENA, MARCUS, YUKI))
    # Tokyo begins to work on 1 February at 08:00, which is 23:00 UTC of the day before.
    lab.tick(at("2027-01-31T22:59"))
    assert lab.reviews() == []
    lab.tick(at("2027-01-31T23:00"))
    [review] = lab.reviews()
    assert (review.cause, review.reason) == (ReviewCause.DATE, "its review date was 1 Feb 2027")


def test_where_one_maker_is_away_another_one_is_asked_on_the_date(lab: Lab) -> None:
    lab.away(LENA, "2027-01-30", "2027-02-03", at("2027-01-20T10:00"))
    lab.decide(at("2027-01-25T15:00"), review_on=date(2027, 2, 1))
    # Lena would begin at 07:00 UTC; Marcus is there at 08:00 in New York.
    lab.tick(at("2027-02-01T12:59"))
    assert lab.reviews() == []
    lab.tick(at("2027-02-01T13:00"))
    assert len(lab.reviews()) == 1


def test_where_all_makers_are_away_the_thread_hears_of_it_and_they_once_they_are_back(
    lab: Lab,
) -> None:
    lab.away(LENA, "2027-01-30", "2027-02-03", at("2027-01-20T10:00"))
    # 30 January is a Saturday.
    lab.decide(at("2027-01-25T15:00"), review_on=date(2027, 1, 30), makers=(LENA,))
    lab.live_until(at("2027-02-01T06:59"))
    assert lab.reviews() == []
    lab.live_until(at("2027-02-04T06:59"))
    assert len(lab.reviews()) == 1
    assert [each.card for each in lab.posted("C1")] == ["decision", "decision.review"]
    assert "decision.review" not in [each.card for each in lab.posted(LENA)]
    lab.live_until(at("2027-02-04T07:00"))
    assert lab.posted(LENA)[-1].card == "decision.review"


def test_on_the_day_of_a_clock_change_working_time_begins_where_the_gap_ends(lab: Lab) -> None:
    nightly = Choices(hours=WorkingTime(start=time(2, 30), end=time(9)), weekdays=frozenset({7}))
    lena = Person(workspace="T1", user_id=LENA, name="Lena", zone="Europe/Berlin")
    lab.do(lambda uow: uow.people.save([lena]))
    lab.do(lambda uow: uow.people.choose("T1", LENA, nightly))
    # In Berlin 28 March 2027 has no 02:30: after 01:59 comes 03:00, which is 01:00 UTC.
    lab.decide(review_on=date(2027, 3, 28), makers=(LENA,))
    assert lab.do(lambda uow: uow.timers.next_due()) == at("2027-03-28T01:00")


def test_a_date_of_a_decision_that_ended_asks_nobody(lab: Lab) -> None:
    lab.decide(review_on=date(2027, 2, 1))
    lab.move(DecisionStatus.DEPRECATED, LENA, WEDNESDAY)
    lab.tick(at("2027-02-02T12:00"))
    assert lab.reviews() == []


def test_a_proposal_watches_nothing_until_it_is_accepted(lab: Lab) -> None:
    day = date(2026, 12, 1)
    lab.decide(status=DecisionStatus.PROPOSED, revisit="val_auc < 0.9", review_on=day)
    assert lab.do(lambda uow: uow.alerts.rules("T1")) == []
    lab.tick(at("2026-12-02T12:00"))
    assert lab.reviews() == []
    lab.move(DecisionStatus.ACCEPTED, LENA, at("2026-12-02T12:00"))
    assert len(lab.do(lambda uow: uow.alerts.rules("T1"))) == 1
    lab.tick(at("2026-12-02T12:00"))
    assert len(lab.reviews()) == 1


@pytest.mark.parametrize(
    ("parts", "field", "says"),
    [
        ({"revisit": "chrun champion val_auc < 1"}, "revisit", "Did you mean churn?"),
        ({"revisit": "churn champoin val_auc < 1"}, "revisit", "Did you mean champion?"),
        ({"revisit": "val_acu < 1"}, "revisit", "Did you mean val_auc?"),
        ({"expected": "latency <= 1"}, "expected", "There is: val_auc."),
    ],
)
def test_a_condition_on_what_mlflow_does_not_have_is_refused_at_its_field(
    lab: Lab, parts: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        lab.decide(**parts)
    assert says in refused.value.fields[field]


def test_an_alias_that_the_decision_itself_sets_is_known(lab: Lab) -> None:
    lab.decide(
        revisit="val_auc < 0.9",
        promotion=replace(PROMOTED, alias="canary"),
    )
    rule = lab.do(lambda uow: uow.alerts.rule("T1", 1))
    assert rule is not None
    assert rule.decision == 1


def test_without_mlflow_any_condition_is_taken(lab: Lab) -> None:
    lab.do(lambda uow: uow.experiments.save_models("T1", [], []))
    record = lab.decide(revisit="val_acu < 0.9", expected="val_acu >= 0.9")
    rule = lab.do(lambda uow: uow.alerts.of_decision("T1", record.number))
    assert rule is not None
    assert rule.metric == "val_acu"
