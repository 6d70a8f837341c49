"""Which versions an alias can go back to, as a stack of moves."""

import pytest

from bot.domain.decisions.promotion import (
    Promotion,
    PromotionState,
    PromotionStatus,
    ways_back,
)
from tests.unit.decisions.samples import NOW


def moved(previous: int | None, version: int) -> PromotionStatus:
    promotion = Promotion(model="churn", version=version, alias="champion")
    return PromotionStatus(
        number=1,
        promotion=promotion,
        state=PromotionState.DONE,
        changed_at=NOW,
        previous=previous,
        begun=True,
    )


@pytest.mark.parametrize(
    ("done", "now_at", "back"),
    [
        ([], 13, []),
        ([], None, []),
        ([(13, 14)], 14, [13]),
        ([(None, 14)], 14, []),
        ([(14, 14)], 14, []),
        ([(13, 14), (14, 15)], 15, [14, 13]),
        ([(13, 14), (14, 15), (15, 14)], 14, [13]),
        ([(13, 14), (14, 15), (15, 14), (14, 16)], 16, [14, 13]),
        ([(13, 14), (14, 13), (13, 15)], 15, [13]),
        # By hand: a step on, a step back, then a decision; and what is there now.
        ([(13, 14), (12, 15)], 15, [12, 14, 13]),
        ([(13, 14), (13, 15)], 15, [13]),
        ([(13, 14), (14, 15)], 12, [15, 14, 13]),
        ([(13, 14), (14, 15)], 14, [13]),
        ([(13, 14)], None, [14, 13]),
    ],
)
def test_a_version_that_was_left_for_an_older_one_is_no_way_back(
    done: list[tuple[int | None, int]], now_at: int | None, back: list[int]
) -> None:
    assert ways_back([moved(*each) for each in done], now_at) == back
