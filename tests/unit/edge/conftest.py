"""Listeners with a few routes of their own, driven by people of the strict fake."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.clients.slack.connect import web_client
from bot.domain.links import Links
from handlers.admission import Gate, R
from handlers.listeners import Listeners
from handlers.metrics import Metrics
from handlers.replies import Done, Reply
from handlers.requests import Event, Request
from handlers.routing import Deps, Routes
from tests.standins.slack import FakeSlack, Person

LENA, TEAM = "U0LENA", "C0TEAM"
HOME = {
    "type": "home",
    "blocks": [
        {
            "type": "actions",
            "block_id": "row",
            "elements": [
                {
                    "type": "button",
                    "action_id": "go",
                    "text": {"type": "plain_text", "text": "Go"},
                }
            ],
        }
    ],
}

Answer = Callable[[Any, Deps], Awaitable[Reply]]


def reply_with(reply: Reply) -> Answer:
    """A handler that always answers this."""

    async def handler(_request: Any, _deps: Deps) -> Reply:
        return reply

    return handler


class OpenGate(Gate):
    """Lets everybody in."""

    async def admitted(
        self, request: R, handler: Callable[[R, Deps], Awaitable[Reply]], deps: Deps
    ) -> Reply:
        """What the handler says."""
        return await handler(request, deps)


@dataclass(kw_only=True)
class Edge:
    """The fake, Lena, our chat and the table that a test fills."""

    slack: FakeSlack
    lena: Person
    chat: SlackChat
    routes: Routes
    deps: Deps
    homes: list[str]
    listeners: Listeners = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Let the bot begin anew with what `routes` and `deps` are now."""
        client = web_client(self.slack.bot_token, self.slack.api_url)
        app = AsyncApp(
            client=client, process_before_response=True, request_verification_enabled=False
        )
        self.listeners = Listeners(
            self.routes, self.deps, lambda: datetime.now(UTC), Metrics(), OpenGate()
        )
        self.listeners.register(app)
        self.slack.drive(app)

    async def home(self) -> dict[str, Any]:
        """Lena's Home, with the button `go`."""
        await self.chat.publish_home("T0TEAM", LENA, HOME)
        return self.slack.home(LENA)


def routes_that_count(homes: list[str]) -> Routes:
    """Homes are only counted, and an opened one is an event without an answer."""

    async def shown(request: Request, _deps: Deps) -> None:
        homes.append(request.user_id)

    async def opened(_request: Event, _deps: Deps) -> Reply:
        return Done()

    return Routes(home=shown, events={"app_home_opened": opened})


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with FakeSlack() as slack:
        slack.add_user(LENA, "lena")
        slack.add_channel(TEAM, "team", members=[LENA])
        client = web_client(slack.bot_token, slack.api_url)
        chat = SlackChat(only(client))
        unused = cast(Any, None)
        deps = Deps(transactions=unused, chat=chat, links=Links(), holidays=unused)
        homes: list[str] = []
        found = Edge(
            slack=slack,
            lena=slack.person(LENA),
            chat=chat,
            routes=routes_that_count(homes),
            deps=deps,
            homes=homes,
        )
        yield found
        await found.listeners.drain()
    assert slack.violations == []
