"""What somebody hears who writes to Meridian as to a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.views.blocks import note
from bot.workflows.cards import Card

TEXT = (
    "I answer to commands, here and in channels, not to messages. `/meridian help` shows what I "
    "do; `/standup` takes your report at any time."
)


def _greeting(
    _uow: UnitOfWork, _workspace: str, _subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    return note(TEXT)


CARDS: dict[str, Card] = {"greeting": _greeting}
