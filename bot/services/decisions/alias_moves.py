"""The steps of a promotion on its way: begun, waiting, done or failed; each is one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import ChangeKind, DecisionRecord
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import promotions, records

CARD_DONE = "decision.promoted"
CARD_FAILED = "decision.not_promoted"

_PROBLEM_LIMIT = 300


def wanted(uow: UnitOfWork, workspace: str, number: int) -> Promotion | None:
    """What a decision still moves, or None where that is settled."""
    status = uow.promotions.get(workspace, number)
    return status.promotion if status and status.state is PromotionState.PENDING else None


def start(uow: UnitOfWork, workspace: str, number: int, before: int | None, now: datetime) -> bool:
    """The alias points to `before` and is about to be moved; False if it isn't to be any more.

    What an attempt that was cut off found first is kept, unless somebody moved the alias since.
    """
    _, status = _locked(uow, workspace, number)
    if status is None or status.state is not PromotionState.PENDING:
        return False
    if not status.begun or before != status.promotion.version:
        uow.promotions.save(workspace, replace(status, begun=True, previous=before))
    return True


def wait(uow: UnitOfWork, workspace: str, number: int, problem: str, now: datetime) -> None:
    """Say on the card why the alias isn't moved yet; the same problem is said once."""
    record, status = _locked(uow, workspace, number)
    problem = problem[:_PROBLEM_LIMIT]
    if status is None or status.state is not PromotionState.PENDING or status.problem == problem:
        return
    uow.promotions.save(workspace, replace(status, problem=problem, changed_at=now))
    records.refresh(uow, record, now)


def fail(uow: UnitOfWork, workspace: str, number: int, problem: str, now: datetime) -> None:
    """Trying again won't help by itself: say so on the card and to who logged the decision."""
    record, status = _locked(uow, workspace, number)
    if status is None or status.state is not PromotionState.PENDING:
        return
    problem = problem[:_PROBLEM_LIMIT]
    failed = replace(status, state=PromotionState.FAILED, problem=problem, changed_at=now)
    uow.promotions.save(workspace, failed)
    why = f"{status.promotion.subject} could not be moved: {problem}"
    records.note(uow, record, ChangeKind.PROMOTED, "", now, why)
    records.refresh(uow, record, now)
    times = uow.numbers.next(workspace, f"not-promoted:{number}")
    records.tell(uow, record, CARD_FAILED, f"not-promoted:{times}", now)


def finish(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> None:
    """The alias was read back and points to the decision's version: say so, once.

    Also where the decision ended while the registry was being asked: what happened is shown.
    """
    record, status = _locked(uow, workspace, number)
    if status is None or status.state is PromotionState.DONE:
        return
    done = replace(status, state=PromotionState.DONE, problem="", changed_at=now)
    moved = done.promotion
    before = promotions.moves(uow, workspace, moved.model, moved.alias)
    uow.promotions.save(workspace, done)
    uow.experiments.point_alias(workspace, moved.model, moved.alias, moved.version)
    records.note(uow, record, ChangeKind.PROMOTED, "", now, _words(done))
    records.refresh(uow, record, now)
    for earlier in _same_version(before):
        deliveries.edit(uow, records.card_id(workspace, earlier.number), now)
    records.tell(uow, record, CARD_DONE, "promoted", now)


def _same_version(before: Sequence[PromotionStatus]) -> Iterator[PromotionStatus]:
    """The latest moves that put the same version there: their cards say that it is there."""
    return takewhile(
        lambda move: move.promotion.version == before[-1].promotion.version, reversed(before)
    )


def _words(done: PromotionStatus) -> str:
    moved = done.promotion
    if done.previous is None:
        return f"{moved.subject} set to version {moved.version}, checked"
    if done.previous == moved.version:
        return f"{moved.subject} was version {moved.version} already, checked"
    return f"{moved.subject} moved from version {done.previous} to {moved.version}, checked"


def _locked(
    uow: UnitOfWork, workspace: str, number: int
) -> tuple[DecisionRecord, PromotionStatus | None]:
    record = records.locked(uow, workspace, number)
    return record, uow.promotions.get(workspace, number)
