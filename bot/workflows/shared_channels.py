"""The card about a channel that got shared with another company."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.issues import shared
from bot.views import shared_channel as views
from bot.workflows.cards import Card


def _shared(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    channel = str(subject["channel"])
    projects = shared.stopped(uow, workspace, channel)
    return views.shared(channel, projects) if projects else None


CARDS: dict[str, Card] = {shared.CARD: _shared}
