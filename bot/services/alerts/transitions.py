"""What an evaluation does: its transition is stored, and its incident opens, changes or ends."""

from datetime import datetime

from bot.domain.alerts.engine import Evaluation, Notify
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Phase, Sample, Transition
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import incidents, reading
from bot.services.decisions import revisits


def apply(
    uow: UnitOfWork,
    rule: Rule,
    before: AlertState,
    evaluation: Evaluation,
    sample: Sample | None,
    now: datetime,
) -> AlertState:
    """The new state, with all that follows from it stored; the caller stores the state itself.

    The caller holds the lock on the rule's state. `sample` is None where no sample moved the rule.
    """
    after = evaluation.state
    if sample is None or after.phase is not before.phase:
        _log(uow, rule, before, evaluation, sample, now)
    if rule.decision is not None:
        if evaluation.notify is Notify.OPEN:
            revisits.fired(uow, rule, rule.decision, evaluation.reason, now)
        return after
    about = sample or _about(uow, rule, after, now)
    match evaluation.notify:
        case Notify.OPEN:
            incidents.open(uow, rule, after, about, now)
        case Notify.CHANGE:
            incidents.change(uow, rule, after, about, now)
        case Notify.RESOLVE:
            incidents.resolve(uow, rule, before, evaluation.reason, sample is not None, now)
    return after


def _about(uow: UnitOfWork, rule: Rule, state: AlertState, now: datetime) -> Sample | None:
    """The evaluation that a breach is about which has lasted long enough by now."""
    told = state.streak > 0 and state.phase in (Phase.FIRING, Phase.INVALID)
    return reading.last(uow, rule, state, now) if told else None


def _log(
    uow: UnitOfWork,
    rule: Rule,
    before: AlertState,
    evaluation: Evaluation,
    sample: Sample | None,
    now: datetime,
) -> None:
    transition = Transition(
        at=now,
        before=before.phase,
        after=evaluation.state.phase,
        reason=evaluation.reason,
        sample_key=sample.key if sample else "",
    )
    uow.alerts.log(rule.workspace, rule.number, transition)
