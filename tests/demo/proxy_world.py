"""A tiny Bolt app behind the proxy and a real local-slack, for the proxy's tests."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from demo.proxy.driver import Driver, driving
from demo.proxy.localslack import local_slack
from demo.proxy.running import proxy
from demo.proxy.translate.guard import reveal
from demo.proxy.workspace import MERIDIAN, TEAM, Shortcut, write_config

Json = dict[str, Any]
YUKI, ANANYA, LENA, *_ = (person.id for person in TEAM)
CHURN = "C01CHURN"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


def field_of(name: str, element: Json, **rest: Any) -> Json:
    shown = {**element, "action_id": name}
    return {"type": "input", "block_id": name, "label": plain(name), "element": shown, **rest}


RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "bold", "style": {"bold": True}}],
        }
    ],
}
FIELDS: list[Json] = [
    field_of(
        "name",
        {
            "type": "plain_text_input",
            "initial_value": "Churn daily",
            "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
        },
        dispatch_action=True,
    ),
    field_of("time", {"type": "timepicker", "initial_time": "09:20"}),
    field_of("owner", {"type": "users_select", "initial_user": YUKI}),
    field_of("people", {"type": "multi_users_select", "initial_users": [YUKI, ANANYA]}),
    field_of("where", {"type": "conversations_select", "default_to_current_conversation": True}),
    field_of("rooms", {"type": "multi_channels_select"}, optional=True),
    field_of("mood", {"type": "static_select", "options": [option("good"), option("bad")]}),
    field_of("tags", {"type": "multi_static_select", "options": [option("a"), option("b")]}),
    field_of("day", {"type": "datepicker", "initial_date": "2026-11-23"}),
    field_of("at", {"type": "datetimepicker", "initial_date_time": 1790000000}),
    field_of("notes", {"type": "rich_text_input", "initial_value": RICH}),
    field_of("count", {"type": "number_input", "is_decimal_allowed": False}, optional=True),
    field_of("run", {"type": "external_select", "min_query_length": 0}, optional=True),
    field_of(
        "shape",
        {
            "type": "radio_buttons",
            "options": [option("x"), option("y")],
            "initial_option": option("y"),
        },
        dispatch_action=True,
    ),
    {"type": "section", "block_id": "preview", "text": plain("Preview: y")},
    {
        "type": "actions",
        "block_id": "extra",
        "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
    },
]
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "private_metadata": "secret",
    "notify_on_close": True,
    "title": plain("New stand-up"),
    "submit": plain("Start"),
    "close": plain("Cancel"),
    "blocks": FIELDS,
}
CARD: list[Json] = [
    {"type": "header", "text": plain("Card")},
    RICH,
    {
        "type": "section",
        "text": {
            "type": "mrkdwn",
            "text": "at <!date^1790000000^{date_num} {time}|then> &lt;!channel&gt; ```a *b*```",
        },
        "accessory": {"type": "users_select", "action_id": "assign", "initial_user": YUKI},
    },
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "run"}, {"type": "raw_text", "text": "auc"}]],
    },
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            {"type": "button", "action_id": "ok", "text": plain("OK"), "value": "1"},
            {"type": "timepicker", "action_id": "when", "initial_time": "09:30"},
            {"type": "checkboxes", "action_id": "ticks", "options": [option("a"), option("b")]},
        ],
    },
]


@dataclass
class Seen:
    """What the bot received, in order."""

    bodies: list[Json] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, body: Json) -> None:
        async with self.arrived:
            self.bodies.append(body)
            self.arrived.notify_all()

    def of(self, kind: str) -> list[Json]:
        return [body for body in self.bodies if kind in (body.get("type"), body.get("command"))]

    async def until(self, kind: str, count: int = 1) -> list[Json]:
        """Return the bodies of a kind once there are `count` of them."""
        async with asyncio.timeout(30), self.arrived:
            await self.arrived.wait_for(lambda: len(self.of(kind)) >= count)
            return self.of(kind)


@dataclass
class World:
    """A running demo Slack with a bot: its address, the driver, the bot's client and inbox."""

    base: str
    driver: Driver
    client: AsyncWebClient
    seen: Seen


