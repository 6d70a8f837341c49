"""What is special about an issue that somebody creates from an alert."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.delivery import Delivery, Priority
from bot.domain.issues.drafts import Origin
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import incidents


def open_incident(uow: UnitOfWork, workspace: str, origin: Origin) -> Incident:
    """The incident of an alert in that channel, ready for an issue.

    Raises NotFound for one of another channel, Conflict where its issue is there.
    """
    incident = uow.alerts.incident(workspace, origin.ref)
    if incident is None or incident.channel != origin.channel:
        raise NotFound("I don't know this alert any more.")
    if incident.issue_key:
        raise Conflict(f"{incident.issue_key} was created for this alert already.")
    return incident


def order_name(uow: UnitOfWork, workspace: str, origin: Origin) -> str:
    """What an order from it is called; raises as `open_incident`."""
    return open_incident(uow, workspace, origin).delivery_id


def created(uow: UnitOfWork, order: Delivery, origin: Origin, key: str, now: datetime) -> None:
    """Note the key on the alert and tell its thread, once."""
    incident = uow.alerts.incident(order.workspace, origin.ref)
    if incident is None or incident.issue_key:
        return
    incidents.amend(uow, order.workspace, incident.id, lambda it: replace(it, issue_key=key))
    said = {"incident": incident.id, "what": "issue_created", "person": order.owner, "key": key}
    deliveries.post(
        uow,
        Delivery(
            id=f"{order.id}:created",
            workspace=order.workspace,
            channel=incident.channel,
            card="alert.thread",
            subject=said,
            priority=Priority.NORMAL,
            ready_at=now,
            thread_of=f"alert:{incident.lead or incident.id}",
            owner=order.owner,
        ),
    )
