"""The rotation: fair, stable, nobody twice in a row, nobody who isn't there."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rotation import (
    call_day,
    facilitators,
    first_call_week,
    week_number,
)

ALL = ["UA", "UB", "UC", "UD", "UE"]
FIRST = week_number(date(2026, 11, 16))


def everybody(_user: str, _week: int) -> bool:
    return True


def test_weeks_begin_on_monday() -> None:
    assert week_number(date(2026, 11, 15)) + 1 == week_number(date(2026, 11, 16)) == FIRST
    assert week_number(date(2026, 11, 22)) == FIRST
    assert call_day(FIRST, 3) == date(2026, 11, 18)


def test_the_first_call_is_on_or_after_the_day() -> None:
    assert first_call_week(date(2026, 11, 18), 3) == FIRST
    assert first_call_week(date(2026, 11, 19), 3) == FIRST + 1


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_everybody_comes_equally_often(size: int) -> None:
    found = facilitators(ALL[:size], FIRST, size * 10, everybody)
    assert set(Counter(found).values()) == {10}


def test_one_absence_moves_nobody_elses_week() -> None:
    usual = facilitators(ALL, FIRST, 10, everybody)
    away = (usual[3], FIRST + 3)
    found = facilitators(ALL, FIRST, 10, lambda user, week: (user, week) != away)
    changed = [n for n in range(10) if found[n] != usual[n]]
    assert changed == [3]
    assert found[3] not in (usual[2], usual[3], usual[4])


def test_somebody_alone_has_every_week() -> None:
    assert facilitators(["UA"], FIRST, 3, everybody) == ["UA"] * 3


def test_nobody_is_there() -> None:
    assert facilitators(ALL, FIRST, 2, lambda _u, week: week != FIRST)[0] is None
    assert facilitators([], FIRST, 2, everybody) == [None, None]


def test_a_week_without_a_call_is_no_break_between_two_in_a_row() -> None:
    """The one before the free week stands in after it only where nobody else can."""
    two = ["UA", "UB"]
    before = facilitators(two, FIRST, 1, everybody)[0]

    def holiday(_user: str, week: int) -> bool:
        return week != FIRST + 1

    assert facilitators(two, FIRST, 3, holiday) == [
        before,
        None,
        next(u for u in two if u != before),
    ]


absences = st.sets(st.tuples(st.sampled_from(ALL), st.integers(0, FIRST + 40)), max_size=120)


@given(absences, st.integers(1, 5))
def test_nobody_away_and_nobody_twice_in_a_row_while_others_are_there(
    away: set[tuple[str, int]], size: int
) -> None:
    team = ALL[:size]

    def is_there(user: str, week: int) -> bool:
        return (user, week) not in away

    found = facilitators(team, FIRST, 40, is_there)
    for n, user in enumerate(found):
        there = [u for u in team if is_there(u, FIRST + n)]
        assert (user in there) if there else user is None
        if n and user is not None and user == found[n - 1]:
            assert there == [user]


@given(absences, st.integers(0, 30))
def test_the_answer_does_not_depend_on_when_it_is_asked(
    away: set[tuple[str, int]], later: int
) -> None:
    def is_there(user: str, week: int) -> bool:
        return (user, week) not in away

    whole = facilitators(ALL, FIRST, 36, is_there)
    assert facilitators(ALL, FIRST + later, 5, is_there) == whole[later : later + 5]


def test_a_year_is_fair_with_holidays() -> None:
    """Each is away for four weeks of a year: nobody has more than three weeks above their share."""
    away = {(user, FIRST + 4 * n + k) for n, user in enumerate(ALL) for k in range(4)}
    found = facilitators(ALL, FIRST, 50, lambda user, week: (user, week) not in away)
    assert max(Counter(found).values()) - min(Counter(found).values()) <= 3
    assert not any(a == b for a, b in pairwise(found))
