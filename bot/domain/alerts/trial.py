"""A dry run: what a rule would have said over the past, and how to make it calmer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.alerts.engine import MOST_EVALUATIONS, is_number
from bot.domain.alerts.replay import Episode, replay
from bot.domain.alerts.rules import (
    FairnessGap,
    ModelThreshold,
    Operator,
    Regression,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.states import Baseline, Sample
from bot.domain.metrics import Direction

SPAN = timedelta(days=90)

# More than about one a week in `SPAN`: nobody reads those.
NOISY = 12
_CALM = 4

_WIDER = (1.5, 2.0, 3.0)

PAUSES = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24, 48, 72, 168, 336, 720))
"""The lengths that a form offers for silence."""

# A longer pause that fires hardly less often is no advice.
_USEFUL = 3

# A form waits for the answer: over more evaluations no change is looked for.
_MOST_TRIED = 4000


@dataclass(frozen=True, kw_only=True)
class Calmer:
    """A changed rule that would have fired `times` times over the same past."""

    rule: RuleDraft
    times: int


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """What came nearest to a breach: an evaluation, or for staleness the longest pause.

    `bad` is how many in a row were bad, where that was too few or too short; then the evaluation is
    the last of them. `name` is its run's, and `place` names its worst slice, or the two of a gap.
    """

    at: datetime
    value: float | None = None
    pause: timedelta | None = None
    bad: int = 0
    name: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a rule would have said since `since`: `episodes` oldest first.

    `evaluations` is how many samples there were in that time. `nearest` is None where it fired or
    nothing was there; `calmer` is None unless it fired too often and something helps.
    """

    since: datetime
    evaluations: int
    episodes: tuple[Episode, ...] = ()
    nearest: Nearest | None = None
    calmer: Calmer | None = None

    @property
    def is_noisy(self) -> bool:
        """Whether it would have fired too often to be read."""
        return len(self.episodes) > NOISY


def try_out(
    rule: RuleDraft,
    samples: Sequence[Sample],
    now: datetime,
    baseline: Baseline | None = None,
    *,
    since: datetime | None = None,
) -> Trial:
    """The dry run over the last `SPAN`, or since `since`; `samples` are all there are, in order.

    Older samples teach the engine what is usual, and count for nothing else.
    """
    since = since or now - SPAN
    recent = [sample for sample in samples if sample.at >= since]
    found = _episodes(rule, samples, now, baseline, since)
    trial = Trial(since=since, evaluations=len(recent), episodes=found)
    if trial.is_noisy and len(recent) <= _MOST_TRIED:
        found_calmer = calmer(rule, samples, now, baseline, since=since, most=_CALM)
        return replace(trial, calmer=found_calmer)
    if found:
        return trial
    few = _too_few(rule, samples, now, baseline, since)
    return replace(trial, nearest=few or _nearest(rule, recent, now))


def calmer(
    rule: RuleDraft,
    samples: Sequence[Sample],
    now: datetime,
    baseline: Baseline | None,
    *,
    since: datetime,
    most: int,
) -> Calmer | None:
    """The smallest change with which a rule fires at most `most` times; else the one with which it
    fires least; None where nothing makes it calmer without silencing it for good."""
    before = len(_episodes(rule, samples, now, baseline, since))
    allowed = before // _USEFUL if isinstance(rule.condition, Staleness) else before - 1
    tried = []
    for changed in _changes(rule):
        times = len(_episodes(changed, samples, now, baseline, since))
        if 0 < times <= min(most, allowed):
            return Calmer(rule=changed, times=times)
        tried.append(Calmer(rule=changed, times=times))
    return min((each for each in tried if 0 < each.times <= allowed), key=_times, default=None)


def _episodes(
    rule: RuleDraft,
    samples: Sequence[Sample],
    now: datetime,
    baseline: Baseline | None,
    since: datetime,
) -> tuple[Episode, ...]:
    found = replay(rule, samples, now, baseline)
    return tuple(each for each in found if each.ended_at is None or each.ended_at >= since)


def _changes(rule: RuleDraft) -> Iterator[RuleDraft]:
    if isinstance(rule.condition, Staleness):
        longer = (pause for pause in PAUSES if pause > rule.condition.after)
        for after in longer:
            yield replace(rule, condition=replace(rule.condition, after=after))
        return
    first, last = rule.for_evaluations + 1, min(rule.for_evaluations + 3, MOST_EVALUATIONS)
    for times in range(first, last + 1):
        yield replace(rule, for_evaluations=times)
    if isinstance(rule.condition, Regression | RunRegression):
        for factor in _WIDER:
            delta = float(f"{rule.condition.abs_delta * factor:.2g}")
            yield replace(rule, condition=replace(rule.condition, abs_delta=delta))


def _times(one: Calmer) -> int:
    return one.times


def _too_few(
    rule: RuleDraft,
    samples: Sequence[Sample],
    now: datetime,
    baseline: Baseline | None,
    since: datetime,
) -> Nearest | None:
    """The longest row of bad evaluations, the newest of these; None where none was bad."""
    if isinstance(rule.condition, Staleness):
        return None
    for bad in range(max(1, rule.for_evaluations), 0, -1):
        eager = replace(rule, for_evaluations=bad, for_duration=timedelta(0))
        opened = {each.opened_at for each in _episodes(eager, samples, now, baseline, since)}
        last = next((each for each in reversed(samples) if each.at in opened), None)
        if last is not None:
            return _of(rule, last, bad=bad)
    return None


def _of(rule: RuleDraft, one: Sample, *, bad: int = 0) -> Nearest:
    return Nearest(at=one.at, value=one.value, bad=bad, name=one.name, place=_place(rule, one))


def _place(rule: RuleDraft, one: Sample) -> str:
    known = sorted((value, name) for name, value in one.slices if is_number(value))
    if not known:
        return ""
    if isinstance(rule.condition, FairnessGap):
        return f"{known[0][1]} to {known[-1][1]}"
    return known[0 if _low_is_bad(rule) else -1][1]


def _nearest(rule: RuleDraft, recent: Sequence[Sample], now: datetime) -> Nearest | None:
    if isinstance(rule.condition, Staleness):
        ends = [sample.at for sample in recent]
        pauses = [(after - at, after) for at, after in zip(ends, [*ends[1:], now], strict=True)]
        longest = max(pauses, default=None)
        return Nearest(at=longest[1], pause=longest[0]) if longest else None
    numbers = [sample for sample in recent if is_number(sample.value)]
    if not numbers:
        return None
    worst = (min if _low_is_bad(rule) else max)(numbers, key=lambda sample: sample.value)
    return _of(rule, worst)


def _low_is_bad(rule: RuleDraft) -> bool:
    match rule.condition:
        case Regression(direction=direction) | RunRegression(direction=direction):
            return direction is Direction.HIGHER
        case Threshold(operator=operator) | ModelThreshold(operator=operator):
            return operator is Operator.BELOW
        case SliceFloor(operator=operator):
            return operator is Operator.BELOW
        case FairnessGap() | Staleness():
            return False
