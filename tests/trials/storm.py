"""Trial 9: Slack answers 429 again and again, each time with `Retry-After: 30`."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.clients.slack.connect import web_client
from bot.errors import SlackError
from bot.ports.chat import Message, Posted
from bot.workflows.pacing import Pace
from tests.standins.slack import FakeSlack
from tests.trials.databases import empty_database, observed
from tests.trials.outbox import NODES, START, Clock, outbox, wish
from tests.trials.posted import Judged, judge
from tests.trials.tables import Table

RETRY_AFTER = 30
_MOST_AT_ONCE = 6
_A_SECOND = timedelta(seconds=1)
_EVERY = 20
"""About so many seconds lie between two squalls."""


class WatchedChat(SlackChat):
    """Notes each post that leaves although an answer of Slack's asked to wait longer."""

    def __init__(self, slack: FakeSlack, clock: Clock) -> None:
        super().__init__(only(web_client(slack.bot_token, slack.api_url)))
        self._clock = clock
        self._allowed_from = START
        self.refused = 0
        self.early = 0
        self.fast = 0
        self._last: dict[str, datetime] = {}

    async def post(
        self,
        workspace: str,
        channel: str,
        message: Message,
        *,
        delivery_id: str,
        thread_ts: str | None = None,
    ) -> Posted:
        """Post as the bot does."""
        now = self._clock()
        self.early += now < self._allowed_from
        self.fast += now < self._last.get(channel, START - _A_SECOND) + _A_SECOND
        self._last[channel] = now
        try:
            return await super().post(
                workspace, channel, message, delivery_id=delivery_id, thread_ts=thread_ts
            )
        except SlackError as error:
            if error.retry_after is not None:
                self.refused += 1
                wait = timedelta(seconds=error.retry_after)
                self._allowed_from = max(self._allowed_from, self._clock() + wait)
            raise


class DeafPace(Pace):
    """The control: doesn't hear that Slack asks to wait."""

    def pause(self, workspace: str, until: datetime) -> None:
        """Go on."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one run found."""

    database: str
    judged: Judged
    refused: int
    early: int
    fast: int
    minutes: float

    @property
    def wrong(self) -> int:
        """All broken promises; a storm that refused nothing proves nothing."""
        return self.judged.wrong + self.early + self.fast + (not self.refused)


async def run(
    kinds: Sequence[str], *, posts: int, channels: int, seed: int, server: str = ""
) -> Table:
    """The trial on each kind of database."""
    found = [await _on(kind, posts, channels, seed, server, Pace) for kind in kinds]
    title = f"429 storm: Retry-After {RETRY_AFTER}, {posts} posts (seed {seed})"
    return _table(title, found, sum(f.wrong for f in found))


async def control(*, posts: int, channels: int, seed: int) -> Table:
    """The same by a pace that is deaf to 429, which must be seen to post too early."""
    found = await _on("SQLite", posts, channels, seed, "", DeafPace)
    title = f"Control: deaf to 429, posts before they are allowed are expected (seed {seed})"
    return _table(title, [found], int(found.early == 0))


async def _on(
    kind: str, posts: int, channels: int, seed: int, server: str, pace: Callable[[], Pace]
) -> Found:
    clock, dice = Clock(), random.Random(seed)
    with empty_database(kind, server) as url, observed(url) as database:
        async with FakeSlack(clock=clock) as slack:
            places = [f"C0PLACE{number:03d}" for number in range(channels)]
            for place in places:
                slack.add_channel(place, place.lower())
            chat = WatchedChat(slack, clock)
            async with outbox(url, chat, clock, database, nodes=NODES[kind], pace=pace) as box:
                box.wish([wish(n, places[n % channels], clock()) for n in range(posts)])
                _squall(slack, dice)

                async def between() -> None:
                    if dice.random() < 1 / _EVERY:
                        _squall(slack, dice)

                await box.until_settled(between)
                judged = judge(slack, box.wishes)
    minutes = (clock() - START).total_seconds() / 60
    return Found(
        database=kind,
        judged=judged,
        refused=chat.refused,
        early=chat.early,
        fast=chat.fast,
        minutes=minutes,
    )


def _squall(slack: FakeSlack, dice: random.Random) -> None:
    times = dice.randint(1, _MOST_AT_ONCE)
    slack.fault("chat.postMessage", times=times, status=429, retry_after=RETRY_AFTER)


def _table(title: str, found: Sequence[Found], wrong: int) -> Table:
    rows: list[dict[str, Any]] = [
        {
            "database": f.database,
            "nodes": NODES[f.database],
            "posts": f.judged.wished,
            "answers of 429": f.refused,
            "sent before allowed": f.early,
            "within a second in a channel": f.fast,
            "lost": f.judged.lost,
            "duplicated": f.judged.duplicated,
            "out of order": f.judged.disordered,
            "minutes on the clock": f"{f.minutes:.1f}",
        }
        for f in found
    ]
    return Table(title=title, rows=rows, wrong=wrong)
