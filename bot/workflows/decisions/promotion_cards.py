"""What the thread of a decision hears of its promotion."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.decisions import alias_moves, details
from bot.views.decisions import promotion as views
from bot.workflows.cards import Card


def _promoted(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    return views.promoted(details.detail(uow, workspace, int(subject["number"]), now), links)


def _not_promoted(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    detail = details.detail(uow, workspace, int(subject["number"]), now)
    author = uow.people.get(workspace, detail.record.author)
    return views.not_promoted(detail, author is not None and _is_there(uow, author, now))


def _is_there(uow: UnitOfWork, person: Person, now: datetime) -> bool:
    return not person.deleted and availability.next_present(uow, person, now) <= now


CARDS: dict[str, Card] = {
    alias_moves.CARD_DONE: _promoted,
    alias_moves.CARD_FAILED: _not_promoted,
}
