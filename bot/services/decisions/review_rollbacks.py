"""What *Supersede* in a review of a promotion puts into the form: the way back."""

from dataclasses import replace
from datetime import datetime

from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import DecisionBody, DecisionRecord
from bot.domain.decisions.review import Review
from bot.domain.wording import one_line
from bot.ports.repositories import UnitOfWork

_NAME_LIMIT = 80
_OUTCOME_LIMIT = 1500


def way_back(
    uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime
) -> DecisionBody | None:
    """The body that puts the version back which was there before; None where there is none to go
    back to, or the registry doesn't have it any more.

    Its evidence is frozen when it is logged.
    """
    status = uow.promotions.get(record.workspace, record.number)
    if status is None or status.state is not PromotionState.DONE or not status.previous:
        return None
    promotion, target = status.promotion, status.previous
    known = {each.version for each in uow.experiments.versions(record.workspace, promotion.model)}
    if target == promotion.version or target not in known:
        return None
    model = one_line(promotion.model, _NAME_LIMIT)
    outcome = f"We put version {target} of {model} back under {promotion.alias}, because"
    return replace(
        record.body,
        title=f"Roll {model} back to version {target}",
        outcome=f"{one_line(f'{outcome} {review.reason}', _OUTCOME_LIMIT).rstrip('.')}.",
        context="",
        drivers="",
        options=(),
        consequences="",
        origin=None,
        evidence=(_version(promotion.model, target, now),),
        promotion=replace(promotion, version=target),
        expected=None,
        revisit=None,
        review_on=None,
    )


def _version(model: str, version: int, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.VERSION,
        key=f"{model}/{version}",
        label=f"{model} v{version}",
        frozen_at=now,
    )
