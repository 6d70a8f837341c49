"""What hypotheses taught."""

from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope
from bot.services.experiments import hypothesis_pages


def read(uow: UnitOfWork, scope: Scope) -> tuple[HypothesisDetail, ...]:
    """The channel's hypotheses that got a verdict in the window."""
    span = scope.window.whole
    return hypothesis_pages.learned(
        uow,
        scope.workspace,
        lambda each: each.channel == scope.channel,
        span.since,
        span.until,
    )
