"""How one evaluation stands by itself, for every kind of rule."""

from statistics import median

from bot.domain.alerts.band import MIN_WINDOW, band
from bot.domain.alerts.comparing import exceeds, is_number
from bot.domain.alerts.findings import Finding, Standing
from bot.domain.alerts.rules import (
    BaselineKind,
    FairnessGap,
    ModelThreshold,
    Regression,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.slices import Slices, judge_floor, judge_gap
from bot.domain.alerts.states import Baseline
from bot.domain.metrics import Direction, difference, figure, figures


def judge(
    rule: RuleDraft,
    value: float,
    window: tuple[float, ...],
    baseline: Baseline | None,
    slices: Slices = (),
) -> Finding:
    """How a value stands by itself; NaN and infinity are never compared.

    A regression on the champion needs `baseline` (raises ValueError without it), a rule on slices
    their values.
    """
    match rule.condition:
        case Staleness():
            return Finding(standing=Standing.GOOD, text="there was one")
        case SliceFloor() as condition:
            return judge_floor(rule, condition, slices)
        case FairnessGap() as condition:
            return judge_gap(rule, condition, slices)
        case _ if not is_number(value):
            return Finding(standing=Standing.NOT_A_NUMBER, text=f"{measure(rule)} is not a number")
        case Threshold() as condition:
            return _against_threshold(rule.metric, value, condition)
        case ModelThreshold() as condition:
            return _against_bound(rule, value, condition)
        case Regression(baseline=BaselineKind.CHAMPION) as condition:
            if baseline is None:
                raise ValueError("a regression rule is evaluated against a baseline")
            margin = band(condition, window, baseline.value, baseline.seeds)
            return _against_baseline(
                rule.metric, value, condition.direction, baseline.value, margin, "its baseline {}"
            )
        case Regression() | RunRegression() as condition:
            return _against_usual(rule.metric, value, condition, window)


def measure(rule: RuleDraft) -> str:
    """What is measured, as one would say it."""
    if isinstance(rule.condition, ModelThreshold):
        of = f"{rule.metric} of {rule.condition.model}"
        return f"{rule.condition.alias} {of}" if rule.condition.alias else of
    return rule.metric


def _against_threshold(metric: str, value: float, limit: Threshold) -> Finding:
    shown, bound, _ = _shown(value, limit)
    said, side = f"{metric} {shown} is", f"{limit.operator.value} {bound}"
    if limit.operator.passed(value, limit.bound):
        return Finding(standing=Standing.BAD, text=f"{said} {side}")
    return _recovered(limit, value, f"{said} not {side}")


def _against_bound(rule: RuleDraft, value: float, limit: ModelThreshold) -> Finding:
    """In the past tense: it is read when the decision that it is about is looked at again."""
    unit = f" {limit.unit}" if limit.unit else ""
    shown, bound, _ = _shown(value, limit)
    said = f"{measure(rule)} was {shown}{unit}"
    side = f"{limit.operator.value} {bound}{unit}"
    if limit.operator.passed(value, limit.bound):
        return Finding(standing=Standing.BAD, text=f"{said}, {side}")
    return _recovered(limit, value, f"{said}, not {side}")


def _recovered(limit: Threshold | ModelThreshold, value: float, text: str) -> Finding:
    if limit.recovery is None or not limit.operator.passed(value, limit.recovery):
        return Finding(standing=Standing.GOOD, text=text)
    recovery = _shown(value, limit)[2]
    still = f"but still {limit.operator.value} the recovery threshold {recovery}"
    return Finding(standing=Standing.BETWEEN, text=f"{text}, {still}")


def _shown(value: float, limit: Threshold | ModelThreshold) -> list[str]:
    """The value, the bound and the recovery threshold, as they are read together."""
    recovery = limit.bound if limit.recovery is None else limit.recovery
    return figures(value, limit.bound, recovery)


def _against_usual(
    metric: str, value: float, condition: Regression | RunRegression, window: tuple[float, ...]
) -> Finding:
    known = len(window)
    if known < MIN_WINDOW:
        text = f"{metric} {figure(value)} is one of the first {MIN_WINDOW}: they tell what is usual"
        return Finding(standing=Standing.GOOD, text=text)
    usual = median(window)
    name = f"the median {{}} of the last {known} good ones"
    margin = band(condition, window, usual)
    return _against_baseline(metric, value, condition.direction, usual, margin, name)


def _against_baseline(
    metric: str, value: float, direction: Direction, baseline: float, margin: float, name: str
) -> Finding:
    higher = direction is Direction.HIGHER
    worse_by = baseline - value if higher else value - baseline
    shown, base = figures(value, baseline)
    around = name.format(f"{base} ± {figure(margin)}")
    said = f"{metric} {shown}"
    if exceeds(worse_by, margin, value, baseline):
        side = "below" if higher else "above"
        standing = Standing.BAD
        apart = difference(worse_by, value, baseline, limit=margin)
        text = f"{said}, {apart} {side} {around}"
    else:
        standing = Standing.GOOD
        better = exceeds(-worse_by, margin, value, baseline)
        text = f"{said} is {'better than' if better else 'within'} {around}"
    return Finding(standing=standing, text=text, expected=baseline, margin=margin)
