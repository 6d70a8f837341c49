"""What became of issues."""

from bot.domain.issues.summary import IssueSummary
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.issues.summary import summarize


def read(uow: UnitOfWork, scope: Scope) -> IssueSummary:
    """What the window did to the issues that the channel may see; of a past one only that, not how
    they stand."""
    if not scope.sight:
        return IssueSummary()
    return summarize(
        uow,
        scope.workspace,
        scope.sight,
        scope.window.issues,
        zone=scope.settings.choice.zone,
        standing=not scope.past,
    )
