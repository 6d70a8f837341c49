"""FakeSlack: a whole Slack workspace on 127.0.0.1, as strict as the real one."""

import asyncio
from collections.abc import Callable, Collection
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from slack_bolt.app.async_app import AsyncApp

from tests.standins.slack.errors import Json, SlackViolation
from tests.standins.slack.faults import Fault, Faults
from tests.standins.slack.methods.conversations import is_top_level
from tests.standins.slack.methods.table import HISTORY, READ
from tests.standins.slack.people import payloads
from tests.standins.slack.people.person import Person
from tests.standins.slack.people.transports import (
    BySocket,
    InProcess,
    Reply,
    SignedHttp,
    Transport,
)
from tests.standins.slack.records import Call, Channel, User
from tests.standins.slack.server import Server
from tests.standins.slack.socket import SocketHub
from tests.standins.slack.workspace import BOT_USER, Workspace

T = TypeVar("T")
BOT_TOKEN = "xoxb-fake-bot-token"
APP_TOKEN = "xapp-fake-app-token"
SIGNING_SECRET = "fake-signing-secret"
#: Every scope a method of the fake may ask for.
ALL_SCOPES = frozenset(
    {"chat:write", "commands", "files:read", "files:write", "users:read", "users:read.email"}
    | {"im:write", "mpim:write", *READ, *HISTORY}
)


def utc_now() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


# Slack waits 3 s. What hangs hangs longer than this, and a busy machine isn't the bot's fault.
PATIENCE = 10.0


