"""Decisions that got a word where somebody belongs, and the champions that they moved."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import ChangeKind, DecisionStatus
from bot.domain.decisions.search import Happening, Query
from bot.domain.decisions.waiting import MyTurn
from bot.domain.digests.handover import DecisionNews, Turn
from bot.domain.digests.windows import Span
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records
from bot.services.digests.handover.belonging import Belonging

# Nobody has more news of one night.
_MOST = 200


def changed(
    uow: UnitOfWork, reader: Belonging, span: Span
) -> tuple[list[DecisionNews], list[DecisionNews]]:
    """Champions that moved, and the other decisions that got a word; what the reader said
    themselves is neither, nor what a newer decision replaced."""
    latest: dict[int, list[Happening]] = {}
    for each in _happenings(uow, reader, span):
        latest.setdefault(each.record.number, []).append(each)
    found = [news for told in latest.values() if (news := _news(uow, reader, told, span))]
    moves = [each for each in found if each.moved is not None]
    return moves, [each for each in found if each.moved is None]


def turns(reader: Belonging, waiting: Sequence[MyTurn], now: datetime) -> list[Turn]:
    """What waits for the reader's word, with how much of their working time is left."""
    person = reader.person
    hours = person.working_time()
    return [
        Turn(
            turn=each,
            left=hours.worked(now, each.until, person.zone) if each.until else timedelta(0),
        )
        for each in waiting
    ]


def _happenings(uow: UnitOfWork, reader: Belonging, span: Span) -> list[Happening]:
    """Oldest first."""
    days = Query(since=span.since.astimezone(UTC).date(), until=span.until.astimezone(UTC).date())
    found = uow.decisions.happenings(reader.workspace, reader.sight, days, _MOST)
    return [each for each in found[::-1] if span.since < each.change.at <= span.until]


def _news(
    uow: UnitOfWork, reader: Belonging, told: Sequence[Happening], span: Span
) -> DecisionNews | None:
    record = told[-1].record
    words = [each.change for each in told if each.change.kind is not ChangeKind.PROMOTED]
    words = [change for change in words if change.kind is not ChangeKind.REVIEWED]
    promoted = uow.promotions.get(reader.workspace, record.number)
    moved = promoted is not None and promoted.state is PromotionState.DONE
    moved = moved and promoted is not None and span.since < promoted.changed_at <= span.until
    if not words and not moved:
        return None
    status = words[-1].status if words else record.status
    by = words[-1].by if words else _last_word(uow, reader.workspace, record.number)
    if reader.did(by) or status is DecisionStatus.SUPERSEDED:
        return None
    card = uow.deliveries.get(records.card_id(reader.workspace, record.number))
    return DecisionNews(
        record=record,
        status=status,
        by=by,
        page=(card.posted_channel, card.ts) if card and card.ts else ("", ""),
        moved=promoted if moved else None,
    )


def _last_word(uow: UnitOfWork, workspace: str, number: int) -> str:
    """Who decided what was carried out only now."""
    kinds = (ChangeKind.MOVED, ChangeKind.LOGGED)
    said = [each for each in uow.decisions.changes(workspace, number) if each.kind in kinds]
    return said[-1].by if said else ""
