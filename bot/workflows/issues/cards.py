"""What people read of what they ordered in Jira, rendered at sending time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.domain.issues.acts import act_of
from bot.domain.issues.drafts import unpacked
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.issues import told, unfurls
from bot.services.issues.sight import called
from bot.views.issues import card
from bot.views.issues import told as views
from bot.workflows.cards import Card

Subject = Mapping[str, Any]


def _created(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    order = uow.deliveries.get(str(subject["order"]))
    if order is None:
        return None
    person = uow.people.get(workspace, order.owner)
    name = person.name if person else "Somebody"
    directly = subject["to"] == order.owner
    key = str(subject["key"])
    if not directly:
        key = called(uow, workspace, str(subject["to"]), key)
    return views.created(key, unpacked(order.subject), name, links, directly=directly)


def _refused(
    uow: UnitOfWork, _workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    order, reason = uow.deliveries.get(str(subject["order"])), str(subject["reason"])
    if order is None:
        return None
    if order.kind is DeliveryKind.CREATE_ISSUE:
        return views.not_created(unpacked(order.subject), order.id, reason)
    return views.not_done(act_of(order.subject["act"]), order.id, reason, links)


def _acted(
    uow: UnitOfWork, _workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    order = uow.deliveries.get(str(subject["order"]))
    return views.acted(act_of(order.subject["act"]), links) if order else None


def _waits(
    uow: UnitOfWork, _workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    """Nothing, where it was done meanwhile."""
    order = uow.deliveries.get(str(subject["order"]))
    if order is None or order.state not in (DeliveryState.PENDING, DeliveryState.SENDING):
        return None
    for_admin = "for_admin" in subject
    if order.kind is DeliveryKind.CREATE_ISSUE:
        return views.waits_for_issue(unpacked(order.subject), for_admin=for_admin)
    return views.waits(act_of(order.subject["act"]), links, for_admin=for_admin)


def _named(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    """Nothing, where the channel may not see it any more."""
    issue = unfurls.shown(uow, workspace, str(subject["channel"]), str(subject["key"]))
    return card.line(issue, links) if issue else None


CARDS: dict[str, Card] = {
    told.CREATED_CARD: _created,
    told.REFUSED_CARD: _refused,
    told.ACTED_CARD: _acted,
    told.WAITS_CARD: _waits,
    unfurls.CARD: _named,
}
