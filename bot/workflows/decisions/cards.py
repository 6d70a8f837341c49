"""The card of a decision, as it is when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import details, records
from bot.views.decisions.card import card
from bot.workflows.cards import Card


def decision_card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The card of the decision whose number the subject names."""
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    return card(detail, links, now)


CARDS: dict[str, Card] = {records.CARD: decision_card}
