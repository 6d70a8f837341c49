"""The alerts that fire."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.digests.content import OpenAlert
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope, names


def read(uow: UnitOfWork, scope: Scope) -> tuple[OpenAlert, ...]:
    """The channel's open alerts that it was told of, the oldest first; in a past digest those that
    fired then. One that somebody silenced, or that waits for better hours, is no news here."""
    found = [i for i in _found(uow, scope) if i.channel == scope.channel and i.is_told]
    known = names(uow, scope.workspace, [i.acknowledged_by for i in found if i.acknowledged_by])
    return tuple(
        OpenAlert(incident=i, acknowledged_by=known.get(i.acknowledged_by, "")) for i in found
    )


def _found(uow: UnitOfWork, scope: Scope) -> list[Incident]:
    if not scope.past:
        return uow.alerts.open_incidents(scope.workspace)
    then = uow.alerts.incidents_open_at(scope.workspace, scope.until)
    return [_as_of(incident, scope.until) for incident in then]


def _as_of(incident: Incident, at: datetime) -> Incident:
    taken = incident.acknowledged_at is not None and incident.acknowledged_at <= at
    return incident if taken else replace(incident, acknowledged_by="", acknowledged_at=None)
