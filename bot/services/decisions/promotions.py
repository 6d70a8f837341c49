"""Promotions: what an accepted decision does in the model registry, and asking for it again."""

from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from bot.domain.decisions.promotion import (
    AliasNow,
    Promotion,
    PromotionState,
    PromotionStatus,
    Retry,
    alias_refusal,
)
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionRecord,
    DecisionStatus,
    reference,
)
from bot.domain.delivery import Delivery, DeliveryKind, Priority
from bot.errors import Conflict, InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts.version_samples import version_under
from bot.services.decisions import records

FIELD = "promotion"
FIELD_ALIAS = "alias"
"""The form's fields for it."""

_IMPORTED = "imported before it was moved"


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
    uow.deliveries.add(_wish(record, promotion, now))


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


def stop_imported(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> str:
    """A promotion that was under way when its decision went into a file waits for a person: an
    import moves nothing. What was to be moved, such as `champion of churn`; empty if nothing was.
    """
    status = uow.promotions.get(record.workspace, record.number)
    if status is None or status.state is not PromotionState.PENDING:
        return ""
    holds = record.status is DecisionStatus.ACCEPTED
    stopped = replace(
        status,
        state=PromotionState.FAILED if holds else PromotionState.DROPPED,
        problem=_IMPORTED if holds else "",
        changed_at=now,
    )
    uow.promotions.save(record.workspace, stopped)
    subject = status.promotion.subject
    told = f"{subject} was not moved: {_IMPORTED}"
    records.note(uow, record, ChangeKind.PROMOTED, "", now, told)
    return subject if holds else ""


def try_again(uow: UnitOfWork, workspace: str, number: int, by: str, now: datetime) -> Retry:
    """Ask for a promotion that failed once more; what is to be moved, and from where by hand.

    Raises NotFound, NotPermitted for others than the deciders, and Conflict where it didn't fail,
    an attempt is still under way, or a decision that was made later moves the same alias.
    """
    record = records.locked(uow, workspace, number)
    records.require_decider(uow, record, by)
    status = uow.promotions.get(workspace, number)
    if status is None or status.state is not PromotionState.FAILED:
        raise Conflict(f"There is nothing to try again in {record.ref}; its card says how it is.")
    if later := _later(uow, record, status):
        raise Conflict(
            f"{reference(later)} was accepted after {record.ref} and moves the same alias, so that "
            f"one counts. Type `/decide supersede {reference(later)}` to change that."
        )
    # History that came from files was never asked for here.
    asked = uow.deliveries.requeue(delivery_id(workspace, number), now)
    if not asked and not uow.deliveries.add(_wish(record, status.promotion, now)):
        raise Conflict("MLflow is being asked at this moment. Press the button again in a minute.")
    pending = replace(status, state=PromotionState.PENDING, problem="", changed_at=now)
    uow.promotions.save(workspace, pending)
    retry = Retry(promotion=status.promotion, by_hand=by_hand_since(uow, workspace, status))
    again = f"asked again to move {status.promotion.subject}{_moving(retry)}"
    records.note(uow, record, ChangeKind.PROMOTED, by, now, again)
    records.refresh(uow, record, now)
    return retry


def by_hand_since(uow: UnitOfWork, workspace: str, status: PromotionStatus) -> AliasNow | None:
    """Where somebody put the alias by hand after its promotion was begun, as the mirror has it;
    None where nobody is known to have."""
    wanted = status.promotion
    done = moves(uow, workspace, wanted.model, wanted.alias)
    known = {move.promotion.version for move in done[-1:]} | (
        {status.previous} if status.begun else set()
    )
    there = version_under(uow, workspace, wanted.model, wanted.alias)
    if not known or there in {*known, wanted.version}:
        return None
    return AliasNow(version=there)


def alias_now(uow: UnitOfWork, workspace: str, status: PromotionStatus | None) -> AliasNow | None:
    """What became of the alias after it was moved; None where it wasn't."""
    if status is None or status.state is not PromotionState.DONE:
        return None
    moved = status.promotion
    version = version_under(uow, workspace, moved.model, moved.alias)
    done = moves(uow, workspace, moved.model, moved.alias)
    later = [
        move for move in done if _follows(move, status) and move.promotion.version != moved.version
    ]
    if not later:
        return AliasNow(version=version)
    return AliasNow(version=version, moved_by=later[0].number, moved_at=later[0].changed_at)


def moved_on(uow: UnitOfWork, record: DecisionRecord) -> AliasNow | None:
    """Where the alias of a decision is by now, if promoting the same version once more would move
    it back; None where it wouldn't, or the decision promotes nothing."""
    promotion = record.body.promotion
    if promotion is None:
        return None
    there = version_under(uow, record.workspace, promotion.model, promotion.alias)
    if there == promotion.version:
        return None
    status = uow.promotions.get(record.workspace, record.number)
    if status is not None and status.state in (PromotionState.PENDING, PromotionState.FAILED):
        later = _later(uow, record, status)
        by_hand = by_hand_since(uow, record.workspace, status)
        return AliasNow(version=there, moved_by=later) if later or by_hand else None
    return alias_now(uow, record.workspace, status) or AliasNow(version=there)


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


def _wish(record: DecisionRecord, promotion: Promotion, now: datetime) -> Delivery:
    return Delivery(
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


def _moving(retry: Retry) -> str:
    if retry.by_hand is None:
        return ""
    there = f"version {retry.by_hand.version}" if retry.by_hand.version else "nothing"
    alias, version = retry.promotion.alias, retry.promotion.version
    return f": {alias} was {there} by hand; moving it to {version}"


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
