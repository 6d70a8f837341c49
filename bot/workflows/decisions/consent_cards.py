"""The messages of a consent round, as they are when they are sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.decisions.record import DecisionStatus
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.decisions import consent_asks as asks
from bot.services.decisions import consent_roll, consents, details, successions
from bot.views.decisions import consent_dm as views
from bot.workflows.cards import Card


def _question(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    """A first message is sent only while it makes sense, and to somebody who is at work."""
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    user_id, proposed = str(subject["user"]), detail.record.status is DecisionStatus.PROPOSED
    current = proposed and detail.record.version == int(subject["version"])
    seat = detail.round.seat(user_id) if detail.round else None
    waits = current and seat is not None and seat.approver.stance is None
    if not (waits and _is_present(uow, workspace, user_id, now)) and not _stands(uow, subject):
        return None
    if proposed and not current and seat is not None:
        return views.outdated(detail)
    return views.question(detail, user_id, now, again=bool(subject["again"]))


def _over(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    record = detail.record
    proposed = record.status is DecisionStatus.PROPOSED
    current = proposed and record.version == int(subject["version"])
    sensible = current and _is_present(uow, workspace, record.author, now)
    if not sensible and not _stands(uow, subject):
        return None
    if proposed and not current:
        return views.outdated_news(detail)
    return views.over(detail, successions.obstacle(uow, record, now), now)


def _is_present(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> bool:
    person = consent_roll.person_of(uow, workspace, user_id)
    return availability.is_at_work(uow, person, now)


def _stands(uow: UnitOfWork, subject: Mapping[str, Any]) -> bool:
    """Whether the message was posted before, so that this brings it up to date."""
    delivery = uow.deliveries.get(str(subject["id"]))
    return delivery is not None and bool(delivery.ts)


CARDS: dict[str, Card] = {asks.CARD: _question, consents.OVER_CARD: _over}
