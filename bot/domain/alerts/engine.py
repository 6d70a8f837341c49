"""The alert engine: one sample at a time moves a rule from state to state, with a reason.

It is pure: the same rule, samples, state and times give the same states, and a state that was
stored and read back is the same state. Only samples and time move a rule, and time only as far as
its source was read, so a source that fails moves nothing.

Order: samples are evaluated once each, in the order in which they became known to us, those that
became known together by their end time. A sample that turns up late counts as the newest: clients
supply end times, and a client whose clock is slow must not be ignored for ever.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.band import MIN_WINDOW, WINDOW, band, remember
from bot.domain.alerts.changes import (
    closed_by_hand,
    ended,
    follow_alias,
    follow_champion,
    needs_champion,
    revised,
    watches_the_same,
)
from bot.domain.alerts.comparing import is_number
from bot.domain.alerts.drift import drift_text, next_drift
from bot.domain.alerts.findings import Evaluation, Finding, Notify, Standing
from bot.domain.alerts.judging import judge
from bot.domain.alerts.phases import counted, entered, in_a_row, next_phase, severity, told
from bot.domain.alerts.rules import Regression, RuleDraft, RunRegression
from bot.domain.alerts.states import AlertState, Baseline, Phase, Point, Sample
from bot.domain.alerts.titles import title
from bot.domain.alerts.waiting import due_at, elapse

__all__ = [
    "MIN_WINDOW",
    "MOST_EVALUATIONS",
    "WINDOW",
    "Evaluation",
    "Finding",
    "Notify",
    "Standing",
    "band",
    "closed_by_hand",
    "due_at",
    "elapse",
    "ended",
    "evaluate",
    "follow_alias",
    "follow_champion",
    "is_number",
    "judge",
    "learn",
    "needs_champion",
    "point",
    "revised",
    "severity",
    "title",
    "watches_the_same",
]

MOST_EVALUATIONS = 10


def evaluate(
    rule: RuleDraft,
    sample: Sample,
    previous: AlertState,
    now: datetime,
    baseline: Baseline | None = None,
) -> Evaluation:
    """The state after one new sample; a sample that was the last one already changes nothing.

    A regression on the champion needs `baseline`; raises ValueError without it.
    """
    if sample.key == previous.last_key:
        return Evaluation(state=previous, reason=previous.reason, notify=Notify.NOTHING)
    finding = judge(rule, sample.value, previous.window, baseline, sample.slices)
    state = replace(
        counted(previous, finding.standing, now),
        drift=_drift(rule, previous, sample.value),
        last_key=sample.key,
        heard_at=now,
        was_bad=False,
    )
    phase = next_phase(rule, state, finding.standing, now)
    reason = _reason(rule, state, phase, finding, sample.value)
    after = replace(entered(previous, state, phase, now), reason=reason)
    if phase is not Phase.DRIFTING:
        after = _learned(after, sample.value, finding)
    return Evaluation(
        state=after,
        reason=reason,
        notify=told(previous.phase, phase),
        point=point(sample, finding),
    )


def learn(state: AlertState, sample: Sample, finding: Finding) -> AlertState:
    """The state that knows a past sample: its value is part of the noise, nothing is told."""
    return _learned(replace(state, last_key=sample.key), sample.value, finding)


def point(sample: Sample, finding: Finding) -> Point:
    """What is kept of a sample for charts."""
    return Point(
        key=sample.key,
        name=sample.name,
        at=sample.at,
        value=sample.value if is_number(sample.value) else None,
        is_bad=finding.standing.is_bad,
        expected=finding.expected,
        margin=finding.margin,
    )


def _drift(rule: RuleDraft, previous: AlertState, value: float) -> float:
    """What is not a number says nothing, and a breach that came at once is no slow decline."""
    if not is_number(value) or (previous.breached and not previous.drift):
        return previous.drift
    drifting = previous.phase.is_open and previous.drift > 0
    return next_drift(rule.condition, previous.window, value, previous.drift, drifting=drifting)


def _reason(
    rule: RuleDraft, state: AlertState, phase: Phase, finding: Finding, value: float
) -> str:
    condition = rule.condition
    if (
        phase is Phase.DRIFTING
        and not finding.standing.is_bad
        and isinstance(condition, Regression | RunRegression)
    ):
        return drift_text(rule.metric, condition, state.window, value)
    return finding.text + in_a_row(state)


def _learned(state: AlertState, value: float, finding: Finding) -> AlertState:
    """Bad values stay out: else the detector learns the regression and calls it normal."""
    if finding.standing.is_bad or not is_number(value):
        return state
    return replace(state, window=remember(state.window, value))
