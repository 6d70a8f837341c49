"""Incidents: what an evaluation makes of them, and what people do to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from bot.domain.alerts.engine import title
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Sample
from bot.domain.delivery import Delivery, Priority
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries


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


def _incident_id(rule: Rule, state: AlertState) -> str:
    return f"{rule.workspace}:{rule.label}:{state.incidents}"


def open(uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample, now: datetime) -> None:
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


def change(uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample, now: datetime) -> None:
    incident = uow.alerts.incident(rule.workspace, _incident_id(rule, state))
    if incident is None:
        return
    changed = replace(incident, latest=state.reason, changed_at=now)
    if state.streak:
        worse = title(rule, sample, state.reason, state.baseline)
        changed = replace(changed, title=worse, sample=sample, baseline=state.baseline)
    uow.alerts.update_incident(changed)
    deliveries.edit(uow, incident.delivery_id, now)


def resolve(
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
