"""Issues that people create from alerts: ordered here, made by the outbox, noted here."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Priority
from bot.domain.issues.drafts import NewIssue, mark
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import incidents

_ORDERED = "Somebody has just asked Jira for an issue; its key comes to the thread."
_UNDER_WAY = frozenset({DeliveryState.PENDING, DeliveryState.SENDING})


def projects(uow: UnitOfWork, workspace: str, channel: str) -> tuple[str, ...]:
    """The keys of the projects that a channel's digest cares for; empty where it has none."""
    settings = uow.digests.get(workspace, channel)
    return settings.choice.projects if settings else ()


def open_incident(uow: UnitOfWork, workspace: str, incident_id: str, channel: str) -> Incident:
    """The incident of an alert in that channel, ready for an issue.

    Raises NotFound for one of another channel, Conflict where an issue is there or on its way.
    """
    incident = uow.alerts.incident(workspace, incident_id)
    if incident is None or incident.channel != channel:
        raise NotFound("I don't know this alert any more.")
    if incident.issue_key:
        raise Conflict(f"{incident.issue_key} was created for this alert already.")
    if any(order.state in _UNDER_WAY for order in _orders(uow, incident)):
        raise Conflict(_ORDERED)
    return incident


def order(
    uow: UnitOfWork,
    workspace: str,
    incident_id: str,
    channel: str,
    user_id: str,
    draft: NewIssue,
    now: datetime,
) -> None:
    """Let an issue be created, once; raises as `open_incident`."""
    incident = open_incident(uow, workspace, incident_id, channel)
    subject = {**draft.packed(), "incident": incident.id, "by": user_id}
    # Those before were refused; of two people who order again at once, both take the same id.
    order_id = _order_id(incident, len(_orders(uow, incident)))
    is_first = deliveries.post(
        uow,
        Delivery(
            id=order_id,
            workspace=workspace,
            channel=f"jira:{draft.project}",
            card="",
            subject={**subject, "mark": mark(order_id)},
            kind=DeliveryKind.CREATE_ISSUE,
            priority=Priority.PROMPT,
            ready_at=now,
            owner=user_id,
        ),
    )
    if not is_first:
        raise Conflict(_ORDERED)


def created(uow: UnitOfWork, order: Delivery, key: str, now: datetime) -> None:
    """Note the key on the alert and tell its thread, once."""
    incident = uow.alerts.incident(order.workspace, str(order.subject["incident"]))
    if incident is None or incident.issue_key:
        return
    incidents.amend(uow, order.workspace, incident.id, lambda it: replace(it, issue_key=key))
    _tell(uow, incident, order, "issue_created", {"key": key}, now)


def refused(uow: UnitOfWork, order: Delivery, reason: str, now: datetime) -> None:
    """Tell the alert's thread why there is no issue."""
    incident = uow.alerts.incident(order.workspace, str(order.subject["incident"]))
    if incident is not None:
        _tell(uow, incident, order, "issue_refused", {"reason": reason[:300]}, now)


def _tell(
    uow: UnitOfWork,
    incident: Incident,
    order: Delivery,
    what: str,
    said: dict[str, str],
    now: datetime,
) -> None:
    lead = incident.lead or incident.id
    deliveries.post(
        uow,
        Delivery(
            id=f"{order.id}:{what}",
            workspace=order.workspace,
            channel=incident.channel,
            card="alert.thread",
            subject={
                "incident": incident.id,
                "what": what,
                "person": str(order.subject["by"]),
                **said,
            },
            priority=Priority.NORMAL,
            ready_at=now,
            thread_of=f"alert:{lead}",
            owner=str(order.subject["by"]),
        ),
    )


def _orders(uow: UnitOfWork, incident: Incident) -> list[Delivery]:
    """Every order of an incident's issue, oldest first."""
    found: list[Delivery] = []
    while (order := uow.deliveries.get(_order_id(incident, len(found)))) is not None:
        found.append(order)
    return found


def _order_id(incident: Incident, refused: int) -> str:
    """The order after so many that were refused."""
    again = f":{refused}" if refused else ""
    return f"issue:{incident.delivery_id}{again}"
