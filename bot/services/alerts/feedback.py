"""What people thought of an alert: kept per person and incident, changeable."""

from datetime import datetime

from bot.domain.alerts.feedback import Feedback
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import incidents


def give(
    uow: UnitOfWork,
    workspace: str,
    incident_id: str,
    user_id: str,
    channel: str,
    useful: bool,
    now: datetime,
) -> None:
    """Keep a person's word in the place of their earlier one; its count is shown after the end.

    Raises NotFound for an incident of another channel than the one in which they clicked.
    """
    incident = incidents.found(uow, workspace, incident_id, user_id, channel)
    uow.feedback.give(
        Feedback(
            workspace=workspace,
            incident_id=incident.id,
            rule_number=incident.rule_number,
            user_id=user_id,
            useful=useful,
            at=now,
        )
    )
    if not incident.is_open:
        deliveries.edit(uow, f"alert:{incident.card}", now)
