"""What blocks the channel's people."""

from dataclasses import replace
from datetime import datetime

from bot.domain.blocker import Blocker
from bot.domain.digests.content import OpenBlocker
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope, names


def read(uow: UnitOfWork, scope: Scope) -> tuple[OpenBlocker, ...]:
    """The open ones, the oldest first; in a past digest those that were open then."""
    found = _found(uow, scope)
    known = names(uow, scope.workspace, sorted({u for b in found for u in b.people}))
    return tuple(
        OpenBlocker(
            blocker=b,
            person=known[b.user_id],
            asked=tuple(known[u] for u in b.asked),
            taken_by=known.get(b.acknowledged_by, ""),
        )
        for b in found
    )


def _found(uow: UnitOfWork, scope: Scope) -> list[Blocker]:
    if not scope.past:
        return uow.blockers.open(scope.workspace, scope.channel)
    then = uow.blockers.open_at(scope.workspace, scope.channel, scope.until)
    return [_as_of(blocker, scope.until) for blocker in then]


def _as_of(blocker: Blocker, at: datetime) -> Blocker:
    """As it stood then: open, and taken only if it was by then."""
    was_open = replace(blocker, closed_by="", closed_at=None)
    if blocker.acknowledged_at is not None and blocker.acknowledged_at <= at:
        return was_open
    return replace(was_open, acknowledged_by="", acknowledged_at=None)
