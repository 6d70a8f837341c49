"""What became of runs."""

from bot.domain.experiments.records import RunsSummary
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.experiments import pages


def read(uow: UnitOfWork, scope: Scope) -> RunsSummary:
    """The ended runs of the experiments that the channel chose."""
    span = scope.window.runs
    return pages.runs_since(
        uow,
        scope.workspace,
        span.since,
        span.until,
        names=scope.settings.choice.experiments,
        with_best=not scope.brief,
    )