def make_bot(client: AsyncWebClient, seen: Seen) -> AsyncApp:
    app = AsyncApp(client=client, signing_secret="unused")

    @app.middleware
    async def remember(body: Json, next_: Callable[[], Awaitable[None]]) -> None:
        await seen.add(body)
        await next_()

    @app.command("/standup")
    async def standup(ack: Any, body: Json, client: AsyncWebClient, respond: Any) -> None:
        if body["text"] == "help":
            await ack(text="help is here")
            return
        if body["text"] == "later":
            await ack()
            await respond(text="later it is", blocks=CARD)
            return
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.options("run")
    async def runs(ack: Any) -> None:
        await ack(options=[option("gentle-owl"), option("quick-fox")])

    @app.action("shape")
    async def shape(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        value = body["actions"][0]["selected_option"]["value"]
        preview = {**FIELDS[-2], "text": plain(f"Preview: {value}")}
        view = {**FORM, "blocks": [*FIELDS[:-2], preview, FIELDS[-1]]}
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    @app.action("more")
    async def more(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_push(
            trigger_id=body["trigger_id"], view={**FORM, "callback_id": "second"}
        )

    @app.action("ok")
    async def pressed(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="thanks", replace_original=False)

    @app.action("home")
    @app.action("name")
    @app.action("when")
    @app.action("assign")
    @app.action("ticks")
    async def quiet(ack: Any) -> None:
        await ack()

    @app.view("form")
    async def form(ack: Any, body: Json) -> None:
        values = body["view"]["state"]["values"]
        if values["name"]["name"]["value"] == "taken":
            await ack(response_action="errors", errors={"name": "That name is taken."})
        elif (name := values["name"]["name"]["value"]) in ("update", "push", "clear"):
            answer = {} if name == "clear" else {"view": {**FORM, "title": plain("Next")}}
            await ack(response_action=name, **answer)
        else:
            await ack()

    @app.view("second")
    async def second(ack: Any) -> None:
        await ack()

    @app.view_closed("form")
    async def closed(ack: Any) -> None:
        await ack()

    @app.shortcut("log_decision")
    async def log_decision(ack: Any) -> None:
        await ack()

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        button = {"type": "button", "action_id": "home", "text": plain("Go")}
        blocks = [{"type": "actions", "block_id": "h", "elements": [button]}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.event("message")
    async def message(event: Json) -> None:
        return None

    return app


def socket_mode(app: AsyncApp) -> Any:
    """Return Bolt's Socket Mode handler, whose methods are untyped."""
    return AsyncSocketModeHandler(app, MERIDIAN.app_token)


def free_port() -> int:
    # Runs side by side begin at different places.
    for port in range(21000 + os.getpid() % 5000, 30000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LookupError("no free port")


@asynccontextmanager
async def slack(folder: Path) -> AsyncIterator[str]:
    config = folder / "workspace.yaml"
    shortcut = Shortcut(name="Log as decision", callback_id="log_decision")
    write_config(config, shortcuts=(shortcut,))
    async with (
        local_slack(config=config, port=free_port(), log=folder / "local-slack.log") as upstream,
        proxy(config=config, local_slack=upstream, port=free_port()) as base,
    ):
        yield base


@asynccontextmanager
async def bot_world(folder: Path, sockets: int = 1) -> AsyncIterator[World]:
    async with slack(folder) as base:
        client = AsyncWebClient(token=MERIDIAN.bot_token, base_url=f"{base}/api/")
        seen = Seen()
        app = make_bot(client, seen)
        handlers = [socket_mode(app) for _ in range(sockets)]
        try:
            for handler in handlers:
                await handler.connect_async()
            async with driving(base) as driver:
                yield World(base=base, driver=driver, client=client, seen=seen)
        finally:
            for handler in handlers:
                await handler.close_async()


def shown(message: Json) -> str:
    return reveal(json.dumps(message, ensure_ascii=False))
