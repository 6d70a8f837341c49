"""Conditions on a metric as people type them: read tolerantly, written back the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alerts.engine import MOST_EVALUATIONS
from bot.domain.alerts.rules import Operator
from bot.domain.decisions.measure import (
    Expectation,
    Measure,
    RevisitRule,
    parse_expectation,
    parse_revisit,
    typed_expectation,
    typed_revisit,
)
from bot.domain.decisions.promotion import Promotion
from bot.domain.metrics import Direction
from bot.errors import InvalidInput

CHURN = Promotion(model="churn", version=14, alias="champion")
AUC = Measure(model="churn", alias="champion", metric="val_auc")


def rule(operator: Operator = Operator.BELOW, bound: float = 0.9, often: int = 1) -> RevisitRule:
    return RevisitRule(measure=AUC, operator=operator, bound=bound, for_evaluations=often)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("val_auc < 0.9", rule()),
        ("val_auc<0.9", rule()),
        ("champion val_auc < 0.90 for 3 evaluations", rule(often=3)),
        ("when champion val_auc falls below 0.9 three times in a row", rule(often=3)),
        ("if val_auc is below 0.9 twice", rule(often=2)),
        ("churn val_auc under .9 for 2 runs", rule(often=2)),
        ("churn champion val_auc drops under 90 % for 5 times", rule(often=5)),
        ("churn@champion val_auc < 90%", rule()),
        ("champion val_auc of churn less than 0.9 3x", rule(often=3)),
        ("val_auc rises above 1e-1.", rule(Operator.ABOVE, 0.1)),
        ("val_auc of churn > 0.9", rule(Operator.ABOVE)),
    ],
)
def test_a_condition_is_understood_in_many_words(typed: str, expected: RevisitRule) -> None:
    assert parse_revisit(typed, CHURN) == expected


def test_names_keep_dots_dashes_slashes_and_in_quotes_blanks() -> None:
    found = parse_revisit("prod.churn/v2-eu shadow val/auc-pr < 0.5", None)
    assert found is not None
    assert found.measure == Measure(model="prod.churn/v2-eu", alias="shadow", metric="val/auc-pr")
    quoted = parse_revisit("“my churn” champion “time is < 5” > 3", None)
    assert quoted is not None
    assert quoted.measure == Measure(model="my churn", alias="champion", metric="time is < 5")


def test_nothing_typed_asks_for_nothing() -> None:
    assert parse_revisit("  ", None) is None
    assert parse_expectation("", CHURN) is None


def test_one_name_before_the_metric_is_an_alias_beside_a_promotion_else_the_model() -> None:
    beside = parse_revisit("shadow val_auc < 0.9", CHURN)
    alone = parse_revisit("fraud val_auc < 0.9", None)
    assert beside is not None
    assert alone is not None
    assert beside.measure == Measure(model="churn", alias="shadow", metric="val_auc")
    assert alone.measure == Measure(model="fraud", alias="champion", metric="val_auc")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("val_auc < 0,9", "point: 0.9"),
        ("val_auc 0.9", "no comparison"),
        ("val_auc < much", "need a number"),
        ("val_auc <", "need a number"),
        ("val_auc < 1e400", "too large"),
        ("< 0.9", "Name the metric"),
        ("val_auc >= 0.9", "below or above"),
        ("val_auc is 0.9", "below or above"),
        ("val_auc < 0.9 for 99 evaluations", f"1 to {MOST_EVALUATIONS}"),
        ("val_auc < 0.9 for 0 evaluations", f"1 to {MOST_EVALUATIONS}"),
        ("val_auc < 0.9 on tuesdays", "“on tuesdays”"),
        ("a b c d < 0.9", "at most a model, an alias and a metric"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_to_type(typed: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=r"^[^`*]+$") as refused:
        parse_revisit(typed, CHURN)
    assert says in str(refused.value)


@pytest.mark.parametrize("typed", ["val_auc < 0.9", "champion val_auc < 0.9"])
def test_without_a_promotion_the_model_must_be_named(typed: str) -> None:
    with pytest.raises(InvalidInput, match="name one"):
        parse_revisit(typed, None)


@pytest.mark.parametrize(
    ("typed", "direction", "target"),
    [
        ("val_auc >= 0.912", Direction.HIGHER, 0.912),
        ("champion val_auc ≥ 0.912", Direction.HIGHER, 0.912),
        ("val_auc will be at least 91.2 %", Direction.HIGHER, 0.912),
        ("val_auc reaches 0.912", Direction.HIGHER, 0.912),
        ("val_auc = 0.912", Direction.HIGHER, 0.912),
        ("val_auc at most 0.3", Direction.LOWER, 0.3),
        ("val_auc stays below 0.3", Direction.LOWER, 0.3),
    ],
)
def test_an_expectation_has_the_direction_of_its_comparison_or_of_its_metric(
    typed: str, direction: Direction, target: float
) -> None:
    expected = Expectation(measure=AUC, direction=direction, target=target)
    assert parse_expectation(typed, CHURN) == expected


def test_a_loss_that_reaches_a_number_comes_down_to_it() -> None:
    found = parse_expectation("val_logloss reaches 0.3", CHURN)
    assert found is not None
    assert found.direction is Direction.LOWER


def test_an_unknown_metric_needs_a_side() -> None:
    with pytest.raises(InvalidInput, match=">= or <="):
        parse_expectation("churn_score = 3", CHURN)
    with pytest.raises(InvalidInput, match="after the number"):
        parse_expectation("val_auc >= 0.9 for 3 evaluations", CHURN)


NAMES = st.sampled_from(["of", "is", "at least", "a@b"]) | st.text(
    st.characters(exclude_characters='"“”„«»', codec="utf-8"), min_size=1
).map(lambda text: " ".join(text.split()) or "x")
MEASURES = st.builds(Measure, model=NAMES, alias=NAMES, metric=NAMES)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


@settings(deadline=None)
@given(
    st.builds(
        RevisitRule,
        measure=MEASURES,
        operator=st.sampled_from(Operator),
        bound=NUMBERS,
        for_evaluations=st.integers(1, MOST_EVALUATIONS),
    ),
    st.sampled_from([None, CHURN]),
)
def test_what_is_written_back_is_read_as_the_same_rule(
    known: RevisitRule, promotion: Promotion | None
) -> None:
    assert parse_revisit(typed_revisit(known), promotion) == known


@settings(deadline=None)
@given(
    st.builds(
        Expectation,
        measure=MEASURES,
        direction=st.sampled_from([Direction.HIGHER, Direction.LOWER]),
        target=NUMBERS,
    )
)
def test_what_is_written_back_is_read_as_the_same_expectation(known: Expectation) -> None:
    assert parse_expectation(typed_expectation(known), None) == known
