"""The card of a hand-over, and the form that shows all of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.digests.handover import reading, schedules
from bot.views.digests.handover import card
from bot.workflows.cards import Card


def _handover(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """As of now, and only where there is something to say; not where it comes too late for its day:
    the next one tells it then."""
    person = uow.people.get(workspace, subject["user"])
    if person is None:
        return None
    if not reading.is_in_time(uow, person, date.fromisoformat(subject["day"]), now):
        return None
    window = HandoverWindow.of(subject)
    content = reading.read(uow, workspace, person.user_id, now, window)
    return card.dm(content, links) if content.something_to_say else None


CARDS: dict[str, Card] = {schedules.CARD: _handover}
