"""The alert engine: one sample at a time moves a rule from state to state, with a reason.

Order: samples are evaluated once each, in the order in which they became known to us, those that
became known together by their end time. A sample that turns up late counts as the newest: clients
supply end times, and a client whose clock is slow must not be ignored for ever.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from statistics import median

from bot.domain.alerts.rules import (
    Condition,
    ModelThreshold,
    Regression,
    Rule,
    RuleDraft,
    Threshold,
)
from bot.domain.alerts.states import AlertState, Baseline, Phase, Point, Sample
from bot.domain.metrics import Direction, difference, figure

WINDOW = 20
MIN_WINDOW = 8
MOST_EVALUATIONS = 10

# 1.4826 · MAD estimates the standard deviation of normal noise; three of them are the band.
_NOISE = 3 * 1.4826

# MLflow stores an infinite metric as the largest float.
_LARGEST = 1e308


class Notify(Enum):
    """What people must be told after an evaluation."""

    NOTHING = auto()
    OPEN = auto()
    CHANGE = auto()
    RESOLVE = auto()


class Standing(Enum):
    """How one value stands; `BETWEEN` is no breach, but not past the recovery threshold."""

    GOOD = auto()
    BETWEEN = auto()
    BAD = auto()
    NOT_A_NUMBER = auto()

    @property
    def is_bad(self) -> bool:
        """Whether it counts towards an incident."""
        return self in (Standing.BAD, Standing.NOT_A_NUMBER)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How a value stands, in plain words, with the baseline and band it was compared with."""

    standing: Standing
    text: str
    expected: float | None = None
    margin: float | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A new state, why it is so, and what people must be told."""

    state: AlertState
    reason: str
    notify: Notify
    point: Point | None = None


def evaluate(
    rule: Rule,
    sample: Sample,
    previous: AlertState,
    now: datetime,
    baseline: Baseline | None = None,
) -> Evaluation:
    """The state after one new sample; a sample that was the last one already changes nothing.

    A regression rule needs `baseline`; raises ValueError without it.
    """
    if sample.key == previous.last_key:
        return Evaluation(state=previous, reason=previous.reason, notify=Notify.NOTHING)
    finding = judge(rule, sample.value, previous.window, baseline)
    streak = previous.streak + 1 if finding.standing.is_bad else 0
    phase = _next_phase(previous.phase, finding.standing, streak, rule.for_evaluations)
    reason = finding.text + _in_a_row(streak)
    notify = _notify(previous.phase, phase)
    state = replace(
        previous,
        phase=phase,
        since=previous.since if phase is previous.phase else now,
        reason=reason,
        streak=streak,
        last_key=sample.key,
        window=_remember(previous.window, sample.value, finding.standing),
        incidents=previous.incidents + (notify is Notify.OPEN),
    )
    return Evaluation(state=state, reason=reason, notify=notify, point=point(sample, finding, now))


def follow_champion(previous: AlertState, champion: Baseline, now: datetime) -> Evaluation | None:
    """What another champion means: a new baseline, so an open incident ends; None if it is none.

    Past evaluations were noise around the old champion, so the noise window starts afresh.
    """
    if previous.baseline is not None and previous.baseline.version == champion.version:
        return None
    anew = replace(
        _anew(previous, _new_champion(previous.baseline, champion), now),
        baseline=champion,
        champions=(*previous.champions, champion.run_id),
    )
    return _after_end(previous, anew)


def follow_alias(
    condition: ModelThreshold, previous: AlertState, version: int | None, now: datetime
) -> Evaluation | None:
    """What another version under the alias means: a new beginning; None if it is the same one.

    An alias that points nowhere (any more) leaves everything as it is.
    """
    if version is None or version == previous.version:
        return None
    what = f"{condition.alias} of {condition.model}"
    reason = f"{what} is v{version}"
    if previous.version is not None:
        reason = f"{what} changed from v{previous.version} to v{version}"
    return _after_end(previous, replace(_anew(previous, reason, now), version=version))


def ended(previous: AlertState, reason: str, now: datetime) -> Evaluation:
    """What the end of a rule means for it."""
    return _after_end(previous, _anew(previous, reason, now))


def judge(
    rule: RuleDraft, value: float, window: tuple[float, ...], baseline: Baseline | None
) -> Finding:
    """How a value stands by itself; NaN and infinity are never compared."""
    if not is_number(value):
        text = f"{_of_alias(rule.metric, rule.condition)} is not a number"
        return Finding(standing=Standing.NOT_A_NUMBER, text=text)
    if isinstance(rule.condition, Threshold):
        return _against_threshold(rule.metric, value, rule.condition)
    if isinstance(rule.condition, ModelThreshold):
        return _against_bound(rule.metric, value, rule.condition)
    if baseline is None:
        raise ValueError("a regression rule is evaluated against a baseline")
    return _against_baseline(rule.metric, value, rule.condition, window, baseline.value)


def point(sample: Sample, finding: Finding, now: datetime) -> Point:
    """What is kept of a sample for charts."""
    is_number = finding.standing is not Standing.NOT_A_NUMBER
    return Point(
        key=sample.key,
        name=sample.name,
        at=now,
        value=sample.value if is_number else None,
        is_bad=finding.standing.is_bad,
        expected=finding.expected,
        margin=finding.margin,
    )


def learn(state: AlertState, sample: Sample, finding: Finding) -> AlertState:
    """The state that knows a past sample: its value is part of the noise, nothing is told."""
    return replace(
        state,
        last_key=sample.key,
        window=_remember(state.window, sample.value, finding.standing),
    )


def band(condition: Regression, window: tuple[float, ...], baseline: float) -> float:
    """How far from the baseline a value may be: the business minimum or the noise, if larger."""
    floors = [condition.abs_delta, (condition.rel_delta or 0.0) * abs(baseline)]
    if len(window) >= MIN_WINDOW:
        center = median(window)
        floors.append(_NOISE * median(abs(value - center) for value in window))
    return max(floors)


def is_number(value: float) -> bool:
    """Whether a metric is a finite number, as far as MLflow tells."""
    return math.isfinite(value) and abs(value) < _LARGEST


def title(rule: Rule, sample: Sample, reason: str, baseline: Baseline | None) -> str:
    """What is wrong, in one line that stands alone."""
    if isinstance(rule.condition, Threshold):
        return f"{rule.condition.experiment}: {reason}"
    if isinstance(rule.condition, ModelThreshold):
        return reason
    version = f" v{sample.version}" if sample.version else ""
    if not is_number(sample.value):
        return f"{rule.condition.model}{version}: {reason}"
    champion = f" v{baseline.version}" if baseline else ""
    return f"{rule.condition.model}{version} is worse than champion{champion}: {reason}"


def _against_threshold(metric: str, value: float, limit: Threshold) -> Finding:
    side = limit.operator.value
    said = f"{metric} {figure(value)} is"
    if limit.operator.passed(value, limit.bound):
        return Finding(standing=Standing.BAD, text=f"{said} {side} {figure(limit.bound)}")
    text = f"{said} not {side} {figure(limit.bound)}"
    if limit.recovery is not None and limit.operator.passed(value, limit.recovery):
        text += f", but still {side} the recovery threshold {figure(limit.recovery)}"
        return Finding(standing=Standing.BETWEEN, text=text)
    return Finding(standing=Standing.GOOD, text=text)


def _against_bound(metric: str, value: float, limit: ModelThreshold) -> Finding:
    """In the past tense: it is read when the decision that it is about is looked at again."""
    side = limit.operator.value
    said = f"{_of_alias(metric, limit)} was {figure(value)}"
    if limit.operator.passed(value, limit.bound):
        return Finding(standing=Standing.BAD, text=f"{said}, {side} {figure(limit.bound)}")
    return Finding(standing=Standing.GOOD, text=f"{said}, not {side} {figure(limit.bound)}")


def _of_alias(metric: str, condition: Condition) -> str:
    if isinstance(condition, ModelThreshold):
        return f"{condition.alias} {metric} of {condition.model}"
    return metric


def _anew(previous: AlertState, reason: str, now: datetime) -> AlertState:
    phase = Phase.RESOLVED if previous.phase.is_open else Phase.INACTIVE
    return replace(previous, phase=phase, since=now, reason=reason, streak=0, window=())


def _after_end(previous: AlertState, state: AlertState) -> Evaluation:
    notify = Notify.RESOLVE if previous.phase.is_open else Notify.NOTHING
    return Evaluation(state=state, reason=state.reason, notify=notify)


def _against_baseline(
    metric: str, value: float, rule: Regression, window: tuple[float, ...], baseline: float
) -> Finding:
    margin = band(rule, window, baseline)
    higher = rule.direction is Direction.HIGHER
    worse_by = baseline - value if higher else value - baseline
    around = f"its baseline {figure(baseline)} ± {figure(margin)}"
    said = f"{metric} {figure(value)}"
    if worse_by > margin and not math.isclose(worse_by, margin, rel_tol=1e-9):
        side = "below" if higher else "above"
        text = f"{said}, {difference(worse_by, value, baseline)} {side} {around}"
        return Finding(standing=Standing.BAD, text=text, expected=baseline, margin=margin)
    verdict = "is better than" if worse_by < -margin else "is within"
    return Finding(
        standing=Standing.GOOD,
        text=f"{said} {verdict} {around}",
        expected=baseline,
        margin=margin,
    )


def _next_phase(phase: Phase, standing: Standing, streak: int, needed: int) -> Phase:
    if standing.is_bad:
        return Phase.FIRING if phase.is_open or streak >= needed else Phase.PENDING
    if not phase.is_open:
        return Phase.INACTIVE
    return Phase.RESOLVED if standing is Standing.GOOD else Phase.RECOVERING


def _notify(before: Phase, after: Phase) -> Notify:
    if after.is_open:
        return Notify.CHANGE if before.is_open else Notify.OPEN
    return Notify.RESOLVE if before.is_open else Notify.NOTHING


def _remember(window: tuple[float, ...], value: float, standing: Standing) -> tuple[float, ...]:
    """Bad values stay out: else the detector learns the regression and calls it normal."""
    return window if standing.is_bad else (*window, value)[-WINDOW:]


def _in_a_row(streak: int) -> str:
    if streak < 2:
        return ""
    return ", twice in a row" if streak == 2 else f", {streak} times in a row"


def _new_champion(before: Baseline | None, after: Baseline) -> str:
    now = f"the baseline is {figure(after.value)} now"
    if before is None:
        return f"the champion is v{after.version}: {now}"
    return f"the champion changed from v{before.version} to v{after.version}: {now}"
