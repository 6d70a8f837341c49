"""What is special about an issue that somebody creates from a blocker."""

from dataclasses import replace
from datetime import datetime

from bot.domain import blocker_link as links
from bot.domain.activity import ReferenceKind
from bot.domain.blocker import Blocker
from bot.domain.delivery import Delivery
from bot.domain.issues.drafts import Origin
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import blocker_notices, deliveries
from bot.services.blocker_changes import change, find
from bot.services.issues import told


def open_blocker(uow: UnitOfWork, workspace: str, origin: Origin) -> Blocker:
    """The blocker, ready for an issue; raises NotFound, and Conflict where it is solved or waits
    for an issue already."""
    blocker = find(uow, workspace, int(origin.ref))
    if blocker.channel != origin.channel:
        raise NotFound("I don't know this blocker any more.")
    if not blocker.open:
        raise Conflict(f"{blocker.ref} is solved already.")
    if blocker.waits_for is not None and blocker.waits_for.kind is ReferenceKind.ISSUE:
        raise Conflict(f"{blocker.ref} waits for {blocker.waits_for.anchor} already.")
    return blocker


def order_name(uow: UnitOfWork, workspace: str, origin: Origin) -> str:
    """What an order from it is called; raises as `open_blocker`."""
    return f"blocker:{workspace}:{open_blocker(uow, workspace, origin).number}"


def created(uow: UnitOfWork, order: Delivery, origin: Origin, key: str, now: datetime) -> None:
    """Let the blocker wait for its issue, unless it waits for something else, and tell the thread
    of its message; where it has none, whoever asked."""

    def linked(blocker: Blocker) -> Blocker | None:
        waits = blocker.waits_for is not None or not blocker.open
        return None if waits else blocker.waiting_for(links.issue(key), "")

    result = change(uow, order.workspace, int(origin.ref), linked)
    if result.done:
        blocker_notices.refresh(uow, result.blocker, now)
    card_id = blocker_notices.card_id(result.blocker)
    if uow.deliveries.get(card_id) is None:
        deliveries.post(uow, told.created(order, key, order.owner, now))
        return
    line = told.created(order, key, origin.channel, now)
    deliveries.post(uow, replace(line, thread_of=card_id))
