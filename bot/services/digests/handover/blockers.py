"""Blockers: what became of the reader's own, which ask them, and which are news around them."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.blocker import Blocker
from bot.domain.digests.handover import BlockerNews, BlockerStep, Waits
from bot.domain.digests.windows import Span
from bot.ports.repositories import UnitOfWork
from bot.services.digests.handover.belonging import Belonging


def read(
    uow: UnitOfWork, reader: Belonging, span: Span, waits: Waits
) -> tuple[list[BlockerNews], list[BlockerNews]]:
    """For the reader, and of others where they belong; what the reader did is neither."""
    me = reader.user_id
    closed = uow.blockers.closed(reader.workspace, span.since, span.until)
    touched = [b for b in uow.blockers.open(reader.workspace) if _was_touched(b, span)]
    asking, closing = _numbers(waits.asking), _numbers(waits.closing)
    own = [
        BlockerNews(blocker=b, step=_step(b, span), by=_by(b, span))
        for b in (*closed, *touched)
        if b.user_id == me and b.number not in closing and not reader.did(_by(b, span))
    ]
    asked = [
        BlockerNews(blocker=b, step=BlockerStep.ASKS, is_news=_in(b.opened_at, span))
        for b in waits.asking
    ]
    moved = [
        BlockerNews(blocker=b, step=BlockerStep.MOVED, is_news=_in(b.proposed_at, span))
        for b in waits.closing
    ]
    others = [
        BlockerNews(blocker=b, step=_step(b, span), by=_by(b, span))
        for b in (*closed, *touched)
        if b.user_id != me
        and b.number not in asking
        and b.channel in reader.channels
        and not reader.did(_by(b, span), b.acknowledged_by)
    ]
    return [*own, *moved, *asked], others


def _numbers(blockers: Iterable[Blocker]) -> set[int]:
    return {blocker.number for blocker in blockers}


def _was_touched(blocker: Blocker, span: Span) -> bool:
    return _in(blocker.opened_at, span) or _in(blocker.acknowledged_at, span)


def _step(blocker: Blocker, span: Span) -> BlockerStep:
    if _in(blocker.closed_at, span):
        return BlockerStep.SOLVED
    return BlockerStep.TAKEN if _in(blocker.acknowledged_at, span) else BlockerStep.RAISED


def _by(blocker: Blocker, span: Span) -> str:
    """Who took the latest step; raising it is its owner's."""
    match _step(blocker, span):
        case BlockerStep.SOLVED:
            return blocker.closed_by
        case BlockerStep.TAKEN:
            return blocker.acknowledged_by
        case _:
            return blocker.user_id


def _in(at: datetime | None, span: Span) -> bool:
    return at is not None and span.since < at <= span.until
