"""The messages that ask to look at a decision again, as they are when they are sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import details, review_calls
from bot.views.decisions.review_message import ask
from bot.workflows.cards import Card

# What could not be sent in time is not sent at all: nobody is written to at night.
_LIFE = timedelta(hours=4)


def review(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The review that the subject names, for the thread or, where it names a user, for them.

    Nobody is asked any more once it was answered; a message that stands shows who answered.
    """
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    ordinal, user_id = int(subject["ordinal"]), str(subject.get("user", ""))
    found = next((each for each in detail.reviews if each.ordinal == ordinal), None)
    if found is None:
        return None
    posted = uow.deliveries.get(review_calls.delivery_id(detail.record, ordinal, user_id))
    stands = posted is not None and bool(posted.ts)
    if not stands and (found.answer is not None or _is_late(subject, now)):
        return None
    return ask(detail, found, links)


def _is_late(subject: Mapping[str, Any], now: datetime) -> bool:
    return "at" in subject and now - datetime.fromisoformat(subject["at"]) > _LIFE


CARDS: dict[str, Card] = {review_calls.CARD: review}
