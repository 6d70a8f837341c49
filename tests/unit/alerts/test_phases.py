"""The ways between phases: not a number, long enough, silence, drift, edits, a word of a person."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alerts.engine import (
    Notify,
    closed_by_hand,
    due_at,
    elapse,
    evaluate,
    revised,
    severity,
)
from bot.domain.alerts.rules import Condition, NoData, Rule, Severity
from bot.domain.alerts.states import AlertState, Phase
from bot.domain.metrics import Direction
from storage.alerts.json import pack_state, state_from
from tests.unit.alerts.kinds import (
    BUDGET,
    DAY,
    HOUR,
    QUIET,
    ROLLING,
    RUNS,
    STALE,
    phases,
    run,
    told,
)
from tests.unit.alerts.values import BELOW, CHAMPION, T0, WORSE, fresh, rule, sample

NAN = math.nan
SLIDE = (0.889, 0.89, 0.888, 0.889, 0.89)
"""Each within the band of `WIDE` around `QUIET`, all of them below what is usual."""
WIDE = replace(WORSE, abs_delta=0.012)
USUAL = replace(fresh(), window=QUIET)


def test_not_a_number_opens_an_incident_of_its_own_and_a_number_ends_it() -> None:
    found = run(rule(times=2), [NAN, NAN, NAN, 0.95])
    assert told(found) == [
        (Phase.PENDING, Notify.NOTHING),
        (Phase.INVALID, Notify.OPEN),
        (Phase.INVALID, Notify.CHANGE),
        (Phase.RESOLVED, Notify.RESOLVE),
    ]
    assert found[1].reason == "val_auc is not a number, twice in a row"


def test_bad_and_not_a_number_count_together_and_are_told_apart() -> None:
    found = run(rule(times=2), [NAN, 0.8, 0.8])
    assert phases(found) == [Phase.PENDING, Phase.FIRING, Phase.FIRING]
    assert found[1].reason == "val_auc 0.8 is below 0.9, bad twice in a row"
    assert found[2].reason == "val_auc 0.8 is below 0.9, bad 3 times in a row"


def test_it_must_be_bad_often_enough_and_long_enough() -> None:
    about = replace(rule(times=2), for_duration=3 * HOUR)
    found = run(about, [0.8, 0.8, 0.8, 0.8], step=HOUR)
    assert phases(found) == [Phase.PENDING, Phase.PENDING, Phase.PENDING, Phase.FIRING]
    assert elapse(about, found[0].state, T0 + 9 * HOUR) is None
    assert elapse(about, found[1].state, T0 + 3 * HOUR) is None
    later = elapse(about, found[1].state, T0 + 4 * HOUR)
    assert later is not None
    assert (later.state.phase, later.notify) == (Phase.FIRING, Notify.OPEN)
    assert later.reason == "val_auc 0.8 is below 0.9, twice in a row"
    assert later.state.incidents == 1


def test_a_good_one_ends_the_wait() -> None:
    about = replace(rule(), for_duration=3 * HOUR)
    found = run(about, [0.8, 0.95], step=HOUR)
    assert due_at(about, found[0].state) == T0 + 4 * HOUR
    assert due_at(about, found[1].state) is None


def test_staleness_is_decided_by_time_and_ends_with_the_next_evaluation() -> None:
    about, state = rule(STALE, metric=""), replace(fresh(), awaited_since=T0)
    assert elapse(about, state, T0 + 3 * DAY - HOUR) is None
    stale = elapse(about, state, T0 + 3 * DAY)
    assert stale is not None
    assert (stale.state.phase, stale.notify) == (Phase.FIRING, Notify.OPEN)
    assert stale.reason == "no evaluation of churn for 3 days"
    assert elapse(about, stale.state, T0 + 30 * DAY) is None
    back = evaluate(about, sample(NAN), stale.state, T0 + 4 * DAY)
    assert (back.state.phase, back.notify) == (Phase.RESOLVED, Notify.RESOLVE)
    assert due_at(about, back.state) == T0 + 7 * DAY


@pytest.mark.parametrize(
    ("policy", "values", "expected"),
    [
        (NoData.ALERT, [0.95], (Phase.NO_DATA, Notify.OPEN)),
        (NoData.ALERT, [0.8], (Phase.NO_DATA, Notify.CHANGE)),
        (NoData.OK, [0.8], (Phase.RESOLVED, Notify.RESOLVE)),
        (NoData.OK, [0.95], None),
        (NoData.KEEP, [0.8], None),
    ],
)
def test_silence_means_what_the_rule_says(
    policy: NoData, values: list[float], expected: tuple[Phase, Notify] | None
) -> None:
    about = replace(rule(), stale_after=DAY, no_data=policy)
    state = run(about, values)[-1].state
    found = elapse(about, state, T0 + 2 * DAY)
    assert (None if found is None else (found.state.phase, found.notify)) == expected
    if found is not None:
        assert found.reason.startswith("no run of churn with val_auc for 1 day")
        assert elapse(about, found.state, T0 + 9 * DAY) is None


def test_after_silence_a_breach_goes_on_where_it_was_but_a_first_bad_one_must_last() -> None:
    about = replace(rule(times=2), stale_after=DAY, no_data=NoData.ALERT)
    for before, expected in (
        ([0.8, 0.8], (Phase.FIRING, Notify.CHANGE)),
        ([0.95], (Phase.PENDING, Notify.RESOLVE)),
    ):
        silent = elapse(about, run(about, before)[-1].state, T0 + 2 * DAY)
        assert silent is not None
        [after] = run(about, [0.8], state=silent.state, begin=T0 + 2 * DAY)
        assert (after.state.phase, after.notify) == expected


@pytest.mark.parametrize("condition", [WIDE, replace(ROLLING, abs_delta=0.012)])
def test_a_slow_decline_is_a_warning_that_a_breach_upgrades(condition: Condition) -> None:
    about = rule(condition, times=2)
    found = run(about, [*SLIDE, 0.87, 0.87], CHAMPION, USUAL)
    moved = [each for each in found if each.notify is Notify.OPEN]
    assert [each.state.phase for each in moved] == [Phase.DRIFTING]
    assert moved[0].reason == (
        "val_auc slides below its usual 0.894: 0.89 now, too little to be a breach"
    )
    assert severity(about, Phase.DRIFTING) is Severity.WARNING
    assert phases(found)[-2:] == [Phase.DRIFTING, Phase.FIRING]
    assert severity(about, Phase.FIRING) is Severity.CRITICAL
    assert found[-1].state.incidents == 1


def test_a_decline_is_not_learned_and_ends_when_it_is_made_good() -> None:
    state = run(rule(WIDE), SLIDE, CHAMPION, USUAL)[-1].state
    assert state.phase is Phase.DRIFTING
    lower = run(rule(WIDE), [0.889] * 30, CHAMPION, state)
    assert set(phases(lower)) == {Phase.DRIFTING}
    assert lower[-1].state.window == state.window
    back = run(rule(WIDE), [0.896, 0.895, 0.896], CHAMPION, state)
    assert phases(back) == [Phase.DRIFTING, Phase.DRIFTING, Phase.RESOLVED]


def test_drift_can_be_turned_off_and_lower_may_be_better() -> None:
    off = run(rule(replace(WIDE, drift=False)), SLIDE, CHAMPION, USUAL)
    assert set(phases(off)) == {Phase.INACTIVE}
    lower = replace(RUNS, direction=Direction.LOWER, abs_delta=0.012)
    state = replace(USUAL, window=tuple(-value for value in QUIET))
    assert phases(run(rule(lower), [-value for value in SLIDE], None, state))[-1] is Phase.DRIFTING


def test_one_wild_value_and_what_is_no_number_are_no_decline() -> None:
    about = rule(WIDE, times=5)
    found = run(about, [0.3, NAN, NAN, 0.896], CHAMPION, USUAL)
    assert Phase.DRIFTING not in phases(found)
    assert found[0].state.drift == found[2].state.drift


def test_a_metric_that_never_moves_does_not_make_everything_a_decline() -> None:
    constant = replace(fresh(), window=(0.895,) * 20)
    found = run(rule(WIDE), [0.8949] * 40, CHAMPION, constant)
    assert set(phases(found)) == {Phase.INACTIVE}


def test_a_breach_at_once_leaves_no_decline_behind() -> None:
    found = run(rule(WIDE), [0.85] * 5 + [0.896], CHAMPION, USUAL)
    assert phases(found) == [Phase.FIRING] * 5 + [Phase.RESOLVED]
    assert found[-1].state.drift == 0


def test_an_edit_lets_what_is_pending_count_anew_and_nothing_else() -> None:
    before = rule(times=3)
    after = replace(before, severity=Severity.WARNING, revision=2)
    pending = run(before, [0.8, 0.8])[-1].state
    changed = revised(before, after, pending, T0 + HOUR)
    assert changed is not None
    assert (changed.state.phase, changed.state.streak) == (Phase.INACTIVE, 0)
    firing = run(before, [0.8] * 3)[-1].state
    assert revised(before, after, firing, T0 + HOUR) is None


def test_watching_something_else_starts_afresh_and_ends_what_is_open() -> None:
    before = rule()
    firing = run(before, [0.95, 0.8])[-1].state
    over = revised(before, replace(before, metric="f1"), firing, T0 + HOUR)
    assert over is not None
    assert (over.state.phase, over.notify) == (Phase.RESOLVED, Notify.RESOLVE)
    assert over.reason == "A-1 was changed to watch something else"
    assert (over.state.window, over.state.incidents) == ((), 1)


def test_what_a_person_ended_begins_anew_with_the_next_breach() -> None:
    about = rule(times=2)
    closed = closed_by_hand(about, run(about, [0.8, 0.8])[-1].state, "enough", T0 + HOUR)
    assert closed.phase is Phase.RESOLVED
    found = run(about, [0.8, 0.8], state=closed, begin=T0 + HOUR)
    assert told(found) == [(Phase.PENDING, Notify.NOTHING), (Phase.FIRING, Notify.OPEN)]
    assert found[-1].state.incidents == 2


def test_silence_that_a_person_ended_is_told_again_only_after_as_long() -> None:
    about = rule(STALE, metric="")
    stale = elapse(about, replace(fresh(), awaited_since=T0), T0 + 3 * DAY)
    assert stale is not None
    closed = closed_by_hand(about, stale.state, "known", T0 + 4 * DAY)
    assert elapse(about, closed, T0 + 6 * DAY) is None
    assert elapse(about, closed, T0 + 7 * DAY) is not None


def test_a_decline_that_a_person_ended_is_the_new_normal() -> None:
    drifting = run(rule(WIDE), SLIDE, CHAMPION, USUAL)[-1].state
    assert closed_by_hand(rule(WIDE), drifting, "new data", T0).window == ()
    firing = run(rule(WORSE), [0.8], CHAMPION, USUAL)[-1].state
    assert closed_by_hand(rule(WORSE), firing, "known", T0).window == QUIET


VALUES = st.lists(
    st.sampled_from([0.7, 0.871, 0.889, 0.892, 0.895, 0.897, 0.91, 0.95, 250.0, NAN, math.inf]),
    max_size=40,
)
RULES = st.builds(
    lambda condition, times, hours, policy: replace(
        rule(condition, times=times),
        for_duration=timedelta(hours=hours),
        stale_after=2 * DAY,
        no_data=policy,
    ),
    st.sampled_from([replace(BELOW, recovery=0.93), BUDGET, WORSE, WIDE, ROLLING, RUNS, STALE]),
    st.integers(1, 3),
    st.sampled_from([0, 5]),
    st.sampled_from(list(NoData)),
)
GAPS = st.lists(st.sampled_from([1, 6, 60]), min_size=40, max_size=40)


def _walk(about: Rule, values: list[float], gaps: list[int], *, restarts: bool) -> list[AlertState]:
    """The states after each sample and each look at the clock."""
    state, now, seen = replace(fresh(), awaited_since=T0), T0, []
    for index, value in enumerate(values):
        now += gaps[index] * HOUR
        for after in (_passed(about, state, now), None):
            state = after or evaluate(about, sample(value, f"{index}"), state, now, CHAMPION).state
            state = state_from(pack_state(state)) if restarts else state
            seen.append(state)
    return seen


def _passed(about: Rule, state: AlertState, now: datetime) -> AlertState:
    found = elapse(about, state, now)
    return found.state if found else state


@settings(deadline=None, max_examples=60)
@given(RULES, VALUES, GAPS)
def test_a_restart_between_any_two_steps_changes_nothing(
    about: Rule, values: list[float], gaps: list[int]
) -> None:
    steady = _walk(about, values, gaps, restarts=False)
    assert _walk(about, values, gaps, restarts=True) == steady


@settings(deadline=None, max_examples=60)
@given(RULES, VALUES, GAPS)
def test_what_is_no_number_never_enters_the_window_and_numbers_of_incidents_only_grow(
    about: Rule, values: list[float], gaps: list[int]
) -> None:
    states = _walk(about, values, gaps, restarts=False)
    assert all(math.isfinite(value) for state in states for value in state.window)
    assert all(math.isfinite(state.drift) for state in states)
    opened = 0
    for before, after in zip([fresh(), *states], states, strict=False):
        opened += after.phase.is_open and not before.phase.is_open
        assert after.incidents == opened
        assert after.phase.is_open or not after.breached


@settings(deadline=None, max_examples=60)
@given(RULES, VALUES, GAPS)
def test_a_source_that_fails_moves_nothing(
    about: Rule, values: list[float], gaps: list[int]
) -> None:
    """Nothing is heard and the source was last read at the last sample: any later look is idle."""
    state, now = fresh(), T0
    for index, value in enumerate(values):
        now += gaps[index] * HOUR
        state = evaluate(about, sample(value, f"{index}"), state, now, CHAMPION).state
        assert elapse(about, state, now) is None
