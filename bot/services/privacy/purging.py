"""Thirty days after Meridian was removed from a workspace nothing of it is left."""

from datetime import datetime, timedelta

from bot.ports.repositories import UnitOfWork
from bot.services import installations

PURGE_AFTER = timedelta(days=30)
BATCH = 1000


def due(uow: UnitOfWork, now: datetime) -> list[str]:
    """The workspaces whose time has come, by id."""
    return [each.id for each in uow.workspaces.removed_before(now - PURGE_AFTER)]


def purge(uow: UnitOfWork, workspace: str, now: datetime) -> bool:
    """Delete a batch of what is kept of a workspace; whether there is more. One that was installed
    again meanwhile stays as it is."""
    if workspace not in due(uow, now):
        return False
    if uow.privacy.purge(workspace, BATCH) == BATCH:
        return True
    installations.forget(uow, workspace)
    uow.workspaces.purged(workspace, now)
    return False