class FakeSlack:
    """``async with FakeSlack() as slack``; ``slack.api_url`` is the client's base_url."""

    def __init__(
        self,
        *,
        scopes: Collection[str] = ALL_SCOPES,
        clock: Callable[[], datetime] = utc_now,
        native_charts: bool = True,
        team_id: str = "T0TEAM",
        file_polls: int = 1,
        commands: Collection[str] | None = None,
        shortcuts: Collection[str] | None = None,
        ack_seconds: float = PATIENCE,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
    ) -> None:
        self.ws = Workspace(
            clock=clock,
            scopes=scopes,
            team_id=team_id,
            native_charts=native_charts,
            file_polls=file_polls,
        )
        self.commands = None if commands is None else frozenset(commands)
        self.shortcuts = None if shortcuts is None else frozenset(shortcuts)
        self.bot_token, self.app_token = bot_token, app_token
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.sockets = SocketHub(self.ws)
        self._ack_seconds = ack_seconds
        self._faults = Faults(clock)
        self._server = Server(
            self.ws,
            self._faults,
            self.sockets,
            tokens={bot_token: "bot", app_token: "app"},
            record=self.calls.append,
            violate=self.violations.append,
        )
        self._transport: Transport = BySocket(self.sockets)
        self._people: dict[str, Person] = {}
        self._under_way: set[asyncio.Task[Reply]] = set()
        self.add_user(BOT_USER, "meridian", tz="UTC", is_bot=True)

    async def __aenter__(self) -> Self:
        self.ws.base_url = await self._server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._under_way:
            task.cancel()
        await self.sockets.close()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """The ``base_url`` for slack_sdk's web client."""
        return f"{self.ws.base_url}/api/"

    def add_user(
        self,
        user_id: str,
        name: str,
        *,
        tz: str = "Europe/Berlin",
        real_name: str = "",
        email: str = "",
        is_bot: bool = False,
        deleted: bool = False,
        is_restricted: bool = False,
        is_admin: bool = False,
        team_id: str = "",
    ) -> User:
        """Add a member; the record returned is live, so a test may change it."""
        user = User(
            id=user_id,
            name=name,
            real_name=real_name or name.title(),
            tz=tz,
            email=email or f"{name}@example.com",
            team_id=team_id or self.ws.team_id,
            is_bot=is_bot,
            deleted=deleted,
            is_restricted=is_restricted,
            is_admin=is_admin,
        )
        self.ws.users[user_id] = user
        return user

    def add_channel(
        self,
        channel_id: str,
        name: str,
        *,
        members: Collection[str] = (),
        private: bool = False,
        archived: bool = False,
        with_bot: bool = True,
    ) -> Channel:
        """Add a channel; the record returned is live, so a test may change it."""
        everyone = [*([BOT_USER] if with_bot else []), *members]
        kind = "groups" if private else "channels"
        channel = Channel(id=channel_id, name=name, kind=kind, members=everyone, archived=archived)
        self.ws.channels[channel_id] = channel
        return channel

    def person(self, user_id: str) -> Person:
        """The human behind a user id; the same one each time."""
        if user_id not in self._people:
            self._people[user_id] = Person(self, self.ws.users[user_id])
        return self._people[user_id]

    def drive(self, app: AsyncApp) -> None:
        """Send what people do straight into this Bolt app."""
        self._transport = InProcess(app)

    def drive_http(self, url: str, signing_secret: str = SIGNING_SECRET) -> None:
        """Send what people do by signed HTTP POST to this address."""
        self._transport = SignedHttp(url, signing_secret)

    def drive_sockets(self) -> None:
        """Send what people do over the bot's Socket Mode connections (the default)."""
        self._transport = BySocket(self.sockets)

    def fault(
        self,
        method: str,
        *,
        times: int = 1,
        status: int | None = None,
        retry_after: int = 1,
        error: str | None = None,
        delay: float = 0.0,
        hold: asyncio.Event | None = None,
        drop_before: bool = False,
        drop_after: bool = False,
        after: bool = False,
    ) -> None:
        """Plan a failure of the next calls; ``upload`` and ``response_url`` count as methods.

        With nothing but ``retry_after`` it is a 429; ``delay`` or ``hold`` alone only slow down.
        """
        drop = drop_before or drop_after
        if not (status or error or drop or delay or hold):
            status = 429
        fault = Fault(
            status=status,
            retry_after=retry_after,
            error=error,
            delay=delay,
            hold=hold,
            drop=drop,
            after=after or drop_after,
        )
        self._faults.plan(method, fault, times)

    def go_down(self, status: int | None = None) -> None:
        """From now on every call is cut off, or answered with this status and nothing done."""
        self._faults.outage = Fault(status=status, drop=status is None)

    def be_patient(self, seconds: float) -> None:
        """Wait so long for acknowledgements and take triggers as long, where it isn't about how
        fast they come."""
        self._ack_seconds = seconds
        self.ws.trigger_life = timedelta(seconds=seconds)

    def come_back(self) -> None:
        """Answer again."""
        self._faults.outage = None

    def limit(self, method: str, per_minute: int) -> None:
        """Answer 429 beyond this many calls within any minute of the fake's clock."""
        self._faults.limit(method, per_minute)

    async def send(self, kind: str, payload: Json, headers: dict[str, str] | None = None) -> Reply:
        """Deliver a payload; no acknowledgement within three real seconds is a violation."""
        task = asyncio.ensure_future(self._transport.deliver(kind, payload, headers or {}))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        # The bot keeps running after Slack has given up on it, so the task is not cancelled.
        done, _ = await asyncio.wait({task}, timeout=self._ack_seconds)
        if not done:
            what = payload.get("command") or payload.get("type")
            self.refuse(f"operation_timeout: {what} not acknowledged in {self._ack_seconds} s")
        return task.result()

    async def deliver_event(
        self,
        event: Json,
        *,
        event_id: str | None = None,
        retry: int = 0,
        reason: str = "http_timeout",
    ) -> Reply:
        """Deliver an event; ``retry`` 1 to 3 marks it as Slack's redelivery of ``event_id``."""
        headers: dict[str, str] = {}
        if retry:
            headers = {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason}
        event_id = event_id or self.ws.next_id("Ev")
        payload = payloads.event_callback(self.ws, event, event_id)
        return await self.send("events_api", payload, headers)

    def refuse(self, violation: str) -> NoReturn:
        """Record what the bot did wrong and raise SlackViolation."""
        self.violations.append(violation)
        raise SlackViolation(violation)

    def messages(self, channel: str) -> list[Json]:
        """Top-level messages of a channel (or of the bot's DM with a user id), oldest first."""
        found = self._channel(channel)
        return [_shown(found, m) for m in found.messages if is_top_level(m)]

    def thread(self, channel: str, ts: str) -> list[Json]:
        """The replies below a message, oldest first, without the message itself."""
        found = self._channel(channel)
        in_thread = [m for m in found.messages if m.get("thread_ts") == ts and m["ts"] != ts]
        return [_shown(found, m) for m in in_thread]

    def ephemerals(self, user: str) -> list[Json]:
        """Messages only this person sees, oldest first."""
        return [deepcopy(m) for m in self.ws.ephemerals if m["shown_to"] == user]

    def home(self, user: str) -> Json:
        """The Home view this person sees; AssertionError if none was published."""
        assert user in self.ws.homes, f"no Home view was published to {user}"
        return self.ws.homes[user].payload()

    def called(self, method: str) -> list[Call]:
        """The recorded calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    def rejected(self) -> list[Call]:
        """The finished calls that Slack did not answer with ok."""
        return [call for call in self.calls if call.outcome not in ("ok", "pending")]

    async def until(self, condition: Callable[[], T], seconds: float = 30.0) -> T:
        """Wait for a condition to hold and return its value; AssertionError at the deadline."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not (found := condition()):
            remaining = deadline - asyncio.get_running_loop().time()
            assert remaining > 0, f"not within {seconds} s; last calls: {self.calls[-5:]}"
            await asyncio.sleep(0.005)
        return found

    def _channel(self, name: str) -> Channel:
        return self.ws.open_dm([name]) if name in self.ws.users else self.ws.channels[name]


def _shown(channel: Channel, message: Json) -> Json:
    return deepcopy(message) | {"channel": channel.id}
