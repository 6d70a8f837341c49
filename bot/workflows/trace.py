"""The card of a chain that somebody shows to a channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.decisions.sight import Viewer
from bot.domain.links import Links
from bot.errors import NotFound
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.trace import showing, story
from bot.views import trace as views
from bot.workflows.cards import Card


def _card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """What everybody in the channel may see of it, as of now."""
    channel, by = str(subject["channel"]), str(subject["by"])
    viewer = Viewer(workspace=workspace, user_id=by, now=now, channel=channel)
    try:
        found = story.of_channel(uow, viewer, str(subject["typed"]))
    except NotFound:
        return None
    return views.card(found, links) if found else None


CARDS: dict[str, Card] = {showing.CARD: _card}
