"""The outbox: wishes are stored with the state change that causes them."""

from datetime import datetime, timedelta

from bot.domain.delivery import (
    DESTINATION_DEAD,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Priority,
    Verdict,
    skipped,
)
from bot.ports.repositories import UnitOfWork

BATCH = 200


def post(uow: UnitOfWork, delivery: Delivery) -> bool:
    """Store a wish to post; False if the same wish was stored before."""
    return uow.deliveries.add(delivery)


def edit(uow: UnitOfWork, target_id: str, now: datetime) -> None:
    """Store a wish to bring a posted message up to date.

    Nothing happens if it was never wished for or if an edit waits already: what is rendered is the
    state at sending time.
    """
    target = uow.deliveries.get(target_id)
    if target is None or uow.deliveries.pending_edit(target_id):
        return
    uow.deliveries.add(
        Delivery(
            id=f"edit:{target_id}:{uow.numbers.next(target.workspace, f'edit:{target_id}')}",
            workspace=target.workspace,
            channel=target.channel,
            card=target.card,
            subject=target.subject,
            kind=DeliveryKind.EDIT,
            priority=target.priority,
            ready_at=now,
            edit_of=target_id,
        )
    )


def withdraw(uow: UnitOfWork, delivery_id: str, reason: str, now: datetime) -> None:
    """What still waits is never sent; what is under way goes on, and its act looks again."""
    delivery = uow.deliveries.get(delivery_id)
    if delivery is not None and delivery.state is DeliveryState.PENDING:
        uow.deliveries.settle(delivery, skipped(now, reason), now)


def ready(uow: UnitOfWork, now: datetime) -> list[Delivery]:
    """What may be sent now: at most one delivery per channel."""
    return uow.deliveries.ready(now, BATCH)


def claim(uow: UnitOfWork, delivery: Delivery, now: datetime, quiet: timedelta) -> Delivery | None:
    """Take a delivery before the call to Slack; None if another was faster."""
    return uow.deliveries.claim(delivery, now, now + quiet)


def settle(uow: UnitOfWork, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
    """Store what became of an attempt; a dead destination is told to its owner, once a day."""
    if not uow.deliveries.settle(delivery, verdict, now):
        return
    if verdict.state is DeliveryState.FAILED and verdict.error in DESTINATION_DEAD:
        _tell_owner(uow, delivery, verdict.error, now)


def target(uow: UnitOfWork, delivery: Delivery) -> Delivery | None:
    """The message that `delivery` edits or answers in the thread of, or None."""
    wanted = delivery.edit_of or delivery.thread_of
    return uow.deliveries.get(wanted) if wanted else None


def try_again(uow: UnitOfWork, workspace: str, channel: str, owner: str, now: datetime) -> int:
    """Send again what could not be delivered to a channel; how many messages.

    None if nothing of that was `owner`'s: the channel in a button is a hint.
    """
    if not uow.deliveries.has_failed(workspace, channel, owner):
        return 0
    return uow.deliveries.requeue_failed(workspace, channel, now)


def _tell_owner(uow: UnitOfWork, delivery: Delivery, code: str, now: datetime) -> None:
    if not delivery.owner or delivery.owner == delivery.channel:
        return
    place = f"{delivery.workspace}:{delivery.channel}:{delivery.owner}"
    uow.deliveries.add(
        Delivery(
            id=f"undeliverable:{place}:{code}:{now:%Y-%m-%d}",
            workspace=delivery.workspace,
            channel=delivery.owner,
            card="undeliverable",
            subject={"channel": delivery.channel, "code": code},
            priority=Priority.PROMPT,
            ready_at=now,
        )
    )
