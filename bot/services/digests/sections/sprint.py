"""How the running sprint stands."""

from bot.domain.issues.sprints import SprintState
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.issues import sprints


def read(uow: UnitOfWork, scope: Scope) -> SprintState | None:
    """The channel's sprint; unknown in a past digest, and no news."""
    if scope.brief or scope.past or not scope.sight:
        return None
    zone = scope.settings.choice.zone
    return sprints.standing(uow, scope.workspace, scope.sight, scope.until, zone=zone)
