"""Trial 16: channels are archived, renamed and closed to the bot while messages wait for them."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.clients.slack.connect import web_client
from bot.services import deliveries
from bot.workflows.pacing import Pace
from storage.deliveries import SqlDeliveries
from tests.standins.slack import BOT_USER, FakeSlack, text_of
from tests.standins.slack.records import Channel
from tests.trials.databases import empty_database, observed
from tests.trials.outbox import NODES, START, WORKSPACE, Clock, Outbox, outbox, wish
from tests.trials.posted import judge
from tests.trials.tables import Table

_FATES = ("archived", "kicked", "kicked from a private one", "renamed", "left alone")
_OWNERS = ("U0ANA", "U0BEN", "U0CARL")
_DAYS = 3


@dataclass(kw_only=True)
class Found:
    """What one run found."""

    database: str
    dead: int = 0
    posts: int = 0
    calls: Counter[tuple[str, int]] = field(default_factory=Counter)
    owed: int = 0
    told: int = 0
    nagged: int = 0
    lost_elsewhere: int = 0
    after: Mapping[str, int] = field(default_factory=dict)

    @property
    def most_calls(self) -> int:
        """Posts that one dead channel was sent within a day, at most."""
        return max(self.calls.values(), default=0)

    @property
    def wrong(self) -> int:
        """All broken promises."""
        over = sum(count > 1 for count in self.calls.values())
        untold = self.owed - self.told
        return over + untold + self.nagged + self.lost_elsewhere + sum(self.after.values())


async def run(kinds: Sequence[str], *, each: int, seed: int, server: str = "") -> Table:
    """The trial on each kind of database, with `each` channels of every fate."""
    found = [await _on(kind, each, seed, server) for kind in kinds]
    title = f"Channels that die mid-run, and come back after {_DAYS} days (seed {seed})"
    return _table(title, found, sum(f.wrong for f in found))


async def control(*, each: int, seed: int) -> Table:
    """The same where nobody remembers that a channel is dead: many posts must be seen there."""
    with _forgetful():
        found = await _on("SQLite", each, seed, "")
    title = f"Control: forgets what Slack said, posts to dead channels are expected (seed {seed})"
    return _table(title, [found], int(found.most_calls <= 1))


async def _on(kind: str, each: int, seed: int, server: str) -> Found:
    clock = Clock()
    with empty_database(kind, server) as url, observed(url) as database:
        async with FakeSlack(clock=clock) as slack:
            chat = SlackChat(only(web_client(slack.bot_token, slack.api_url)))
            async with outbox(url, chat, clock, database, nodes=NODES[kind], pace=_pace) as box:
                return await _Trial(slack, box, each, random.Random(seed), kind).run()


class _Trial:
    def __init__(
        self, slack: FakeSlack, box: Outbox, each: int, dice: random.Random, kind: str
    ) -> None:
        self._slack, self._box, self._dice = slack, box, dice
        self._fates: dict[str, str] = {}
        self._found = Found(database=kind)
        for owner in _OWNERS:
            slack.add_user(owner, owner.lower())
        for fate in _FATES:
            for _ in range(each):
                self._add_channel(fate)
        self._dead = {name for name, fate in self._fates.items() if fate in _FATES[:3]}
        self._found.dead = len(self._dead)

    async def run(self) -> Found:
        self._wish(per_channel=8)
        for _ in range(3):
            await self._box.drain()
            self._box.clock.advance(1)
        died = self._box.clock()
        for name in self._fates:
            self._strike(self._slack.ws.channels[name])
        for day in range(_DAYS):
            self._box.clock.now = max(self._box.clock(), START + timedelta(days=day))
            self._wish(per_channel=2)
            await self._box.until_settled()
        self._judge(died)
        await self._revive()
        return self._found

    def _add_channel(self, fate: str) -> None:
        name = f"C0PLACE{len(self._fates):03d}"
        self._fates[name] = fate
        private = fate == "kicked from a private one"
        self._slack.add_channel(name, name.lower(), private=private)

    def _wish(self, per_channel: int) -> None:
        number, now = len(self._box.wishes), self._box.clock()
        names = [name for _ in range(per_channel) for name in self._fates]
        self._box.wish(
            [
                wish(number + n, name, now, owner=self._dice.choice(_OWNERS))
                for n, name in enumerate(names)
            ]
        )

    def _strike(self, channel: Channel) -> None:
        fate = self._fates[channel.id]
        if fate == "archived":
            channel.archived = True
        elif fate == "renamed":
            channel.name = f"{channel.name}-renamed"
        elif fate != "left alone":
            channel.members.remove(BOT_USER)

    def _judge(self, died: datetime) -> None:
        for call in self._slack.called("chat.postMessage"):
            name = call.args["channel"]
            if name in self._dead and call.at >= died:
                self._found.calls[name, (call.at - START).days] += 1
        self._found.posts = len(self._box.wishes)
        alive = [w for w in self._box.wishes if w.channel not in self._dead]
        self._found.lost_elsewhere = judge(self._slack, alive).wrong
        self._judge_owners()

    def _judge_owners(self) -> None:
        """Each day each owner of what a dead channel didn't get is told of it, once."""
        owed = self._owed()
        told = Counter(
            (owner, name)
            for owner in _OWNERS
            for said in self._slack.messages(owner)
            for name in self._dead
            if name in text_of(said)
        )
        self._found.owed = sum(owed.values())
        self._found.told = sum(min(told[key], count) for key, count in owed.items())
        self._found.nagged = sum((told - owed).values())

    def _owed(self) -> Counter[tuple[str, str]]:
        posted = {
            text
            for c in self._slack.ws.channels.values()
            for m in c.messages
            if (text := m["text"])
        }
        missed = [
            w
            for w in self._box.wishes
            if w.channel in self._dead and f"Delivery {w.subject['number']}" not in posted
        ]
        days = {(w.owner, w.channel, (w.ready_at - START).days) for w in missed}
        return Counter((owner, channel) for owner, channel, _ in days)

    async def _revive(self) -> None:
        """The channels take messages again, Slack says so, and an owner presses *Try again*."""
        box = self._box
        for name in sorted(self._dead):
            channel = self._slack.ws.channels[name]
            channel.archived = False
            channel.members = [BOT_USER]
            await box.transactions.write(deliveries.opened, WORKSPACE, name, box.clock())
        self._wish(per_channel=1)
        await box.until_settled()
        fresh = judge(self._slack, box.wishes[-len(self._fates) :])
        for name in sorted(self._dead):
            for owner in _OWNERS:
                await box.transactions.write(
                    deliveries.try_again, WORKSPACE, name, owner, box.clock()
                )
        await box.until_settled()
        everything = judge(self._slack, box.wishes)
        self._found.after = {
            "not posted though it came back": fresh.lost,
            "lost in the end": everything.lost,
            "duplicated": everything.duplicated,
        }


@contextmanager
def _forgetful() -> Iterator[None]:
    def nothing(*_arguments: object) -> set[str]:
        return set()

    with (
        patch.object(deliveries, "closed", lambda *_arguments: ""),
        patch.object(SqlDeliveries, "fail_waiting", nothing),
    ):
        yield


def _pace() -> Pace:
    return Pace(per_workspace=1_000_000)


def _table(title: str, found: Sequence[Found], wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "database": f.database,
                "nodes": NODES[f.database],
                "posts": f.posts,
                "dead channels": f.dead,
                "posts to a dead one a day, at most": f.most_calls,
                "owners told": f"{f.told}/{f.owed}",
                "told too often": f.nagged,
                "lost or doubled in living ones": f.lost_elsewhere,
                **f.after,
            }
            for f in found
        ],
        wrong=wrong,
    )
