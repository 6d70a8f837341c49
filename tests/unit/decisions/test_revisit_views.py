"""The words about a revisit: on the card, in what asks for it, and what a prediction came to."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.alerts.rules import Operator
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.evidence import Compared, Drift, Evidence, EvidenceKind
from bot.domain.decisions.measure import (
    Expectation,
    Measure,
    RevisitRule,
    parse_expectation,
    parse_revisit,
)
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.review import Observed, Review, ReviewAnswer, ReviewCause
from bot.domain.links import Links
from bot.domain.metrics import Direction
from bot.views.decisions.review_form import keep_modal, read_keep
from bot.views.decisions.review_message import ask
from bot.views.decisions.revisit import asked, buttons, card_lines, outcome_line
from bot.views.text import plain
from tests.unit.decisions.lab import PROMOTED, WEDNESDAY, Lab, an_evaluation, lab
from tests.unit.decisions.samples import (
    NOW,
    PEOPLE,
    body,
    filled,
    modal_problems,
    problems,
    record,
    shown_text,
)
from tests.unit.views.largest import ALPHABETS, CUT, long

__all__ = ["lab"]

LINKS = Links(mlflow_url="https://mlflow.example")
DAY = timedelta(days=1)
WAITING = Review(
    number=1,
    ordinal=1,
    cause=ReviewCause.RULE,
    reason="champion val_auc of churn was 0.871, below 0.9, 3 times in a row",
    asked_at=NOW,
)
KEPT = replace(
    WAITING,
    answer=ReviewAnswer.KEPT,
    note="The slice is small.",
    answered_by="UBEN",
    answered_at=NOW,
    next_on=date(2027, 3, 1),
)


def detail(
    status: DecisionStatus = DecisionStatus.ACCEPTED,
    reviews: tuple[Review, ...] = (),
    observed: Observed | None = None,
    **parts: Any,
) -> DecisionDetail:
    """A decision about churn."""
    decided = NOW if status is not DecisionStatus.PROPOSED else None
    known = record(status=status, body=body(**parts), decided_at=decided)
    return DecisionDetail(record=known, people=PEOPLE, reviews=reviews, observed=observed)


def shown(found: DecisionDetail) -> list[str]:
    """The lines of the card."""
    return [plain(line) for line in card_lines(found, LINKS, NOW)]


def test_the_card_says_what_makes_it_due() -> None:
    rule = parse_revisit("val_auc < 0.90 three times", PROMOTED)
    parts: dict[str, Any] = {"revisit": rule, "promotion": PROMOTED}
    assert shown(detail(**parts, review_on=date(2027, 2, 1))) == [
        "Asked again when champion val_auc < 0.9 3 times in a row, or on 1 Feb 2027"
    ]
    assert shown(detail(DecisionStatus.PROPOSED, revisit=rule)) == [
        "To be asked again when champion val_auc of churn < 0.9 3 times in a row"
    ]
    assert shown(detail(DecisionStatus.SUPERSEDED, **parts)) == []
    assert shown(detail()) == []


def test_while_a_review_waits_the_card_says_why_and_offers_an_answer() -> None:
    found = detail(reviews=(WAITING,), review_on=NOW.date())
    [line] = shown(found)
    assert line.startswith("🟡 Due for review since ")
    assert line.endswith(f": {WAITING.reason}")
    labels = [each["text"]["text"] for each in buttons(found, NOW)]
    assert labels == ["Keep", "Revise"]
    assert {asked(each["value"]) for each in buttons(found, NOW)} == {(1, 1)}
    assert buttons(detail(reviews=(KEPT,)), NOW) == []


def test_the_card_of_a_kept_decision_says_by_whom_and_when_next() -> None:
    kept, again = shown(detail(reviews=(KEPT,), review_on=date(2026, 12, 1)))
    assert kept.startswith("Kept by Ben, ")
    assert kept.endswith(": The slice is small.")
    assert again == "Asked again on 1 Mar 2027"


@pytest.mark.parametrize(
    ("typed", "value", "says"),
    [
        ("val_auc >= 0.912", 0.905, "observed 0.905 (nightly-2, v14): 0.007 short"),
        ("val_auc >= 0.912", 0.912, "observed 0.912 (nightly-2, v14): met"),
        ("val_logloss <= 0.3", 0.35, "observed 0.35 (nightly-2, v14): 0.05 too high"),
        ("val_logloss <= 0.3", 0.2, "observed 0.2 (nightly-2, v14): met"),
        ("val_auc >= 0.912", None, "no evaluation yet"),
    ],
)
def test_a_prediction_stands_beside_what_came_of_it(
    typed: str, value: float | None, says: str
) -> None:
    seen = Observed(value=value, run_id="r2", experiment_id="1", name="nightly-2", version=14)
    expected = parse_expectation(typed, PROMOTED)
    line = outcome_line(detail(observed=seen, expected=expected, promotion=PROMOTED), LINKS)
    assert line is not None
    sign = "≥ 0.912" if "auc" in typed else "≤ 0.3"
    metric = typed.split()[0]
    assert plain(line) == f"Predicted champion {metric} {sign}; {says}"


def test_a_proposal_only_predicts_and_without_a_prediction_nothing_is_said() -> None:
    expected = parse_expectation("val_auc >= 0.912", PROMOTED)
    found = detail(DecisionStatus.PROPOSED, expected=expected, observed=Observed(value=None))
    line = outcome_line(found, LINKS)
    assert line is not None
    assert plain(line) == "Predicted champion val_auc of churn ≥ 0.912"
    assert outcome_line(detail(), LINKS) is None


def test_what_was_observed_is_the_latest_evaluation_after_the_decision(lab: Lab) -> None:
    lab.finished(an_evaluation("before", 0.99, WEDNESDAY - DAY))
    lab.decide(expected="val_auc >= 0.912", promotion=PROMOTED)
    assert lab.detail(WEDNESDAY).observed == Observed(value=None, version=14)
    lab.finished(
        an_evaluation("first", 0.95, WEDNESDAY + DAY),
        an_evaluation("latest", 0.905, WEDNESDAY + 2 * DAY),
        an_evaluation("broken", float("nan"), WEDNESDAY + 3 * DAY),
        an_evaluation("other", 0.99, WEDNESDAY + 3 * DAY, 15),
    )
    seen = lab.detail(WEDNESDAY + 3 * DAY).observed
    assert seen == Observed(
        value=0.905,
        run_id="latest",
        experiment_id="1",
        name="nightly-latest",
        version=14,
        at=WEDNESDAY + 2 * DAY,
    )


def test_after_the_alias_moved_on_the_promoted_version_is_still_the_one_observed(lab: Lab) -> None:
    lab.decide(expected="val_auc >= 0.912", promotion=PROMOTED)
    lab.decide(expected="val_auc >= 0.912")
    lab.registry(champion=15)
    lab.finished(
        an_evaluation("ours", 0.905, WEDNESDAY + DAY),
        an_evaluation("newer", 0.93, WEDNESDAY + 2 * DAY, 15),
        an_evaluation("champion", 0.94, WEDNESDAY + 3 * DAY, None),
    )
    seen = [lab.detail(WEDNESDAY + 3 * DAY, number).observed for number in (1, 2)]
    assert [each.run_id for each in seen if each] == ["ours", "champion"]


def test_keeping_asks_for_a_note_and_offers_the_date_to_come_or_a_quarter_from_now() -> None:
    modal = keep_modal(detail(reviews=(WAITING,)), WAITING, LINKS, NOW)
    assert modal_problems(modal) == []
    kept = read_keep(filled(modal, {"note": " It  holds.\n"}))
    assert (kept.number, kept.ordinal, kept.note) == (1, 1, "It holds.")
    assert kept.next_on == date(2027, 2, 22)
    coming = detail(reviews=(WAITING,), review_on=date(2026, 12, 24))
    later = read_keep(filled(keep_modal(coming, WAITING, LINKS, NOW), {}))
    assert (later.next_on, later.note) == (date(2026, 12, 24), "")


def largest(alphabet: str) -> DecisionDetail:
    """Everything as long as it can be."""
    name, metrics = long(alphabet, 250), {long(alphabet, 200) + str(n): 0.1 for n in range(30)}
    measure = Measure(model=name, alias=name, metric=name)
    rule = RevisitRule(measure=measure, operator=Operator.BELOW, bound=0.123456, for_evaluations=10)
    expected = Expectation(measure=measure, direction=Direction.HIGHER, target=0.123456)
    pieces = [
        Evidence(kind=EvidenceKind.RUN, key=f"1/{n}", label=name, frozen_at=NOW, metrics=metrics)
        for n in range(10)
    ]
    drift = Drift(what=name, then=name, now=name)
    compared = [Compared(then=each, now=each, drifts=[drift] * 9, as_of=NOW) for each in pieces]
    seen = Observed(value=0.1, run_id="r", experiment_id="1", name=name, version=14, at=NOW)
    found = detail(
        title=long(alphabet, 150),
        outcome=long(alphabet, 3000),
        revisit=rule,
        expected=expected,
        review_on=NOW.date(),
        observed=seen,
    )
    return replace(found, evidence=compared)


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
@pytest.mark.parametrize("is_answered", [False, True])
def test_the_longest_texts_fit(alphabet: str, is_answered: bool) -> None:
    review = replace(KEPT if is_answered else WAITING, reason=long(alphabet, 900))
    review = replace(review, note=long(alphabet, 500))
    found = replace(largest(alphabet), reviews=[review])
    message = ask(found, review, LINKS)
    assert problems(message) == []
    assert CUT not in shown_text(message.blocks)
    assert modal_problems(keep_modal(found, review, LINKS, NOW)) == []


def test_outside_names_are_shown_as_they_are_and_mention_nobody() -> None:
    review = replace(WAITING, reason="champion <!channel> of <@U1> was *0.8*, below 0.9")
    message = ask(detail(reviews=(review,)), review, LINKS)
    assert "&lt;!channel&gt;" in message.text
    assert "champion <!channel> of <@U1> was *0.8*, below 0.9." in shown_text(message.blocks)
    assert all(block["type"] in ("rich_text", "actions") for block in message.blocks)
