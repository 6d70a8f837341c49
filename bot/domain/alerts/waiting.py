"""What time alone does to a rule: silence that lasts too long, and a breach that has lasted.

Neither needs a sample, only that the source was read until then.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.alerts.findings import Evaluation
from bot.domain.alerts.phases import broken, entered, told, without_streak
from bot.domain.alerts.rules import NoData, RuleDraft, Staleness
from bot.domain.alerts.states import AlertState, Phase


def due_at(rule: RuleDraft, state: AlertState) -> datetime | None:
    """When time alone moves the rule, if nothing is heard until then; None for never."""
    moments = [moment for moment in (_lasted_at(rule, state), _silent_at(rule, state)) if moment]
    return min(moments, default=None)


def elapse(rule: RuleDraft, state: AlertState, now: datetime) -> Evaluation | None:
    """What the time until `now` did to the rule, in which nothing was heard; None for nothing.

    `now` must not be later than the moment until which its source was read.
    """
    due = due_at(rule, state)
    if due is None or now < due:
        return None
    if due == _lasted_at(rule, state):
        return _moved(state, broken(state), state.reason, now)
    reason = silence(rule, state.blind)
    if isinstance(rule.condition, Staleness):
        return _moved(state, Phase.FIRING, reason, now)
    if rule.no_data is NoData.ALERT:
        return _moved(state, Phase.NO_DATA, reason, now)
    phase = Phase.RESOLVED if state.phase.is_open else Phase.INACTIVE
    return _moved(without_streak(state), phase, f"{reason}, which this rule takes for good", now)


def silence(rule: RuleDraft, blind: str = "") -> str:
    """What wasn't heard, or couldn't be judged because of `blind`, and for how long."""
    limit = rule.condition.after if isinstance(rule.condition, Staleness) else rule.stale_after
    assert limit is not None
    if blind:
        return f"nothing could be judged for {period(limit)}: {blind}"
    what = f"evaluation of {rule.model}" if rule.model else f"run of {rule.experiment}"
    having = f" with {rule.metric}" if rule.metric else ""
    return f"no {what}{having} for {period(limit)}"


def period(length: timedelta) -> str:
    """A duration in whole days, hours or minutes, whichever is exact."""
    minutes = max(1, round(length.total_seconds() / 60))
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            number = minutes // size
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    raise AssertionError("every number of minutes is a number of minutes")


def _lasted_at(rule: RuleDraft, state: AlertState) -> datetime | None:
    """None too while nothing can be judged: it may be over by now."""
    if state.blind:
        return None
    waits = state.phase is Phase.PENDING or (state.phase is Phase.DRIFTING and state.streak > 0)
    if not waits or state.bad_since is None or state.streak < max(1, rule.for_evaluations):
        return None
    return state.bad_since + rule.for_duration


def _silent_at(rule: RuleDraft, state: AlertState) -> datetime | None:
    """None too where silence has been told, or means nothing."""
    heard = max((at for at in (state.heard_at, state.awaited_since) if at), default=None)
    if heard is None:
        return None
    if isinstance(rule.condition, Staleness):
        return None if state.phase.is_open else heard + rule.condition.after
    if rule.stale_after is None or not _matters(rule.no_data, state.phase):
        return None
    return heard + rule.stale_after


def _matters(policy: NoData, phase: Phase) -> bool:
    if policy is NoData.ALERT:
        return phase is not Phase.NO_DATA
    return policy is NoData.OK and (phase.is_open or phase is Phase.PENDING)


def _moved(state: AlertState, phase: Phase, reason: str, now: datetime) -> Evaluation:
    after = replace(entered(state, state, phase, now), reason=reason)
    return Evaluation(state=after, reason=reason, notify=told(state.phase, phase))
