"""Trial 12: Socket Mode connections are reset, swallowed and cut while events come."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from structlog.testing import capture_logs

from bot.clients.slack.connect import web_client
from handlers.sockets import PING_SECONDS, RENEW_SECONDS, Sockets
from tests.standins.slack import APP_ID, BOT_ID, BOT_USER, FakeSlack
from tests.trials.nursery import until
from tests.trials.tables import Table
from tests.trials.wire import Wire

KINDS = ("closed by Slack", "reset", "black hole", "reset, next handshake cut", "both black holes")
_COUNT = 2
_DEADLINE = 300.0


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """How fast things go, in seconds: the bot's pings and patience, Slack's patience.

    `attempts` is how often Slack sends an event that nobody acknowledges.
    """

    ping: float = PING_SECONDS
    renew: float = RENEW_SECONDS
    ack: float = 3.0
    between: float = 0.2
    attempts: int = 4

    def wait_before(self, attempt: int) -> float:
        """Slack itself waits nothing, a minute and five minutes."""
        return (0, 0, 3 * self.ack, 9 * self.ack)[min(attempt, 3)]


@dataclass(kw_only=True)
class Found:
    """What happened to events and connections under one kind of fault; times in seconds."""

    fault: str
    times: list[float] = field(default_factory=list)
    sent: int = 0
    again: int = 0
    lost: int = 0
    unhandled: int = 0


async def run(*, faults: int, seed: int, lanes: int = 5, pulse: Pulse | None = None) -> Table:
    """So many faults, an equal share of each kind, in as many lanes at once as named."""
    pulse, found = pulse or Pulse(), {kind: Found(fault=kind) for kind in KINDS}
    todo = [KINDS[number % len(KINDS)] for number in range(faults)]
    random.Random(seed).shuffle(todo)
    shares = [todo[lane::lanes] for lane in range(lanes)]
    with _quiet():
        await asyncio.gather(
            *(_lane(share, found, pulse, seed + n) for n, share in enumerate(shares))
        )
    title = f"Socket Mode under faults: {_COUNT} connections, ping {pulse.ping:g} s (seed {seed})"
    wrong = sum(f.lost + f.unhandled for f in found.values())
    return _table(title, [f for f in found.values() if f.times], wrong)


async def control(*, seed: int, pulse: Pulse | None = None) -> Table:
    """The same where Slack sends each event once: what a black hole swallows is seen as lost."""
    found = {kind: Found(fault=kind) for kind in KINDS}
    with _quiet():
        await _lane([KINDS[-1]], found, replace(pulse or Pulse(), attempts=1), seed)
    title = f"Control: nothing is sent again, lost events are expected (seed {seed})"
    return _table(title, [found[KINDS[-1]]], int(found[KINDS[-1]].lost == 0))


async def _lane(faults: Sequence[str], found: dict[str, Found], pulse: Pulse, seed: int) -> None:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack())
        wire = await stack.enter_async_context(Wire(urlsplit(slack.ws.base_url).port or 0))
        slack.ws.base_url = f"http://127.0.0.1:{wire.port}"
        handled: Counter[str] = Counter()
        sockets = Sockets(
            _app(slack, handled),
            slack.app_token,
            _COUNT,
            ping_seconds=pulse.ping,
            renew_seconds=pulse.renew,
        )
        await sockets.start()
        stack.push_async_callback(sockets.stop)
        lane = _Lane(slack, wire, handled, pulse, random.Random(seed))
        for fault in faults:
            await lane.suffer(fault, found[fault])


class _Lane:
    def __init__(
        self, slack: FakeSlack, wire: Wire, handled: Counter[str], pulse: Pulse,
        dice: random.Random,
    ) -> None:  # fmt: skip
        self._slack, self._wire, self._handled = slack, wire, handled
        self._pulse, self._dice = pulse, dice
        self._number = 0
        self._closing: asyncio.Task[None] | None = None

    async def suffer(self, fault: str, found: Found) -> None:
        """Events come all the while; it ends when as many connections work as before."""
        await until(lambda: len(self._wire.working) >= _COUNT, _DEADLINE, "all connected")
        begun = time.monotonic()
        broken = self._strike(fault)

        def is_mended() -> bool:
            fresh = [each for each in self._wire.working if each.opened > begun]
            return len(fresh) >= broken and len(self._wire.working) >= _COUNT

        connected = asyncio.create_task(until(is_mended, _DEADLINE, f"mended after {fault}"))
        events: list[asyncio.Task[None]] = []
        while not connected.done() or len(events) < 3:
            events.append(asyncio.create_task(self._send(found)))
            await asyncio.wait([connected], timeout=self._pulse.between)
        await connected
        self._let_slack_notice()
        opened = sorted(each.opened for each in self._wire.working)
        found.times.append(max(0.0, opened[-1] - begun))
        await asyncio.gather(*events)

    def _let_slack_notice(self) -> None:
        """Slack too gives up a silent connection after a while."""
        for each in self._wire.connections:
            if not each.works:
                each.reset()

    def _strike(self, fault: str) -> int:
        """How many connections it breaks."""
        victims = self._wire.working
        if fault == "closed by Slack":
            self._closing = asyncio.create_task(self._slack.sockets.close())
            return len(victims)
        if fault == "both black holes":
            for each in victims:
                each.swallow()
            return len(victims)
        victim = self._dice.choice(victims)
        if fault == "black hole":
            victim.swallow()
        else:
            self._wire.cut_handshakes = int(fault != "reset")
            victim.reset()
        return 1

    async def _send(self, found: Found) -> None:
        """As Slack does: an event that isn't acknowledged is sent again, up to three times."""
        self._number += 1
        found.sent += 1
        event_id = f"Ev{id(self)}{self._number}"
        for attempt in range(self._pulse.attempts):
            await asyncio.sleep(self._pulse.wait_before(attempt))
            found.again += attempt > 0
            if await self._acknowledged(event_id, attempt):
                found.unhandled += not self._handled[event_id]
                return
        found.lost += 1

    async def _acknowledged(self, event_id: str, attempt: int) -> bool:
        event = {"type": "member_joined_channel", "user": "U0ANA", "channel": "C0A"}
        headers = {"x-slack-retry-num": str(attempt)} if attempt else {}
        payload = {
            "type": "event_callback", "event_id": event_id, "event": event,
            "team_id": self._slack.ws.team_id, "api_app_id": APP_ID,
        }  # fmt: skip
        try:
            async with asyncio.timeout(self._pulse.ack):
                await self._slack.sockets.deliver("events_api", payload, headers)
        except (TimeoutError, AssertionError, ConnectionError):
            return False  # no answer, or no connection at all
        return True


