"""What was decided, and what waits."""

from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.waiting import OpenDecision
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import waiting
from bot.services.digests.scope import Scope

# Of more open decisions a digest doesn't say whom they wait for.
_AWAITED_NAMED = 6


def decided(uow: UnitOfWork, scope: Scope) -> tuple[DecisionRecord, ...]:
    """The channel's decisions that got a status in the window; they are told as they stand now.

    One that is still proposed is told by `awaited`, and by nothing in a past digest.
    """
    span = scope.window.whole
    changed = uow.decisions.changed_between(scope.workspace, span.since, span.until)
    mine = (record for record in changed if record.channel == scope.channel)
    return tuple(r for r in mine if r.status is not DecisionStatus.PROPOSED or not scope.past)


def awaited(uow: UnitOfWork, scope: Scope) -> tuple[OpenDecision, ...]:
    """The channel's open proposals, the oldest first; unknown in a past digest."""
    if scope.brief or scope.past:
        return ()
    proposed = [r for r in uow.rhythm.proposed(scope.workspace) if r.channel == scope.channel]
    named = waiting.waiting(uow, proposed[:_AWAITED_NAMED], scope.until)
    return (*named, *(OpenDecision(record=record) for record in proposed[_AWAITED_NAMED:]))
