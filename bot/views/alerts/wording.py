"""Rules in plain words, with outside names as they are."""

from datetime import timedelta

from bot.domain.alerts.rules import (
    BaselineKind,
    Condition,
    FairnessGap,
    ModelThreshold,
    Regression,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.metrics import Direction, figure
from bot.views.text import count


def subject(rule: RuleDraft) -> str:
    """What is watched, with outside names as they are."""
    match rule.condition:
        case Threshold(experiment=experiment) | RunRegression(experiment=experiment):
            return f"{rule.metric} of {experiment}"
        case ModelThreshold(model=model, alias=alias) if alias:
            return f"{alias} {rule.metric} of model {model}"
        case Staleness(model="", experiment=experiment):
            return f"runs of {experiment}"
        case Staleness(model=model):
            return f"evaluations of model {model}"
        case condition:
            return f"{rule.metric} of model {condition.model}"


def wish(rule: RuleDraft) -> str:
    """When people want to hear of it."""
    times = rule.for_evaluations
    again = {1: "", 2: " twice in a row"}.get(times, f" {times} times in a row")
    long = f" for {span(rule.for_duration)}" if rule.for_duration else ""
    recovery = getattr(rule.condition, "recovery", None)
    until = "" if recovery is None else f", until it is past {figure(recovery)}"
    if isinstance(rule.condition, Staleness):
        return f"when there was none for {span(rule.condition.after)}"
    return f"when {_bad(rule.condition)}{again}{long}{until}"


def span(length: timedelta) -> str:
    """A duration in its two largest units."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{count(days, 'day')} {hours} h" if hours else count(days, "day")
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "less than a minute"


def _bad(condition: Condition) -> str:
    match condition:
        case Regression() | RunRegression():
            return f"it is {_worse(condition)}"
        case SliceFloor(at_least=at_least):
            who = "a slice is" if at_least == 1 else f"{at_least} slices are"
            return f"{who} {condition.operator.value} {figure(condition.bound)}"
        case FairnessGap(bound=bound):
            return f"best and worst slice are more than {figure(bound)} apart"
        case Staleness(after=after):
            return f"there was none for {span(after)}"
        case ModelThreshold(unit=unit):
            unit = f" {unit}" if unit else ""
            return f"it is {condition.operator.value} {figure(condition.bound)}{unit}"
        case Threshold():
            return f"it is {condition.operator.value} {figure(condition.bound)}"


def _worse(condition: Regression | RunRegression) -> str:
    side = "below" if condition.direction is Direction.HIGHER else "above"
    share = ""
    if condition.rel_delta is not None:
        share = f" and {figure(condition.rel_delta * 100)} %"
    champion = isinstance(condition, Regression) and condition.baseline is BaselineKind.CHAMPION
    whose = "the champion's" if champion else "the median of the last good ones"
    return f"more than {figure(condition.abs_delta)}{share} {side} {whose}"
