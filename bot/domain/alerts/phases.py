"""From phase to phase: what a standing means for a rule, given where it stood.

An open incident is one story: a decline that becomes a breach, a breach whose metric stops being a
number, a broken model of which nobody hears any more; each is a change of it, not another one.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.drift import alarms
from bot.domain.alerts.findings import Notify, Standing
from bot.domain.alerts.rules import RuleDraft, Severity
from bot.domain.alerts.states import AlertState, Phase


def counted(state: AlertState, standing: Standing, now: datetime) -> AlertState:
    """The state with its streak of bad evaluations counted on, or ended."""
    if not standing.is_bad:
        return without_streak(state)
    invalid = standing is Standing.NOT_A_NUMBER
    same = state.streak and state.invalid is invalid
    return replace(
        state,
        streak=state.streak + 1,
        alike=state.alike + 1 if same else 1,
        invalid=invalid,
        bad_since=state.bad_since if state.streak else now,
    )


def without_streak(state: AlertState) -> AlertState:
    """The state in which nothing has been bad lately."""
    return replace(state, streak=0, alike=0, invalid=False, bad_since=None)


def has_lasted(rule: RuleDraft, state: AlertState, now: datetime) -> bool:
    """Whether it has been bad often and long enough."""
    if state.streak < max(1, rule.for_evaluations) or state.bad_since is None:
        return False
    return now - state.bad_since >= rule.for_duration


def next_phase(rule: RuleDraft, state: AlertState, standing: Standing, now: datetime) -> Phase:
    """The phase after an evaluation; `state` has the former phase, but is `counted` already, with
    its `drift` as it is now."""
    declines = alarms(state.drift) or (state.phase is Phase.DRIFTING and state.drift > 0)
    if standing.is_bad:
        if state.breached or has_lasted(rule, state, now):
            return broken(state)
        return Phase.DRIFTING if declines else Phase.PENDING
    if state.breached and standing is Standing.BETWEEN:
        return Phase.RECOVERING
    if declines or (state.breached and state.drift > 0):
        return Phase.DRIFTING
    return Phase.RESOLVED if state.phase.is_open else Phase.INACTIVE


def broken(state: AlertState) -> Phase:
    """The open phase of what has lasted."""
    return Phase.INVALID if state.invalid else Phase.FIRING


def entered(before: AlertState, state: AlertState, phase: Phase, now: datetime) -> AlertState:
    """`state` in `phase`; an incident that opens is counted, one that ends leaves no trace."""
    notify = told(before.phase, phase)
    moved = replace(
        state,
        phase=phase,
        since=before.since if phase is before.phase else now,
        incidents=before.incidents + (notify is Notify.OPEN),
        breached=_is_breach(before, phase),
    )
    if notify is Notify.RESOLVE:
        return replace(moved, drift=0.0)
    if moved.breached and not before.phase.is_open:
        # It breaks at once, so what follows is no slow decline, and its end is an end.
        return replace(moved, drift=0.0)
    return moved


def told(before: Phase, after: Phase) -> Notify:
    """What people must be told of a move."""
    if after.is_open:
        return Notify.CHANGE if before.is_open else Notify.OPEN
    return Notify.RESOLVE if before.is_open else Notify.NOTHING


def severity(rule: RuleDraft, phase: Phase) -> Severity:
    """How much a rule's open incident matters: a slow decline is a warning, whatever the rule."""
    return Severity.WARNING if phase is Phase.DRIFTING else rule.severity


def in_a_row(state: AlertState) -> str:
    """How often it was bad, as the end of a reason; those of another kind are counted as such."""
    times = "twice" if state.streak == 2 else f"{state.streak} times"
    if state.streak < 2:
        return ""
    return f", {times} in a row" if state.alike == state.streak else f", bad {times} in a row"


def _is_breach(before: AlertState, phase: Phase) -> bool:
    if phase in (Phase.FIRING, Phase.INVALID, Phase.RECOVERING):
        return True
    return phase is Phase.NO_DATA and before.breached
