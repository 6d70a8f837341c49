"""The bot that workspaces install by themselves, and a Slack that grants it tokens."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from cryptography.fernet import Fernet
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.app import Application
from bot.clients.slack.connect import web_client
from bot.domain.delivery import Delivery, DeliveryState
from bot.workflows.pacing import Pace
from tests.acceptance.harness import ChosenSettings, Clock
from tests.standins.slack_oauth import CLIENT_ID, CLIENT_SECRET, OAuthSlack, oauth_slack
from tests.standins.tables import create_tables

HERE = "https://meridian.example"


@dataclass(kw_only=True)
class Place:
    """The bot that workspaces install, its HTTP side, Slack, and the clock of all."""

    slack: OAuthSlack
    app: Application
    clock: Clock
    http: httpx.AsyncClient
    database: Path

    def workspaces(self) -> list[str]:
        """Those that have Meridian."""
        return list(self.app.tenancy.tenants.workspaces)

    async def begin(self) -> str:
        """Open the page; the address that leads to Slack."""
        page = await self.http.get("/slack/install")
        assert page.status_code == 200
        found = re.search(r'class="go" href="([^"]+)"', page.text)
        assert found
        return unescape(found[1])

    async def come_back(self, code: str, state: str = "") -> httpx.Response:
        """Slack sends the browser back; with the state of a fresh page, unless one is given."""
        state = state or parse_qs(urlsplit(await self.begin()).query)["state"][0]
        query = urlencode({"code": code, "state": state})
        return await self.http.get(f"/slack/oauth_redirect?{query}")

    async def install(self, team: str, **how: Any) -> None:
        """All of it."""
        answer = await self.come_back(self.slack.agree(team, **how))
        assert answer.status_code == 200, answer.text

    async def send(self, body: dict[str, Any]) -> str:
        """Slack sends an event or a command; what it is answered."""
        request = AsyncBoltRequest(body=body, mode="socket_mode")
        answer = await self.app.bolt.async_dispatch(request)
        assert answer.status == 200
        return answer.body or ""

    async def event(self, team: str, kind: str, enterprise: str = "", **more: Any) -> None:
        """An event of a workspace, told now."""
        await self.send(
            {
                "type": "event_callback",
                "team_id": team or None,
                "enterprise_id": enterprise or None,
                "event_id": f"Ev{kind}{self.clock().timestamp()}",
                "event_time": int(self.clock().timestamp()),
                "event": {"type": kind, **more},
            }
        )

    async def command(self, team: str, text: str = "help", enterprise: str = "") -> str:
        """`/standup` typed in a workspace."""
        return await self.send(
            {
                "command": "/standup",
                "text": text,
                "team_id": team,
                "enterprise_id": enterprise,
                "user_id": "U1",
                "channel_id": "C1",
                "trigger_id": f"{team}.{self.clock().timestamp()}",
                "response_url": "",
            }
        )

    async def wish(self, team: str, name: str = "hello") -> None:
        """Something is to be posted in a workspace."""
        wish = Delivery(
            id=f"{name}:{team}",
            workspace=team,
            channel="C1",
            card="greeting",
            subject={},
            ready_at=self.clock(),
        )
        await self.app.transactions.write(lambda uow: uow.deliveries.add(wish))

    async def state(self, team: str, name: str = "hello") -> DeliveryState:
        """What became of it."""
        found = await self.app.transactions.read(lambda uow: uow.deliveries.get(f"{name}:{team}"))
        assert found is not None
        return found.state


@asynccontextmanager
async def place(tmp_path: Path, **settings: Any) -> AsyncIterator[Place]:
    clock = Clock("2026-11-23T09:00Z")
    names = {"T1": "Acme", "T2": "<b>Beta</b>"}
    async with oauth_slack(clock=clock, names=names) as slack:
        database = tmp_path / "meridian.db"
        create_tables(f"sqlite:///{database}")
        chosen = ChosenSettings(
            slack_client_id=CLIENT_ID,
            slack_client_secret=CLIENT_SECRET,
            slack_signing_secret="signs",
            slack_api_url=slack.api_url,
            encryption_keys=(Fernet.generate_key().decode(),),
            database_url=f"sqlite:///{database}",
            **settings,
        )
        app = Application(chosen, web_client("", slack.api_url), None, clock)
        app.posting.pace = Pace(per_channel=timedelta(0))
        transport = httpx.ASGITransport(app.asgi())
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
            yield Place(slack=slack, app=app, clock=clock, http=http, database=database)
        await app.listeners.drain()
        app.transactions.close()
