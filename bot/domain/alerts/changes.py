"""What changes besides samples mean for a rule: another champion, an edit, an end, a word of a
person."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.findings import Evaluation, Notify
from bot.domain.alerts.phases import told, without_streak
from bot.domain.alerts.rules import (
    BaselineKind,
    ModelThreshold,
    Regression,
    Rule,
    RuleDraft,
    RunRegression,
)
from bot.domain.alerts.states import AlertState, Baseline, Phase
from bot.domain.metrics import figure


def needs_champion(rule: RuleDraft) -> bool:
    """Whether its samples are compared with the champion's."""
    condition = rule.condition
    return isinstance(condition, Regression) and condition.baseline is BaselineKind.CHAMPION


def follow_champion(previous: AlertState, champion: Baseline, now: datetime) -> Evaluation | None:
    """What another champion means: a new baseline, so an open incident ends; None if it is none.

    Past evaluations were noise around the old champion, so noise and drift start afresh.
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


def closed_by_hand(rule: RuleDraft, previous: AlertState, reason: str, now: datetime) -> AlertState:
    """The state after a person has ended the incident: the next breach opens another one.

    Silence counts from now. A decline, and whatever a rule on a rolling baseline found, is taken
    for the new normal: what is usual is learned afresh.
    """
    closed = replace(
        without_streak(previous),
        phase=Phase.RESOLVED,
        since=now,
        reason=reason,
        breached=False,
        drift=0.0,
        awaited_since=now,
    )
    return replace(closed, window=()) if _accepts(rule, previous.phase) else closed


def watches_the_same(before: RuleDraft, after: RuleDraft) -> bool:
    """Whether an edit left alone what is watched, so that what was learned still holds."""
    return _watched(before) == _watched(after)


def revised(before: Rule, after: Rule, previous: AlertState, now: datetime) -> Evaluation | None:
    """What an edit means; None where it changes nothing.

    Where something else is watched now, all that was known is forgotten and an open incident ends.
    Else only what was pending starts to count again.
    """
    reason = f"{after.label} was changed"
    if not watches_the_same(before, after):
        anew = replace(
            _anew(previous, f"{reason} to watch something else", now),
            baseline=None,
            version=None,
            heard_at=None,
            last_key="",
        )
        return _after_end(previous, anew)
    if previous.phase is not Phase.PENDING:
        return None
    calm = replace(without_streak(previous), phase=Phase.INACTIVE, since=now, reason=reason)
    return Evaluation(state=calm, reason=reason, notify=Notify.NOTHING)


def _anew(previous: AlertState, reason: str, now: datetime) -> AlertState:
    return replace(
        without_streak(previous),
        phase=Phase.RESOLVED if previous.phase.is_open else Phase.INACTIVE,
        since=now,
        reason=reason,
        breached=False,
        was_bad=False,
        window=(),
        drift=0.0,
        awaited_since=now,
    )


def _after_end(previous: AlertState, state: AlertState) -> Evaluation:
    notify = told(previous.phase, state.phase)
    return Evaluation(state=state, reason=state.reason, notify=notify)


def _accepts(rule: RuleDraft, phase: Phase) -> bool:
    if phase in (Phase.INVALID, Phase.NO_DATA):
        return False
    rolling = isinstance(rule.condition, Regression | RunRegression) and not needs_champion(rule)
    return phase is Phase.DRIFTING or rolling


def _watched(rule: RuleDraft) -> tuple[object, ...]:
    parts = ("model", "alias", "experiment_id", "direction", "operator", "baseline")
    named = [getattr(rule.condition, part, None) for part in parts]
    return (type(rule.condition), rule.metric, sorted(rule.tags), *named)


def _new_champion(before: Baseline | None, after: Baseline) -> str:
    now = f"the baseline is {figure(after.value)} now"
    if before is None:
        return f"the champion is v{after.version}: {now}"
    return f"the champion changed from v{before.version} to v{after.version}: {now}"
