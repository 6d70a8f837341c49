"""Rules on the version under an alias: what is bad, and what another version there means."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alerts.engine import Notify, ended, evaluate, follow_alias, judge, title
from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import ModelThreshold, Operator
from bot.domain.alerts.states import AlertState, Phase, StoredState
from bot.views.alerts import detail, listing, story
from bot.views.alerts.detail import Detail
from bot.views.alerts.listing import Row
from storage.alerts.json import condition_from, pack_condition, pack_state, state_from
from tests.unit.alerts.values import T0, fresh, rule, sample
from tests.unit.decisions.samples import problems, shown_text

BELOW = ModelThreshold(model="churn", alias="champion", operator=Operator.BELOW, bound=0.9)
ASKS = replace(rule(BELOW, times=2), decision=12)


def after(*values: float) -> AlertState:
    """The state of v14 after these evaluations."""
    state = replace(fresh(), version=14)
    for index, value in enumerate(values):
        state = evaluate(ASKS, sample(value, f"r{index}", version=14), state, T0).state
    return state


@pytest.mark.parametrize(
    ("operator", "value", "is_bad", "text"),
    [
        (Operator.BELOW, 0.871, True, "champion val_auc of churn was 0.871, below 0.9"),
        (Operator.BELOW, 0.9, False, "champion val_auc of churn was 0.9, not below 0.9"),
        (Operator.ABOVE, 0.95, True, "champion val_auc of churn was 0.95, above 0.9"),
        (Operator.ABOVE, math.nan, True, "champion val_auc of churn is not a number"),
    ],
)
def test_one_value_is_judged_in_words(
    operator: Operator, value: float, is_bad: bool, text: str
) -> None:
    finding = judge(rule(replace(BELOW, operator=operator)), value, (), None)
    assert (finding.standing.is_bad, finding.text) == (is_bad, text)


def test_it_opens_after_so_many_in_a_row_and_only_again_after_a_good_one() -> None:
    assert after(0.8).phase is Phase.PENDING
    assert after(0.8, 0.8).phase is Phase.FIRING
    again = evaluate(ASKS, sample(0.8, "next"), after(0.8, 0.8), T0)
    assert again.notify is Notify.CHANGE
    good = evaluate(ASKS, sample(0.95, "good"), after(0.8, 0.8), T0)
    assert good.state.phase is Phase.RESOLVED
    assert after(0.8, 0.8, 0.95, 0.8).phase is Phase.PENDING


def test_another_version_under_the_alias_starts_the_count_anew() -> None:
    later = T0 + timedelta(hours=1)
    moved = follow_alias(BELOW, after(0.8), 15, later)
    assert moved is not None
    assert moved.reason == "champion of churn changed from v14 to v15"
    assert (moved.state.streak, moved.state.version, moved.state.since) == (0, 15, later)
    assert moved.notify is Notify.NOTHING
    open_one = follow_alias(BELOW, after(0.8, 0.8), 15, later)
    assert open_one is not None
    assert (open_one.state.phase, open_one.notify) == (Phase.RESOLVED, Notify.RESOLVE)


def test_the_same_version_or_an_alias_that_points_nowhere_changes_nothing() -> None:
    assert follow_alias(BELOW, after(0.8), 14, T0) is None
    assert follow_alias(BELOW, after(0.8), None, T0) is None
    first = follow_alias(BELOW, fresh(), 14, T0)
    assert first is not None
    assert first.reason == "champion of churn is v14"


def test_a_rule_that_ends_resolves_what_was_open() -> None:
    over = ended(after(0.8, 0.8), "D-12 was superseded by D-15", T0)
    assert (over.state.phase, over.notify) == (Phase.RESOLVED, Notify.RESOLVE)
    assert ended(after(0.8), "D-12 was deprecated", T0).notify is Notify.NOTHING


def test_it_is_stored_and_read_back() -> None:
    assert condition_from(pack_condition(BELOW)) == BELOW
    assert state_from(pack_state(after(0.8))) == after(0.8)


def test_the_list_says_which_decision_it_asks_for_and_show_says_how_it_ended() -> None:
    row = Row(rule=ASKS, state=after(0.8), owner="")
    listed = listing.first_page([row], {}, channel="C1")
    assert problems(listed) == []
    assert (
        "A-1 champion val_auc of model churn asks again for D-12 when it is below 0.9 "
        "twice in a row · critical · bad, waits for another since "
        in shown_text(listed.blocks).replace("\n", "")
    )
    state = ended(after(0.8), "D-12 was deprecated", T0).state
    over = replace(ASKS, ended_at=T0)
    stored = StoredState(state=state, version=2)
    found = Detail(rule=over, stored=stored, responsible=Responsible())
    shown = detail.shown(found, {}, may_change=False)
    assert problems(shown) == []
    text = shown_text(shown.blocks).replace("\n", "")
    assert "Asks again for D-12 when it is below 0.9 twice in a row." in text
    assert "Ended : D-12 was deprecated" in text
    assert shown.text == "A-1: ended"


def test_without_a_decision_it_is_an_alert_like_others() -> None:
    reason = after(0.8).reason
    assert title(rule(BELOW), sample(0.8), reason, None) == reason
    line = story.watches(rule(BELOW), {}).text
    assert "watches champion val_auc of model churn and speaks up here when it is below 0.9" in line
