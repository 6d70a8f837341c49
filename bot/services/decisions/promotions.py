"""Promotions: what an accepted decision does in the model registry, and asking for it again."""

from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from bot.domain.decisions.promotion import (
    AliasNow,
    Promotion,
    PromotionState,
    PromotionStatus,
    alias_refusal,
)
from bot.domain.decisions.record import ChangeKind, DecisionBody, DecisionRecord, reference
from bot.domain.delivery import Delivery, DeliveryKind, Priority
from bot.errors import Conflict, InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import records
from bot.services.version_samples import version_under

FIELD = "promotion"
FIELD_ALIAS = "alias"
"""The form's fields for it."""


def check(uow: UnitOfWork, workspace: str, body: DecisionBody) -> None:
    """Raises InvalidForm for a promotion of what the registry, as mirrored, doesn't have."""
    if body.promotion is None:
        return
    if sentence := alias_refusal(body.promotion.alias):
        raise InvalidForm({FIELD_ALIAS: sentence})
    if sentence := _unknown(uow, workspace, body.promotion):
        raise InvalidForm({FIELD: sentence})


def begin(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """An accepted decision moves its alias; nothing happens where it promotes nothing.

    The moves of one model are a lane of the outbox: they happen in the order of their commits.
    """
    promotion = record.body.promotion
    if promotion is None:
        return
    status = PromotionStatus(
        number=record.number, promotion=promotion, state=PromotionState.PENDING, changed_at=now
    )
    uow.promotions.save(record.workspace, status)
    uow.deliveries.add(
        Delivery(
            id=delivery_id(record.workspace, record.number),
            workspace=record.workspace,
            channel=f"model:{promotion.model}",
            card="",
            subject={"number": record.number},
            kind=DeliveryKind.SET_ALIAS,
            priority=Priority.BACKGROUND,
            ready_at=now,
            owner=record.author,
        )
    )


def drop(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision no longer holds: an alias that it hasn't moved yet stays."""
    status = uow.promotions.get(record.workspace, record.number)
    if status is None or status.state in (PromotionState.DONE, PromotionState.DROPPED):
        return
    dropped = replace(status, state=PromotionState.DROPPED, problem="", changed_at=now)
    uow.promotions.save(record.workspace, dropped)
    left = f"{status.promotion.subject} stays as it was: the decision ended before it was moved"
    records.note(uow, record, ChangeKind.PROMOTED, "", now, left)
    deliveries.withdraw(uow, delivery_id(record.workspace, record.number), "overtaken", now)


def try_again(uow: UnitOfWork, workspace: str, number: int, by: str, now: datetime) -> Promotion:
    """Ask for a promotion that failed once more; what is to be moved.

    Raises NotFound, NotPermitted for others than the deciders, and Conflict where it didn't fail,
    an attempt is still under way, or a decision that was made later moves the same alias.
    """
    record = records.locked(uow, workspace, number)
    records.require_decider(record, by)
    status = uow.promotions.get(workspace, number)
    if status is None or status.state is not PromotionState.FAILED:
        raise Conflict(f"There is nothing to try again in {record.ref}; its card says how it is.")
    if later := _later(uow, record, status):
        raise Conflict(
            f"{reference(later)} was accepted after {record.ref} and moves the same alias, so that "
            f"one counts. Type `/decide supersede {reference(later)}` to change that."
        )
    if not uow.deliveries.requeue(delivery_id(workspace, number), now):
        raise Conflict("MLflow is being asked at this moment. Press the button again in a minute.")
    pending = replace(status, state=PromotionState.PENDING, problem="", changed_at=now)
    uow.promotions.save(workspace, pending)
    again = f"asked again to move {status.promotion.subject}"
    records.note(uow, record, ChangeKind.PROMOTED, by, now, again)
    records.refresh(uow, record, now)
    return status.promotion


def alias_now(uow: UnitOfWork, workspace: str, status: PromotionStatus | None) -> AliasNow | None:
    """What became of the alias after it was moved; None where it wasn't."""
    if status is None or status.state is not PromotionState.DONE:
        return None
    moved = status.promotion
    version = version_under(uow, workspace, moved.model, moved.alias)
    done = moves(uow, workspace, moved.model, moved.alias)
    later = [move for move in done if _follows(move, status)]
    if not later:
        return AliasNow(version=version)
    return AliasNow(version=version, moved_by=later[0].number, moved_at=later[0].changed_at)


def moves(uow: UnitOfWork, workspace: str, model: str, alias: str) -> list[PromotionStatus]:
    """The promotions that moved an alias, in the order in which they did."""
    done = [
        status
        for status in uow.promotions.of_model(workspace, model)
        if status.state is PromotionState.DONE and status.promotion.alias == alias
    ]
    return sorted(done, key=lambda status: (status.changed_at, status.number))


def delivery_id(workspace: str, number: int) -> str:
    """The id of the delivery that moves the alias of a decision."""
    return f"promotion:{workspace}:{number}"


def _follows(move: PromotionStatus, status: PromotionStatus) -> bool:
    return (move.changed_at, move.number) > (status.changed_at, status.number)


def _later(uow: UnitOfWork, record: DecisionRecord, status: PromotionStatus) -> int | None:
    """The newest decision made after this one that moves, or has moved, the same alias."""
    for other in reversed(uow.promotions.of_model(record.workspace, status.promotion.model)):
        counts = other.state in (PromotionState.PENDING, PromotionState.DONE)
        if other.number == record.number or not counts:
            continue
        if other.promotion.alias == status.promotion.alias and _decided_later(uow, other, record):
            return other.number
    return None


def _decided_later(uow: UnitOfWork, other: PromotionStatus, record: DecisionRecord) -> bool:
    rival = uow.decisions.get(record.workspace, other.number)
    if rival is None or rival.decided_at is None or record.decided_at is None:
        return False
    return (rival.decided_at, rival.number) > (record.decided_at, record.number)


def _unknown(uow: UnitOfWork, workspace: str, wanted: Promotion) -> str:
    """What the mirror doesn't have, as a sentence; empty if it has all of it."""
    names = [model.name for model in uow.experiments.models(workspace)]
    if not names:
        return "I see no registered model in MLflow yet, so there is nothing to promote."
    if wanted.model not in names:
        near = get_close_matches(wanted.model, names, n=1) or names[:1]
        return f"MLflow has no model {wanted.model} that I know of; it has {near[0]}."
    versions = [known.version for known in uow.experiments.versions(workspace, wanted.model)]
    if wanted.version in versions:
        return ""
    if not versions:
        return f"{wanted.model} has no version that I know of yet."
    newest = max(versions)
    return f"{wanted.model} has no version {wanted.version} that I know of; the newest is {newest}."
