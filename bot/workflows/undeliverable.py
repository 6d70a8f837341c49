"""The card that tells an owner what could not be posted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.views import deliveries as views
from bot.workflows.cards import Card


def _undeliverable(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    return views.undeliverable(subject["channel"], subject["code"])


CARDS: dict[str, Card] = {"undeliverable": _undeliverable}
