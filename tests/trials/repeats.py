"""Trial 3: each command, click, form and event comes five times, shuffled, to any node."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, cast
from unittest.mock import patch

from slack_bolt.app.async_app import AsyncApp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.standins.slack import FakeSlack, text_of
from tests.trials.databases import KINDS, empty_database, observed
from tests.trials.outbox import NODES
from tests.trials.repeater import Repeater
from tests.trials.tables import Table
from tests.trials.town import Town, town

TIMES = 5
_SUNDAY = "2026-10-18T12:00+00:00"
_MONDAY_NINE = "2026-10-19T07:00+00:00"
_CHANNEL = "C0CROWD"
_DEADLINE = 300.0
_ZONE = "Europe/Berlin"

# It grows with what was sent, not with what was done.
_BOOKS = {"interaction"}


@dataclass(frozen=True, kw_only=True)
class Day:
    """What a day left behind: rows by table, and what each channel shows."""

    requests: int
    sent: int
    rows: Mapping[str, int]
    said: Counter[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A day on which everything came several times, beside the same day with everything once."""

    database: str
    many: Day
    once: Day

    @property
    def differences(self) -> dict[str, int]:
        """Rows too many or too few by table, and messages that only one of the days shows."""
        tables = {
            name: self.many.rows[name] - count
            for name, count in self.once.rows.items()
            if self.many.rows[name] != count
        }
        unlike = (self.many.said - self.once.said) + (self.once.said - self.many.said)
        return tables | ({"messages": unlike.total()} if unlike else {})


async def run(kinds: Sequence[str], *, people: int, seed: int, server: str = "") -> Table:
    """The trial on each kind of database: PostgreSQL with three nodes."""
    found = [await _on(kind, people, seed, server) for kind in kinds]
    title = f"Everything {TIMES} times, shuffled (seed {seed})"
    return _table(title, found, sum(bool(f.differences) for f in found))


async def control(*, people: int, seed: int) -> Table:
    """The same where nobody remembers what was handled: things must be seen done twice."""
    with _forgetful():
        found = await _on(KINDS[0], people, seed, "")
    title = f"Control: forgets what it handled, differences are expected (seed {seed})"
    return _table(title, [found], int(not found.differences))


async def _on(kind: str, people: int, seed: int, server: str) -> Found:
    many = await _day(kind, people, TIMES, NODES[kind], seed, server)
    once = await _day(kind, people, 1, 1, seed, server)
    return Found(database=kind, many=many, once=once)


async def _day(kind: str, people: int, times: int, nodes: int, seed: int, server: str) -> Day:
    ids = [f"U0P{number:03d}" for number in range(people)]
    with empty_database(kind, server) as url, observed(url) as database:
        async with AsyncExitStack() as stack:
            here = await stack.enter_async_context(town(url, _SUNDAY, _settle(ids)))
            apps = [here.app.bolt]
            for _ in range(nodes - 1):
                other = await here.another()
                stack.callback(other.transactions.close)
                stack.push_async_callback(other.listeners.drain)
                apps.append(other.bolt)
            repeater = Repeater(apps, times, random.Random(seed))
            here.slack.drive(cast(AsyncApp, repeater))
            await _live(here, ids)
            await repeater.flush()
            await here.tick()
            rows, said = database.read(_rows), _said(here.slack)
    return Day(requests=repeater.requests, sent=repeater.sent, rows=rows, said=said)


def _settle(ids: Sequence[str]) -> Callable[[FakeSlack], None]:
    def settle(slack: FakeSlack) -> None:
        slack.be_patient(_DEADLINE)
        for user_id in ids:
            slack.add_user(user_id, user_id.lower(), tz=_ZONE)
        # Half of them come later.
        slack.add_channel(_CHANNEL, "crowd", members=ids[: len(ids) // 2 + 1])

    return settle


async def _live(here: Town, ids: Sequence[str]) -> None:
    """A stand-up is set up, people come, everybody reports, decides and clicks."""
    manager = here.slack.person(ids[0])
    await manager.command("/standup", "new", channel=_CHANNEL)
    assert await manager.submit(manager.modal, name="All hands") is None
    await here.deliver()
    for user_id in ids[len(ids) // 2 + 1 :]:
        here.slack.ws.channels[_CHANNEL].members.append(user_id)
        event = {"type": "member_joined_channel", "user": user_id, "channel": _CHANNEL}
        await here.slack.deliver_event(event | {"channel_type": "C", "team": "T0TEAM"})
    here.clock.move_to(_MONDAY_NINE)
    await here.tick()
    for user_id in ids:
        await _report(here, user_id)
        await _decide(here, user_id)
        here.clock.advance(seconds=5)
    await here.tick()
    here.clock.advance(hours=4)


async def _report(here: Town, user_id: str) -> None:
    person = here.slack.person(user_id)
    await person.click(here.slack.messages(user_id)[-1], "standup.answer")
    said: dict[str, Any] = {"answer_0": f"{user_id} moved things", "blocker": f"{user_id} waits"}
    assert await person.submit(person.modal, **said) is None


async def _decide(here: Town, user_id: str) -> None:
    person = here.slack.person(user_id)
    await person.command("/decide", f"Choice of {user_id}", channel=_CHANNEL)
    assert await person.submit(person.modal, outcome=f"{user_id} says so.") is None


def _rows(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in METADATA.sorted_tables
        if table.name not in _BOOKS
    }


def _said(slack: FakeSlack) -> Counter[tuple[str, str]]:
    return Counter(
        (channel.id, text_of(message))
        for channel in slack.ws.channels.values()
        for message in channel.messages
    )


@contextmanager
def _forgetful() -> Iterator[None]:
    async def write(self: SqlTransactions, _key: str, *arguments: Any, **named: Any) -> Any:
        return await self.write(*arguments, **named)

    with patch.object(SqlTransactions, "write_once", write):
        yield


def _table(title: str, found: Sequence[Found], wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "database": f.database,
                "nodes": NODES[f.database],
                "sent by Slack": f.once.requests,
                "arrived": f.many.sent,
                "rows": sum(f.once.rows.values()),
                "messages": f.once.said.total(),
                "handled once": "100%" if not f.differences else f"NO: {f.differences}",
            }
            for f in found
        ],
        wrong=wrong,
        notes=(
            "Handled once: each table has as many rows, and each channel shows the same messages,",
            "as after a day on which everything came once.",
        ),
    )
