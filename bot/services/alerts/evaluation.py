"""Alerts: evaluation of rules, incidents with one message each, acknowledgement."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.alerts.engine import Evaluation, Notify, evaluate
from bot.domain.alerts.rules import ModelThreshold, Rule
from bot.domain.alerts.states import AlertState, Baseline, Sample, Transition
from bot.errors import Conflict
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import incidents, reading, set_up
from bot.services.alerts.reading import Ground
from bot.services.decisions import revisits

# How far an idle rule's reading mark may fall behind before it is moved.
_MARK_AGE = timedelta(hours=1)


def numbers(uow: UnitOfWork, workspace: str) -> list[int]:
    """The numbers of all rules."""
    return [rule.number for rule in uow.alerts.rules(workspace)]


def has_news(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> bool:
    """Whether `evaluate_rule` would change anything: a cheap read before a write."""
    rule, stored = uow.alerts.rule(workspace, number), uow.alerts.state(workspace, number)
    if rule is None or stored is None or rule.ended_at is not None:
        return False
    state = stored.state
    if now - state.read_until >= _MARK_AGE:
        return True
    found = reading.ground(uow, rule)
    if reading.moved(rule, state, found, now) is not None:
        return True
    return reading.can_judge(rule, found) and bool(reading.unread(uow, rule, state, now))


def evaluate_rule(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> None:
    """Process what the mirror holds and the rule hasn't seen, each sample once.

    A rule that stands on a baseline or an alias waits while there is none, and its samples with it.
    Raises Conflict, and nothing is kept, if another evaluation was faster.
    """
    rule, stored = uow.alerts.rule(workspace, number), uow.alerts.state(workspace, number)
    if rule is None or stored is None or rule.ended_at is not None:
        return
    found = reading.ground(uow, rule)
    state = _follow(uow, rule, stored.state, found, now)
    if reading.can_judge(rule, found):
        for sample in reading.unread(uow, rule, state, now):
            state = _process(uow, rule, state, sample, found.baseline, now)
    state = replace(state, read_until=max(now, state.read_until))
    if not uow.alerts.replace_state(workspace, number, state, stored.version):
        raise Conflict(f"{rule.label} was evaluated by another node at the same time.")


def _follow(
    uow: UnitOfWork, rule: Rule, state: AlertState, found: Ground, now: datetime
) -> AlertState:
    evaluation = reading.moved(rule, state, found, now)
    if evaluation is None:
        return replace(state, baseline=found.baseline) if found.baseline else state
    after = _apply(uow, rule, state, evaluation, None, now)
    if not isinstance(rule.condition, ModelThreshold):
        return after
    # Made while another version was under the alias: no reason to speak up now.
    past = [s for s in reading.unread(uow, rule, after, now) if s.at <= state.read_until]
    return set_up.learn_all(uow, rule, after, past, now)[0]


def _process(
    uow: UnitOfWork,
    rule: Rule,
    state: AlertState,
    sample: Sample,
    base: Baseline | None,
    now: datetime,
) -> AlertState:
    evaluation = evaluate(rule, sample, state, now, base)
    if evaluation.point is None or not uow.alerts.add_point(
        rule.workspace, rule.number, evaluation.point
    ):
        return state
    return _apply(uow, rule, state, evaluation, sample, now)


def _apply(
    uow: UnitOfWork,
    rule: Rule,
    before: AlertState,
    evaluation: Evaluation,
    sample: Sample | None,
    now: datetime,
) -> AlertState:
    after = evaluation.state
    if sample is None or after.phase is not before.phase:
        transition = Transition(
            at=now,
            before=before.phase,
            after=after.phase,
            reason=evaluation.reason,
            sample_key=sample.key if sample else "",
        )
        uow.alerts.log(rule.workspace, rule.number, transition)
    match evaluation.notify:
        case Notify.OPEN if rule.decision is not None:
            revisits.fired(uow, rule, rule.decision, evaluation.reason, now)
        case Notify.OPEN if sample is not None:
            incidents.open(uow, rule, after, sample, now)
        case Notify.CHANGE if sample is not None:
            incidents.change(uow, rule, after, sample, now)
        case Notify.RESOLVE:
            incidents.resolve(uow, rule, before, evaluation.reason, sample is not None, now)
    return after
