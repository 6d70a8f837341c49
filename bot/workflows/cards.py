"""What each kind of posted message shows, read and rendered at sending time."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.delivery import Delivery
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork

Card = Callable[[UnitOfWork, str, Mapping[str, Any], datetime, Links], Message | None]
"""(unit of work, workspace, the delivery's subject, now, links) to a message.

None means that the message makes no sense any more and is not sent.
"""


def render(
    uow: UnitOfWork, cards: Mapping[str, Card], delivery: Delivery, now: datetime, links: Links
) -> Message | None:
    """The message as of now; raises KeyError for a card that nobody registered."""
    card = cards[delivery.card]
    return card(uow, delivery.workspace, delivery.subject, now, links)
