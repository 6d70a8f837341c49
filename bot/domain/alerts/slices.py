"""Slices of a model's evaluation: metrics that one pattern matches, each about a part of the data.

A pattern such as `val_auc/segment/*` matches `val_auc/segment/small`; what `*` stands for is the
slice's name.
"""

import math
from collections.abc import Mapping, Sequence

from bot.domain.alerts.comparing import exceeds, is_number
from bot.domain.alerts.findings import Finding, Standing
from bot.domain.alerts.rules import Condition, FairnessGap, Operator, RuleDraft, SliceFloor
from bot.domain.metrics import difference, figure, figures

Slices = tuple[tuple[str, float], ...]
"""Each slice's name and value, by name."""

_NAMED = 3


def slices_of(pattern: str, metrics: Mapping[str, float]) -> Slices:
    """The metrics that match, by slice name; what several `*` stand for is joined by a slash."""
    parts = pattern.split("*")
    matched = ((_stars(parts, name), value) for name, value in metrics.items())
    found = {"/".join(stars): value for stars, value in matched if stars is not None}
    return tuple(sorted(found.items()))


def summary_of(condition: Condition, slices: Slices) -> float:
    """The one number that stands for all slices: the worst, or the gap; NaN where there is none."""
    known = _numbers(slices)
    if isinstance(condition, FairnessGap):
        values = [value for _, value in known]
        return max(values) - min(values) if len(values) > 1 else math.nan
    if not known or not isinstance(condition, SliceFloor):
        return math.nan
    return _worst(condition, known)[1]


def judge_floor(rule: RuleDraft, condition: SliceFloor, slices: Slices) -> Finding:
    """How many slices are beyond the bound, and which is worst."""
    known = _numbers(slices)
    if not known:
        return _nothing(f"no slice of {rule.metric} is a number")
    name, value = _worst(condition, known)
    beyond = sum(condition.operator.passed(each, condition.bound) for _, each in known)
    shown, bound = figures(value, condition.bound)
    side = f"{condition.operator.value} {bound}"
    text = f"{beyond or 'none'} of {len(known)} slices {side}, worst {name} {shown}"
    is_bad = beyond >= max(1, condition.at_least)
    if beyond and not is_bad:
        text += f"; it takes {condition.at_least}"
    return Finding(standing=Standing.BAD if is_bad else Standing.GOOD, text=text + _unknown(slices))


def judge_gap(rule: RuleDraft, condition: FairnessGap, slices: Slices) -> Finding:
    """How far the best and the worst slice lie apart."""
    known = sorted(_numbers(slices), key=lambda each: (each[1], each[0]))
    if len(known) < 2:
        had = f"only {known[0][0]} has one" if known else "no slice has one"
        return _nothing(f"the gap of {rule.metric} needs two numbers, and {had}")
    (low_name, low), (high_name, high) = known[0], known[-1]
    gap = high - low
    lowest, highest = figures(low, high)
    apart = difference(gap, low, high, limit=condition.bound)
    said = f"{low_name} {lowest} and {high_name} {highest} are {apart} apart"
    is_bad = exceeds(gap, condition.bound, low, high)
    verdict = f"{'' if is_bad else 'not '}more than {figure(condition.bound)}"
    return Finding(
        standing=Standing.BAD if is_bad else Standing.GOOD,
        text=f"{said}, {verdict}{_unknown(slices)}",
    )


def _nothing(text: str) -> Finding:
    return Finding(standing=Standing.NOT_A_NUMBER, text=text)


def _numbers(slices: Slices) -> Sequence[tuple[str, float]]:
    return [(name, value) for name, value in slices if is_number(value)]


def _worst(condition: SliceFloor, known: Sequence[tuple[str, float]]) -> tuple[str, float]:
    pick = min if condition.operator is Operator.BELOW else max
    return pick(known, key=lambda each: each[1])


def _unknown(slices: Slices) -> str:
    """The slices that say nothing, named: silence about them would pass for health."""
    names = [name for name, value in slices if not is_number(value)]
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"; not a number: {', '.join(names[:_NAMED])}{more}"


def _stars(parts: Sequence[str], name: str) -> list[str] | None:
    """What the `*` between `parts` stand for, each for as little as it can but the last; None where
    the name doesn't match. People type patterns, so this never goes back to try another way."""
    if len(parts) == 1:
        return [] if name == parts[0] else None
    first, *middle, last = parts
    end = len(name) - len(last)
    if not (name.startswith(first) and name.endswith(last)):
        return None
    at, found = len(first), []
    for part in middle:
        start = name.find(part, at + 1, end)
        if start < 0:
            return None
        found.append(name[at:start])
        at = start + len(part)
    return [*found, name[at:end]] if at < end else None
