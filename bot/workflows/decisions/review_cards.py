"""The messages that ask to look at a decision again, as they are when they are sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.decisions import details, review_calls
from bot.views.decisions.review_message import ask
from bot.workflows.cards import Card


def review(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The review that the subject names, for the thread or, where it names a user, for them.

    Nobody is asked any more once it was answered, and nobody who isn't at work; a message that
    stands shows who answered.
    """
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    ordinal, user_id = int(subject["ordinal"]), str(subject.get("user", ""))
    found = next((each for each in detail.reviews if each.ordinal == ordinal), None)
    if found is None:
        return None
    message = str(subject.get("id", review_calls.thread_id(detail.record, ordinal)))
    posted = uow.deliveries.get(message)
    stands = posted is not None and bool(posted.ts)
    sensible = found.answer is None and (not user_id or _is_at_work(uow, workspace, user_id, now))
    return ask(detail, found, links) if stands or sensible else None


def _is_at_work(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> bool:
    person = uow.people.get(workspace, user_id)
    return person is not None and availability.is_at_work(uow, person, now)


CARDS: dict[str, Card] = {review_calls.CARD: review}
