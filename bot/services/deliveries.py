"""The outbox: wishes are stored with the state change that causes them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.delivery import (
    CHANNEL_CLOSED,
    WORKSPACE_PAUSE,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Priority,
    Verdict,
    refusal_of_channel,
    skipped,
    uncalled,
)
from bot.ports.repositories import UnitOfWork

BATCH = 200

# A channel that took nothing is asked again after this time, if nobody opened it before.
_CLOSED_FOR = timedelta(days=1)


def post(uow: UnitOfWork, delivery: Delivery) -> bool:
    """Store a wish to post; False if the same wish was stored before."""
    return uow.deliveries.add(delivery)


def post_all(uow: UnitOfWork, wishes: Sequence[Delivery]) -> None:
    """Store many wishes to post; those that were stored before stay as they are."""
    uow.deliveries.add_all(wishes)


def edit(uow: UnitOfWork, target_id: str, now: datetime) -> None:
    """Store a wish to bring a posted message up to date.

    Nothing happens if it was never wished for or if an edit waits already: what is rendered is the
    state at sending time.
    """
    target = uow.deliveries.get(target_id)
    if target is not None:
        _edit(uow, target, now)


def edit_each(uow: UnitOfWork, target_ids: Sequence[str], now: datetime) -> None:
    """The same for several messages, in this order."""
    known = uow.deliveries.several(target_ids)
    for target in (known[target_id] for target_id in target_ids if target_id in known):
        _edit(uow, target, now)


def _edit(uow: UnitOfWork, target: Delivery, now: datetime) -> None:
    if uow.deliveries.pending_edit(target.id):
        return
    uow.deliveries.add(
        Delivery(
            id=f"edit:{target.id}:{uow.numbers.next(target.workspace, f'edit:{target.id}')}",
            workspace=target.workspace,
            channel=target.channel,
            card=target.card,
            subject=target.subject,
            kind=DeliveryKind.EDIT,
            priority=target.priority,
            ready_at=now,
            edit_of=target.id,
        )
    )


def withdraw(uow: UnitOfWork, delivery_id: str, reason: str, now: datetime) -> None:
    """What still waits is never sent; what is under way goes on, and its act looks again."""
    delivery = uow.deliveries.get(delivery_id)
    if delivery is not None and delivery.state is DeliveryState.PENDING:
        uow.deliveries.settle(delivery, skipped(now, reason), now)


def due(uow: UnitOfWork, now: datetime) -> list[str]:
    """The workspaces in which something may be sent now."""
    return uow.outbox.due(now)


def ready(uow: UnitOfWork, now: datetime, workspace: str | None = None) -> list[Delivery]:
    """What may be sent now, of one workspace or of all: at most one delivery per channel."""
    return uow.outbox.ready(now, BATCH, workspace)


def claim(uow: UnitOfWork, delivery: Delivery, now: datetime, quiet: timedelta) -> Delivery | None:
    """Take a delivery before the call to Slack; None if another was faster."""
    return next(iter(claim_all(uow, [(delivery, quiet)], now)), None)


def claim_all(
    uow: UnitOfWork, items: Sequence[tuple[Delivery, timedelta]], now: datetime
) -> list[Delivery]:
    """Take several, each for a time; those that another was faster with are left out."""
    return uow.outbox.claim(items, now)


def began_since(uow: UnitOfWork, workspace: str, since: datetime) -> list[tuple[str, datetime]]:
    """Channel and moment of what was lately posted or edited by whatever process."""
    return uow.outbox.began_since(workspace, since)


def settle_all(uow: UnitOfWork, settled: Iterable[tuple[Delivery, Verdict]], now: datetime) -> None:
    """Store what became of several attempts."""
    others = list[tuple[Delivery, Verdict]]()
    for delivery, verdict in settled:
        if verdict.state is DeliveryState.FAILED:
            settle(uow, delivery, verdict, now)
        else:
            others.append((delivery, verdict))
    uow.outbox.settle(others, now)


def pause(uow: UnitOfWork, workspace: str, until: datetime) -> None:
    """Post nothing in the workspace before then, from whatever process."""
    uow.outbox.pause(workspace, until)


def shorten_waits(uow: UnitOfWork, now: datetime) -> int:
    """End waits that only a clock can have brought about which was ahead then; how many.

    Slack's own may be among the longest: it says so again at the next call.
    """
    return uow.outbox.shorten_waits(now + WORKSPACE_PAUSE, now)


def settle(uow: UnitOfWork, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
    """Store what became of an attempt.

    A channel that takes nothing is told to each owner of what is meant for it, once a day; what
    waits for it fails too, so that Slack isn't asked the same again and again.
    """
    if not uow.deliveries.settle(delivery, verdict, now):
        return
    if verdict.state is not DeliveryState.FAILED:
        return
    if code := refusal_of_channel(verdict.error):
        _tell_owner(uow, delivery, delivery.owner, code, now)
    if verdict.error in CHANNEL_CLOSED:
        rest = uncalled(verdict.error, now)
        for owner in uow.deliveries.fail_waiting(delivery.workspace, delivery.channel, rest, now):
            _tell_owner(uow, delivery, owner, verdict.error, now)


def closed(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> str:
    """Slack's code if it said within a day that the channel takes nothing, else ""."""
    return uow.deliveries.refused_since(workspace, channel, CHANNEL_CLOSED, now - _CLOSED_FOR)


def opened(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> None:
    """Slack says that the channel lives or that somebody came to it: the next message is tried.

    What failed is kept for *Try again*.
    """
    if code := closed(uow, workspace, channel, now):
        kept = uncalled(code, now).error
        uow.deliveries.forget_refusals(workspace, channel, CHANNEL_CLOSED, kept)


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


def _tell_owner(uow: UnitOfWork, delivery: Delivery, owner: str, code: str, now: datetime) -> None:
    if not owner or owner == delivery.channel:
        return
    place = f"{delivery.workspace}:{delivery.channel}:{owner}"
    uow.deliveries.add(
        Delivery(
            id=f"undeliverable:{place}:{code}:{now:%Y-%m-%d}",
            workspace=delivery.workspace,
            channel=owner,
            card="undeliverable",
            subject={"channel": delivery.channel, "code": code},
            priority=Priority.PROMPT,
            ready_at=now,
        )
    )
