"""The card of a decision, as it is when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import decisions
from bot.views.decisions import card
from bot.workflows.cards import Card


def decision_card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The card of the decision whose number the subject names."""
    detail = decisions.detail(uow, workspace, int(subject["number"]))
    return card(detail.record, detail.people)


CARDS: dict[str, Card] = {decisions.CARD: decision_card}
