"""What somebody hears of what they ordered in Jira."""

from datetime import datetime

from bot.domain.delivery import Delivery, DeliveryState, Priority
from bot.errors import JiraError
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries

CREATED_CARD = "issue.created"
REFUSED_CARD = "issue.refused"
ACTED_CARD = "issue.acted"
WAITS_CARD = "issue.waits"

_REASON = 600


def created(order: Delivery, key: str, channel: str, now: datetime) -> Delivery:
    """The line that names the new issue, for somebody's direct message or a channel's thread."""
    return _line(order, "created", CREATED_CARD, {"key": key}, channel, now)


def refused(uow: UnitOfWork, order: Delivery, error: JiraError, now: datetime) -> None:
    """Tell who ordered it why nothing came of it, once; they can try again with what they typed."""
    said: dict[str, object] = {"reason": str(error)[:_REASON], "fields": sorted(error.fields)}
    deliveries.post(uow, _line(order, "refused", REFUSED_CARD, said, order.owner, now))


def acted(uow: UnitOfWork, order: Delivery, now: datetime) -> None:
    """Tell who ordered it that it is done, once."""
    deliveries.post(uow, _line(order, "done", ACTED_CARD, {}, order.owner, now))


def waits(uow: UnitOfWork, order: Delivery, now: datetime) -> None:
    """Tell who ordered it that Jira doesn't answer yet, once."""
    deliveries.post(uow, _line(order, "waits", WAITS_CARD, {}, order.owner, now))


def waits_for_admin(uow: UnitOfWork, order: Delivery, now: datetime) -> None:
    """The same, once, where Jira answers but doesn't let Meridian in."""
    said: dict[str, object] = {"for_admin": True}
    deliveries.post(uow, _line(order, "waits", WAITS_CARD, said, order.owner, now))


def thread(uow: UnitOfWork, workspace: str, channel: str, ts: str, now: datetime) -> str:
    """The id under which deliveries find the thread of a message that somebody wrote."""
    anchor = f"said:{workspace}:{channel}:{ts}"
    uow.deliveries.add(
        Delivery(
            id=anchor,
            workspace=workspace,
            channel=channel,
            card="",
            subject={},
            ready_at=now,
            state=DeliveryState.SENT,
            posted_channel=channel,
            ts=ts,
        )
    )
    return anchor


def _line(
    order: Delivery, what: str, card: str, said: dict[str, object], channel: str, now: datetime
) -> Delivery:
    return Delivery(
        id=f"{order.id}:{what}",
        workspace=order.workspace,
        channel=channel,
        card=card,
        subject={"order": order.id, "to": channel, **said},
        priority=Priority.PROMPT,
        ready_at=now,
        owner=order.owner,
    )
