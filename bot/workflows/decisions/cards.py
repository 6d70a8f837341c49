"""The card of a decision, as it is when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import details, records
from bot.views.decisions.card import card, decided
from bot.workflows.cards import Card
from bot.workflows.decisions import consent_cards, promotion_cards, review_cards, weekly_cards


def decision_card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The card of the decision whose number the subject names."""
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    return card(detail, links, now)


def decided_card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    """What the thread hears of a proposal that was accepted or rejected."""
    return decided(details.detail(uow, workspace, int(subject["number"]), now))


CARDS: dict[str, Card] = {
    records.CARD: decision_card,
    records.CARD_DECIDED: decided_card,
    **consent_cards.CARDS,
    **promotion_cards.CARDS,
    **review_cards.CARDS,
    **weekly_cards.CARDS,
}
