"""The weekly digest, as things stand when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.digests import weekly
from bot.services.digests.weekly import Week
from bot.views.digests import weekly as views
from bot.workflows.cards import Card


def weekly_card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The digest of the subject's week, or None where nothing of it is left to say."""
    content = weekly.read(uow, workspace, Week.of(subject), now)
    return views.weekly(content, links) if content.something_to_say else None


CARDS: dict[str, Card] = {weekly.CARD: weekly_card}
