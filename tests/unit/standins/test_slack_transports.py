"""The same person drives a Bolt app in process, over signed HTTP and over Socket Mode."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import SIGNING_SECRET, FakeSlack, SlackViolation

ALICE, OPEN = "U0ALICE", "C0OPEN"
Connect = Callable[[FakeSlack, AsyncApp, AsyncExitStack], Awaitable[None]]


async def in_process(slack: FakeSlack, app: AsyncApp, stack: AsyncExitStack) -> None:
    slack.drive(app)


async def serve(app: AsyncApp, stack: AsyncExitStack) -> str:
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"


async def by_http(slack: FakeSlack, app: AsyncApp, stack: AsyncExitStack) -> None:
    slack.drive_http(await serve(app, stack))


async def by_socket(slack: FakeSlack, app: AsyncApp, stack: AsyncExitStack) -> None:
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.05)
    connect: Callable[[], Awaitable[None]] = handler.connect_async
    await connect()
    stack.push_async_callback(handler.close_async)
    slack.drive_sockets()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        fake.add_user(ALICE, "alice")
        fake.add_channel(OPEN, "open", members=[ALICE])
        yield fake


@pytest.fixture
def seen() -> list[Any]:
    return []


@pytest.fixture
def app(slack: FakeSlack, seen: list[Any]) -> AsyncApp:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=SIGNING_SECRET, process_before_response=True)
    text = {"type": "plain_text", "text": "T"}
    field = {"type": "plain_text_input", "action_id": "t"}
    block = {"type": "input", "block_id": "b", "label": text, "element": field}
    view = {
        "type": "modal", "callback_id": "form", "title": text, "submit": text, "blocks": [block]
    }  # fmt: skip

    @app.command("/open")
    async def opens(ack: Any, body: dict[str, Any]) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack("opened")

    @app.view("form")
    async def refuses(ack: Any) -> None:
        await ack(response_action="errors", errors={"b": "no"})

    @app.event("member_joined_channel")
    async def joins(event: dict[str, Any], body: dict[str, Any], request: Any) -> None:
        retry = request.headers.get("x-slack-retry-num", [None])[0]
        seen.append((event["user"], body["event_id"], retry))

    return app


@pytest.mark.parametrize("connect", [in_process, by_http, by_socket])
async def test_one_person_three_ways(
    slack: FakeSlack, app: AsyncApp, seen: list[Any], connect: Connect
) -> None:
    async with AsyncExitStack() as stack:
        await connect(slack, app, stack)
        alice = slack.person(ALICE)
        assert (await alice.command("/open", channel=OPEN)).text == "opened"
        assert await alice.submit(alice.modal, b="x") == {"b": "no"}
        event = {"type": "member_joined_channel", "user": ALICE, "channel": OPEN}
        assert (await slack.deliver_event(event, event_id="Ev1")).status == 200
        await slack.deliver_event(event, event_id="Ev1", retry=1)
        assert seen == [(ALICE, "Ev1", None), (ALICE, "Ev1", "1")]
        assert slack.violations == []


async def test_a_wrong_signature_is_refused(slack: FakeSlack, app: AsyncApp) -> None:
    async with AsyncExitStack() as stack:
        slack.drive_http(await serve(app, stack), "another secret")
        with pytest.raises(SlackViolation, match="HTTP 401"):
            await slack.person(ALICE).command("/open", channel=OPEN)


async def test_two_connections_share_the_work_and_reconnect(
    slack: FakeSlack, app: AsyncApp, seen: list[Any]
) -> None:
    async with AsyncExitStack() as stack:
        await by_socket(slack, app, stack)
        await by_socket(slack, app, stack)
        await slack.until(lambda: len(slack.sockets.connections) == 2)
        await slack.sockets.ask_to_reconnect()
        await slack.until(lambda: len(slack.called("apps.connections.open")) == 4)
        await slack.until(lambda: len(slack.sockets.connections) == 2)
        await slack.person(ALICE).command("/open", channel=OPEN)
        assert slack.person(ALICE).modals


async def test_no_connection_is_an_error_and_a_ticket_works_once(slack: FakeSlack) -> None:
    with pytest.raises(AssertionError, match="no Socket Mode connection"):
        await slack.person(ALICE).command("/open", channel=OPEN)
    client = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as link:
            assert (await link.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
