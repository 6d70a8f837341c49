"""Models that were to be retrained."""

from bot.domain.digests.content import LatePlan
from bot.domain.experiments.retraining import is_news
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope, names
from bot.services.experiments import plans


def read(uow: UnitOfWork, scope: Scope) -> tuple[LatePlan, ...]:
    """The channel's overdue models, the most overdue first; unknown in a past digest, where a
    model may have been retrained since."""
    if scope.past:
        return ()
    found = plans.overdue(uow, scope.workspace, scope.until, channel=scope.channel)
    known = names(uow, scope.workspace, [state.plan.owner for state in found])
    since = scope.window.whole.since
    return tuple(
        LatePlan(state=state, owner=known[state.plan.owner], is_news=is_news(state, since))
        for state in found
    )
