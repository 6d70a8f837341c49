"""What the message about an unreachable source shows, read at sending time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.outages import CARD
from bot.views.alerts import outage as views
from bot.workflows.cards import Card


def _source(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    since = datetime.fromisoformat(subject["since"])
    outage = uow.outages.get(workspace, subject["source"], subject["channel"], since)
    return views.notice(outage) if outage else None


CARDS: dict[str, Card] = {CARD: _source}
