"""What *Supersede* in a review of a promotion puts into the form: the way back."""

from datetime import datetime

from bot.domain.decisions.record import DecisionBody, DecisionRecord
from bot.domain.decisions.review import Review
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import promotions
from bot.services.decisions import way_back as back


def way_back(
    uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime
) -> DecisionBody | None:
    """The body that puts the version back which was there before.

    None where there is none to go back to, and where the alias isn't where this decision put it
    any more: what came later isn't this one's to undo.
    """
    promotion = record.body.promotion
    status = uow.promotions.get(record.workspace, record.number)
    there = promotions.alias_now(uow, record.workspace, status)
    if promotion is None or there is None or there.version != promotion.version:
        return None
    target = back.target(uow, record.workspace, promotion.model, promotion.alias)
    if target is None:
        return None
    model, alias = promotion.model, promotion.alias
    return back.body(model, alias, target, review.reason, record.body, now)
