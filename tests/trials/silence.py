"""Trial 10: Slack takes a message, and its answer is a 500, a broken line or nothing at all."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.domain.delivery import Delivery
from bot.workflows.pacing import Pace
from bot.workflows.posting import QUIET_PERIOD
from tests.standins.slack import FakeSlack
from tests.trials.databases import empty_database, observed
from tests.trials.line import Line
from tests.trials.outbox import NODES, Clock, Outbox, outbox, wish
from tests.trials.posted import Judged, judge
from tests.trials.tables import Table

_KEPT = ("Authorization", "Content-Type")
_SLOWEST = timedelta(seconds=50)
"""Within the quiet period, and longer than the client waits."""

_SHARES = {
    "500 after": 0.08,
    "broken after": 0.07,
    "taken late": 0.05,
    "503 before": 0.03,
}


@dataclass(kw_only=True)
class _Late:
    """A post that Slack takes at `at`, long after its sender was cut off."""

    at: datetime
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class SilentLine(Line):
    """Forwards API calls; of the posts a share meets one of `_SHARES`."""

    target: str
    clock: Clock
    dice: random.Random
    shares: Mapping[str, float]
    met: Counter[str] = field(default_factory=Counter)
    late: list[_Late] = field(default_factory=list)

    async def arrive(self) -> None:
        """Let Slack take what its time has come for."""
        for each in [late for late in self.late if late.at <= self.clock()]:
            self.late.remove(each)
            async with self._session.post(each.url, data=each.body, headers=each.headers) as answer:
                await answer.read()

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["path"].removeprefix("api/")
        fate = self._fate() if method == "chat.postMessage" else ""
        if fate == "503 before":
            return web.Response(status=503)
        if fate == "taken late":
            return await self._take_late(request, method)
        answer = await self._pass_on(request, method)
        if fate == "500 after":
            return web.Response(status=500)
        if fate:
            _break(request)
        return answer

    def _fate(self) -> str:
        drawn = self.dice.random()
        for fate, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                self.met[fate] += 1
                return fate
        return ""

    async def _take_late(self, request: web.Request, method: str) -> web.Response:
        at = self.clock() + self.dice.random() * _SLOWEST
        url, body = f"{self.target}{method}", await request.read()
        self.late.append(_Late(at=at, url=url, body=body, headers=_headers(request)))
        _break(request)
        return web.Response()

    async def _pass_on(self, request: web.Request, method: str) -> web.Response:
        address = f"{self.target}{method}?{request.query_string}"
        async with self._session.request(
            request.method, address, data=await request.read(), headers=_headers(request)
        ) as answer:
            return web.Response(
                status=answer.status, body=await answer.read(), content_type=answer.content_type
            )


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one run found."""

    database: str
    judged: Judged
    met: Counter[str]
    states: Mapping[str, int]

    @property
    def after(self) -> int:
        """Messages that Slack took without an answer that says so."""
        return sum(count for fate, count in self.met.items() if fate != "503 before")

    @property
    def wrong(self) -> int:
        """All broken promises; a line that swallowed nothing proves nothing."""
        unsettled = self.judged.wished - self.states.get("sent", 0)
        return self.judged.wrong + unsettled + (not self.after)


async def run(
    kinds: Sequence[str], *, posts: int, channels: int, seed: int, server: str = ""
) -> Table:
    """The trial on each kind of database."""
    found = [
        await _on(kind, posts, channels, seed, server, QUIET_PERIOD, _SHARES) for kind in kinds
    ]
    title = f"Taken without an answer: {posts} posts (seed {seed}, quiet period 60 s)"
    return _table(title, found, sum(f.wrong for f in found))


async def control(*, posts: int, channels: int, seed: int) -> Table:
    """The same without the quiet period: what Slack takes late must be seen twice."""
    found = await _on("SQLite", posts, channels, seed, "", timedelta(0), {"taken late": 0.3})
    title = f"Control: without the quiet period duplicates are expected (seed {seed})"
    return _table(title, [found], int(found.judged.duplicated == 0))


async def _on(
    kind: str,
    posts: int,
    channels: int,
    seed: int,
    server: str,
    quiet: timedelta,
    shares: Mapping[str, float],
) -> Found:
    clock, dice = Clock(), random.Random(seed)
    with empty_database(kind, server) as url, observed(url) as database:
        async with (
            FakeSlack(clock=clock) as slack,
            SilentLine(target=slack.api_url, clock=clock, dice=dice, shares=shares) as line,
        ):
            places = [f"C0PLACE{number:03d}" for number in range(channels)]
            for place in places:
                slack.add_channel(place, place.lower())
            client = AsyncWebClient(
                token=slack.bot_token, base_url=f"{line.url}/api/", retry_handlers=[]
            )
            chat = SlackChat(only(client))
            nodes = NODES[kind]
            async with outbox(
                url, chat, clock, database, nodes=nodes, pace=_pace, quiet=quiet
            ) as box:
                box.wish([_wish(n, places, clock()) for n in range(posts)])
                await _deliver(box, line)
                judged, states = judge(slack, box.wishes), box.counts()
    return Found(database=kind, judged=judged, met=line.met, states=states)


def _wish(number: int, places: Sequence[str], now: datetime) -> Delivery:
    """In every other channel all but the first answer in its thread."""
    lap, place = divmod(number, len(places))
    thread = f"trial:{place}" if lap and place % 2 else None
    return wish(number, places[place], now, thread_of=thread)


async def _deliver(box: Outbox, line: SilentLine) -> None:
    await box.until_settled(line.arrive)
    while line.late:  # what nobody waited for arrives all the same
        box.clock.advance(1)
        await line.arrive()


def _pace() -> Pace:
    return Pace(per_workspace=1_000_000)


def _break(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _headers(request: web.Request) -> dict[str, str]:
    return {name: request.headers[name] for name in _KEPT if name in request.headers}


def _table(title: str, found: Sequence[Found], wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "database": f.database,
                "nodes": NODES[f.database],
                "posts": f.judged.wished,
                **{fate: f.met[fate] for fate in _SHARES},
                "lost": f.judged.lost,
                "duplicated": f.judged.duplicated,
                "out of order": f.judged.disordered,
            }
            for f in found
        ],
        wrong=wrong,
        notes=(
            "after: Slack took it. taken late: up to 50 s after the line broke. before: it did",
            "not take it.",
        ),
    )
