"""Everything that is shown of one decision, read in one go."""

from datetime import datetime

from bot.domain.decisions.detail import DecisionDetail
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import evidence, promotions, records, revisits, rounds


def detail(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> DecisionDetail:
    """One decision as of now; raises NotFound."""
    stored = records.find(uow, workspace, number)
    record = evidence.veiled(uow, stored)
    changes = uow.decisions.changes(workspace, number)
    reviews = uow.reviews.of(workspace, number)
    round_now = rounds.current(uow, record, now)
    named = {
        *record.people,
        *(change.by for change in changes),
        *(review.answered_by for review in reviews),
        *(seat.approver.user_id for seat in (round_now.seats if round_now else ())),
    } - {""}
    promotion = uow.promotions.get(workspace, number)
    return DecisionDetail(
        record=record,
        changes=changes,
        people=uow.people.several(workspace, sorted(named)),
        round=round_now,
        evidence=evidence.compared(uow, workspace, record.channel, stored.body),
        promotion=promotion,
        alias=promotions.alias_now(uow, workspace, promotion),
        reviews=reviews,
        rule=revisits.watching(uow, record),
        observed=revisits.observed(uow, record),
    )
