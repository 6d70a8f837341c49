"""How the channel's goals stand."""

from bot.domain.experiments.goals import GoalState
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.experiments import goals


def read(uow: UnitOfWork, scope: Scope) -> tuple[GoalState, ...]:
    """All of them; unknown in a past digest, and no news."""
    if scope.brief or scope.past:
        return ()
    return goals.standing(uow, scope.workspace, scope.channel, scope.until)
