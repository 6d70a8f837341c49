"""Which versions were under an alias one after another, and what broke meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.alerts.states import Baseline
from bot.domain.decisions.chain import Move, Words, meanwhile, moves, taken_apart
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from tests.unit.decisions.samples import NOW

DAY = timedelta(days=1)


def moved(number: int, version: int, days: float, previous: int | None) -> PromotionStatus:
    """Decision `number` put this version under the alias so many days before now."""
    return PromotionStatus(
        number=number,
        promotion=Promotion(model="churn", version=version, alias="champion"),
        state=PromotionState.DONE,
        changed_at=NOW - days * DAY,
        previous=previous,
        begun=True,
    )


def test_nothing_was_ever_there() -> None:
    assert moves([], None) == []


def test_a_version_without_any_decision() -> None:
    assert moves([], 3) == [Move(version=3)]


def test_each_decision_ends_the_one_before() -> None:
    first, second = moved(1, 12, 9, None), moved(2, 13, 5, 12)
    assert moves([first, second], 13) == [
        Move(version=13, number=2, at=second.changed_at),
        Move(version=12, number=1, at=first.changed_at, until=second.changed_at),
    ]


def test_what_a_decision_found_there_but_nobody_decided_is_told_too() -> None:
    first, second = moved(1, 12, 9, 11), moved(3, 14, 5, 13)
    assert moves([first, second], 15) == [
        Move(version=15),
        Move(version=14, number=3, at=second.changed_at),
        Move(version=13, until=second.changed_at),
        Move(version=12, number=1, at=first.changed_at),
        Move(version=11, until=first.changed_at),
    ]


def test_a_decision_about_what_was_there_already_has_it_on_record() -> None:
    confirmed = moved(1, 12, 9, 12)
    assert moves([confirmed], 12) == [Move(version=12, number=1, at=confirmed.changed_at)]


def test_a_decision_that_another_had_carried_out_already_moved_nothing() -> None:
    first, again = moved(1, 12, 9, None), moved(2, 12, 5, 12)
    assert moves([first, again], 12) == [Move(version=12, number=1, at=first.changed_at)]


def test_nobody_asked_the_registry_what_was_there() -> None:
    unasked = replace(moved(1, 12, 9, None), begun=False, previous=7)
    assert [move.version for move in moves([unasked], 12)] == [12]


def incident(days: float, against: int | None = None) -> Incident:
    """One that began so many days ago, measured against the champion of that version."""
    baseline = (
        Baseline(version=against, run_id="r", experiment_id="1", value=0.9) if against else None
    )
    return Incident(
        id=f"i{days}", workspace="T1", rule_number=1, channel="C1", severity=Severity.CRITICAL,
        title="worse", latest="", sample=None, baseline=baseline, opened_at=NOW - days * DAY,
        changed_at=NOW,
    )  # fmt: skip


def test_incidents_belong_to_what_was_there_when_they_began() -> None:
    found = moves([moved(1, 12, 9, None), moved(3, 14, 5, 13)], 14)
    before, under_12, under_13, under_14 = (
        incident(10), incident(8, 12), incident(6, 13), incident(4),
    )  # fmt: skip
    newest_first = [under_14, under_13, under_12, before]
    assert meanwhile(found, newest_first, NOW) == [[under_14], [under_13], [under_12]]
    assert meanwhile(found, newest_first, NOW - 4.5 * DAY)[0] == []


@pytest.mark.parametrize(
    ("typed", "rest", "version"),
    [
        ("churn", "churn", None),
        ("churn champion", "churn champion", None),
        ("champion of churn", "champion churn", None),
        ("v14", "", 14),
        ("V14 of the model churn", "churn", 14),
        ("churn version 14", "churn", 14),
        ("churn Version #14", "churn", 14),
        ("churn #14", "churn", 14),
        ("churn-v2", "churn-v2", None),
        ("churn-v2 v3", "churn-v2", 3),
        ("https://m.test/#/models/churn%20model/versions/14", "churn model", 14),
        ("<https://m.test/#/models/churn|churn>", "churn", None),
        ("version history", "version history", None),
    ],
)
def test_what_was_typed_is_taken_apart(typed: str, rest: str, version: int | None) -> None:
    assert taken_apart(typed) == Words(rest=rest, version=version)
