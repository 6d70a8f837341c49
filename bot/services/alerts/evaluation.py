"""Alerts: evaluation of rules, incidents with one message each, acknowledgement."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.alerts.engine import Evaluation, Notify, evaluate, title
from bot.domain.alerts.records import (
    AlertState,
    Baseline,
    Incident,
    ModelThreshold,
    Rule,
    Sample,
    Transition,
)
from bot.domain.delivery import Delivery, Priority
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import reading, set_up
from bot.services.alerts.reading import Ground
from bot.services.decisions import revisits

# How far an idle rule's reading mark may fall behind before it is moved.
_MARK_AGE = timedelta(hours=1)


class AckResult(Enum):
    """What became of a click on *Acknowledge*."""

    DONE = auto()
    TAKEN = auto()
    OVER = auto()


@dataclass(frozen=True, kw_only=True)
class Ack:
    """The result, and the incident as it is now."""

    result: AckResult
    incident: Incident


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


def acknowledge(
    uow: UnitOfWork, workspace: str, incident_id: str, user_id: str, channel: str, now: datetime
) -> Ack:
    """Note who looks at it; the first one wins, and a resolved incident stays as it is.

    Raises NotFound for an incident of another channel than the one in which they clicked.
    """
    known = uow.alerts.incident(workspace, incident_id)
    if known is None or known.channel != channel:
        raise NotFound("I don't know this alert any more.")
    changed = uow.alerts.acknowledge(workspace, incident_id, user_id, now)
    incident = uow.alerts.incident(workspace, incident_id)
    assert incident is not None
    if changed:
        deliveries.edit(uow, incident.delivery_id, now)
        _post_in_thread(uow, incident, "acknowledged", user_id, now)
        return Ack(result=AckResult.DONE, incident=incident)
    over = incident.resolved_at is not None
    return Ack(result=AckResult.OVER if over else AckResult.TAKEN, incident=incident)


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
            _open(uow, rule, after, sample, now)
        case Notify.CHANGE if sample is not None:
            _change(uow, rule, after, sample, now)
        case Notify.RESOLVE:
            _resolve(uow, rule, before, evaluation.reason, sample is not None, now)
    return after


def _incident_id(rule: Rule, state: AlertState) -> str:
    return f"{rule.workspace}:{rule.label}:{state.incidents}"


def _open(uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample, now: datetime) -> None:
    incident = Incident(
        id=_incident_id(rule, state),
        workspace=rule.workspace,
        rule_number=rule.number,
        channel=rule.channel,
        severity=rule.severity,
        title=title(rule, sample, state.reason, state.baseline),
        latest=state.reason,
        sample=sample,
        baseline=state.baseline,
        opened_at=now,
        changed_at=now,
    )
    if uow.alerts.open_incident(incident):
        deliveries.post(
            uow,
            Delivery(
                id=incident.delivery_id,
                workspace=rule.workspace,
                channel=rule.channel,
                card="alert",
                subject={"incident": incident.id},
                priority=Priority.ALERT,
                ready_at=now,
                owner=rule.author,
            ),
        )


def _change(uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample, now: datetime) -> None:
    incident = uow.alerts.incident(rule.workspace, _incident_id(rule, state))
    if incident is None:
        return
    changed = replace(incident, latest=state.reason, changed_at=now)
    if state.streak:
        worse = title(rule, sample, state.reason, state.baseline)
        changed = replace(changed, title=worse, sample=sample, baseline=state.baseline)
    uow.alerts.update_incident(changed)
    deliveries.edit(uow, incident.delivery_id, now)


def _resolve(
    uow: UnitOfWork, rule: Rule, before: AlertState, reason: str, recovered: bool, now: datetime
) -> None:
    incident = uow.alerts.incident(rule.workspace, _incident_id(rule, before))
    if incident is None:
        return
    if uow.alerts.resolve(rule.workspace, incident.id, reason, recovered, now):
        deliveries.edit(uow, incident.delivery_id, now)
        _post_in_thread(uow, incident, "resolved", rule.author, now)


def _post_in_thread(
    uow: UnitOfWork, incident: Incident, what: str, owner: str, now: datetime
) -> None:
    deliveries.post(
        uow,
        Delivery(
            id=f"{incident.delivery_id}:{what}",
            workspace=incident.workspace,
            channel=incident.channel,
            card="alert.thread",
            subject={"incident": incident.id, "what": what},
            priority=Priority.ALERT,
            ready_at=now,
            thread_of=incident.delivery_id,
            owner=owner,
        ),
    )
