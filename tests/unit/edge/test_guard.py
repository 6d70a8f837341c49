"""Errors become sentences that link and mention nothing."""

from datetime import UTC, datetime

import pytest

from bot.errors import BotError, InvalidInput, NotPermitted, SlackError
from handlers.audited import Refusals
from handlers.guard import Guard
from handlers.metrics import Metrics
from handlers.replies import Reply, Tell
from handlers.requests import Event, Request

REQUEST = Event(
    workspace="T1", user_id="U1", now=datetime(2026, 10, 26, tzinfo=UTC), key="k", kind=""
)
HOSTILE = "Only <https://evil.example|Click *here*> & <!channel> can change this."


class NoLog(Refusals):
    """Keeps nothing."""

    def __init__(self) -> None:
        pass

    async def keep(self, request: Request) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    "error", [NotPermitted(HOSTILE), InvalidInput(HOSTILE), SlackError(HOSTILE)]
)
async def test_names_in_a_sentence_are_neither_links_nor_mentions(error: BotError) -> None:
    async def refuse() -> Reply:
        raise error

    reply = await Guard(Metrics(), NoLog())(REQUEST, refuse())
    assert isinstance(reply, Tell)
    (section,) = reply.message.blocks
    for text in (reply.message.text, section["text"]["text"]):
        assert "&lt;https://evil.example|Click" in text
        assert "<" not in text
