"""What is said of a goal, in every situation, and of its number, whatever it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.experiments.goal_numbers import (
    NumberForm,
    Wording,
    distance,
    numbers,
    problem,
    sentence,
    wording,
)
from bot.domain.experiments.goal_standing import month_before, progress, shown
from bot.domain.experiments.goals import GoalSample, GoalState, Progress, is_reference, number_of
from bot.domain.metrics import Direction
from bot.errors import InvalidInput
from bot.views.experiments.goal_words import goal_words
from tests.unit.experiments.goal_builders import GOAL, LEAVERS, NOW, sample, standing

PERCENT = Wording(phrase="{value} of the forecasts are wrong.", form=NumberForm.PERCENT, scale=100)
SECONDS = Wording(phrase="An answer takes {value} seconds", form=NumberForm.PLAIN)
FASTER: dict[str, Any] = {
    "direction": Direction.LOWER,
    "target": 1.5,
    "start": None,
    "due_on": None,
}

SITUATIONS: list[tuple[str, GoalState, str]] = [
    (
        "as on the storyboard",
        standing(0.87, 0.84),
        "The model finds 87 of 100 leavers (goal 90 by 31 January 2027); it was 84 in September. "
        "On track, 3 of 100 to go.",
    ),
    (
        "the same as a month ago, so two months ago is told",
        standing(0.87, 0.87, 0.82),
        "The model finds 87 of 100 leavers (goal 90 by 31 January 2027); it was 82 in August. "
        "On track, 3 of 100 to go.",
    ),
    (
        "nothing else than where it began",
        standing(0.87, 0.87),
        "The model finds 87 of 100 leavers (goal 90 by 31 January 2027); "
        "it was 80 when it began on 20 July. On track, 3 of 100 to go.",
    ),
    (
        "a number that rounding would make the goal",
        standing(0.8996, 0.84),
        "The model finds 89.96 of 100 leavers (goal 90 by 31 January 2027); it was 84 in "
        "September. On track, 0.04 of 100 to go.",
    ),
    (
        "exactly there",
        standing(0.9, 0.84),
        "The model finds 90 of 100 leavers (goal 90 by 31 January 2027); it was 84 in September. "
        "Reached.",
    ),
    (
        "further than the goal",
        standing(0.93, 0.84),
        "The model finds 93 of 100 leavers (goal 90 by 31 January 2027); it was 84 in September. "
        "Reached, 3 of 100 better than the goal.",
    ),
    (
        "slower than its day asks for",
        standing(0.81, 0.8, due_on=date(2026, 11, 30)),
        "The model finds 81 of 100 leavers (goal 90 by 30 November); it was 80 in September. "
        "At risk: too slow so far, 9 of 100 to go.",
    ),
    (
        "its day is near",
        standing(0.81, 0.8, due_on=date(2026, 11, 6)),
        "The model finds 81 of 100 leavers (goal 90 by 6 November); it was 80 in September. "
        "At risk: too slow so far, 9 of 100 to go and 9 days left.",
    ),
    (
        "worse than at its start",
        standing(0.78, 0.8),
        "The model finds 78 of 100 leavers (goal 90 by 31 January 2027); it was 80 in September. "
        "At risk: worse than when it began, 12 of 100 to go.",
    ),
    (
        "past its day",
        standing(0.87, 0.84, due_on=date(2026, 10, 27)),
        "The model finds 87 of 100 leavers (goal 90 by 27 October); it was 84 in September. "
        "Missed its date 1 day ago, 3 of 100 to go.",
    ),
    ("no number yet", standing(None), "No data yet (goal 90 by 31 January 2027)."),
    (
        "lower is better, as a percentage",
        standing(0.12, 0.135, wording=PERCENT, direction=Direction.LOWER, target=0.1, start=None),
        "12 % of the forecasts are wrong (goal 10 % or less by 31 January 2027); "
        "it was 13.5 % in September. On track, 2 points to go.",
    ),
    (
        "a plain number without a day",
        standing(1.75, 2.0, wording=SECONDS, **FASTER),
        "An answer takes 1.75 seconds (goal 1.5 or less); it was 2 in September. 0.25 to go.",
    ),
    (
        "large numbers",
        standing(1250, 980, wording=SECONDS, target=12500, start=None, due_on=None),
        "An answer takes 1,250 seconds (goal 12,500); it was 980 in September. 11,250 to go.",
    ),
]


@pytest.mark.parametrize(
    ("state", "said"), [s[1:] for s in SITUATIONS], ids=[s[0] for s in SITUATIONS]
)
def test_every_situation_reads_well(state: GoalState, said: str) -> None:
    assert goal_words(state).sentences == said


def test_what_people_typed_is_not_said_twice() -> None:
    twice = replace(LEAVERS, phrase="Found: {value}")
    assert sentence(twice, "87") == "Found: 87 of 100"
    assert sentence(replace(PERCENT, phrase="{value} percent are wrong"), "12") == (
        "12 percent are wrong"
    )
    assert goal_words(standing(0.87, objective="Cut churn.")).objective == "Cut churn"


@pytest.mark.parametrize("phrase", ["", "{value}", "no number", "{value} and {value}", " {value} "])
def test_a_phrase_without_words_or_without_its_number_is_refused(phrase: str) -> None:
    assert "{value}" in problem(phrase)


finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)
forms = st.sampled_from(NumberForm)


@given(forms, st.lists(finite, min_size=1, max_size=4))
def test_numbers_that_differ_in_earnest_never_look_the_same(
    form: NumberForm, values: list[float]
) -> None:
    said = wording("It is {value}", form, *values)
    shown = numbers(said, *values)
    assert all("e" not in text and text != "-0" for text in shown)
    for one, text in zip(values, shown, strict=True):
        for other, beside in zip(values, shown, strict=True):
            if abs(one - other) > 1e-9 * max(abs(one), abs(other), 1e-3):
                assert text != beside or abs(one - other) * said.scale < 1e-7
            if one == other:
                assert text == beside


@given(forms, finite, finite)
@example(NumberForm.OF_100, 0.8996, 0.9)
def test_what_is_left_is_the_difference_of_what_is_shown(
    form: NumberForm, now: float, target: float
) -> None:
    said = wording("It is {value}", form, now, target)
    one, other = numbers(said, now, target)
    left = distance(form, one, other).split()[0].replace(",", "")
    plain = [Decimal(text.replace(",", "")) for text in (one, other)]
    assert Decimal(left) == abs(plain[0] - plain[1])


@given(st.floats(min_value=0, max_value=1), st.floats(min_value=0, max_value=1))
def test_shares_are_told_within_a_hundred(now: float, target: float) -> None:
    said = wording("It finds {value}", NumberForm.OF_100, now, target)
    assert all(0 <= Decimal(text) <= 100 for text in numbers(said, now, target))
    assert wording("It finds {value}", NumberForm.PERCENT, now, 87.5).scale == 1


@given(finite, finite, finite, st.integers(0, 400))
def test_a_goal_is_reached_just_where_its_number_is_as_good_as_its_target(
    now: float, target: float, start: float, days: int
) -> None:
    goal = replace(GOAL, target=target, start=sample(start, 100))
    found = progress(goal, sample(now), "UTC", NOW.date() + timedelta(days=days))
    assert (found is Progress.REACHED) is (now >= target)
    assert (found is Progress.BEHIND) is (now < target and days > 95)


@given(st.integers(0, 5_000_000), st.integers(1, 2))
def test_a_month_ago_is_in_another_month_and_not_long_ago(minutes: int, months: int) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    then = month_before(now, "UTC", months)
    assert (then.year, then.month) != (now.year, now.month)
    assert timedelta(days=30 * months) <= now - then <= timedelta(days=30 * months + 1)


def test_a_month_is_that_of_the_owner() -> None:
    now = datetime(2026, 12, 1, 2, tzinfo=UTC)
    then = GoalSample(value=0.84, at=month_before(now, "America/New_York", 1))
    evening = replace(
        standing(0.87), month_ago=then, today=date(2026, 11, 30), zone="America/New_York"
    )
    assert "it was 84 in October" in goal_words(evening).sentences


def test_a_card_is_drawn_anew_daily_only_where_days_count() -> None:
    def keys(**changes: Any) -> list[str]:
        state = standing(0.81, **changes)
        return [shown(replace(state, today=NOW.date() + timedelta(days=n))) for n in range(3)]

    assert len(set(keys())) == 1
    assert len(set(keys(due_on=date(2026, 11, 6)))) == 3
    assert len(set(keys(due_on=date(2026, 10, 1)))) == 3
    assert shown(standing(0.95)) != shown(standing(0.85))


def test_references() -> None:
    assert [number_of(text) for text in ("G-3", "g3", " 3 ", "G–03")] == [3, 3, 3, 3]
    assert not is_reference("H-3")
    with pytest.raises(InvalidInput):
        number_of("new")
