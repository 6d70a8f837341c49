"""The weekly digest of decisions, as things stand when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import weekly
from bot.views.decisions import weekly as views
from bot.workflows.cards import Card


def weekly_card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The digest of the subject's week, or None where nothing of it is left to say."""
    since, until = (datetime.fromisoformat(subject[name]) for name in ("since", "until"))
    content = weekly.at_sending(uow, workspace, str(subject["channel"]), since, until, now)
    return views.weekly(content, links) if content.something_to_say else None


CARDS: dict[str, Card] = {weekly.CARD: weekly_card}