def _app(slack: FakeSlack, handled: Counter[str]) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=slack.ws.team_id, bot_id=BOT_ID, bot_user_id=BOT_USER,
            bot_token=slack.bot_token,
        )  # fmt: skip

    app = AsyncApp(
        client=web_client(slack.bot_token, slack.api_url),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )

    async def joined(body: dict[str, Any]) -> None:
        handled[body["event_id"]] += 1

    app.event("member_joined_channel")(joined)
    return app


@contextmanager
def _quiet() -> Iterator[None]:
    """Every fault is an error in the log of slack_sdk, and a warning in ours."""
    logging.disable(logging.CRITICAL)
    try:
        with capture_logs():
            yield
    finally:
        logging.disable(logging.NOTSET)


def _table(title: str, found: Sequence[Found], wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "fault": f.fault,
                "times": len(f.times),
                "connected again, median": f"{_share(f.times, 0.5):.1f} s",
                "p95": f"{_share(f.times, 0.95):.1f} s",
                "longest": f"{max(f.times):.1f} s",
                "events": f.sent,
                "sent again": f.again,
                "lost": f.lost,
            }
            for f in found
        ],
        wrong=wrong,
        notes=("An event that isn't acknowledged within 3 s is sent again; a press isn't.",),
    )


def _share(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
