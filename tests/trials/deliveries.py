"""Trial 1: messages that wait in the outbox while the process that posts them is killed."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clients.slack.parse import delivery_id_of
from bot.domain.delivery import Delivery, DeliveryState
from storage.deliveries import DeliveryRow, SqlDeliveries
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack import FakeSlack
from tests.trials import outbox_worker
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.nursery import Worker, started, until
from tests.trials.slow_line import SLOWEST_ACCEPTANCE, Passage, SlowLine
from tests.trials.tables import Table, seconds

# Longer than the client's timeout and the slowest acceptance together.
QUIET = timedelta(seconds=3)
_LONGEST_LIFE = 0.4
_HELD = 4
_DEADLINE = 300.0
_WORKSPACE = "T0TEAM"
_PEOPLE = 10


@dataclass(kw_only=True)
class Found:
    """What one run found."""

    database: str
    wanted: int
    kills: int = 0
    took: float = 0.0
    posted: Counter[str] = field(default_factory=Counter)
    states: Mapping[str, int] = field(default_factory=dict)
    phases: Counter[str] = field(default_factory=Counter)
    faults: Mapping[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    disordered: int = 0
    orphans: list[Passage] = field(default_factory=list)

    @property
    def accepted_late(self) -> int:
        """Calls that Slack accepted after their caller had been killed."""
        return sum(passage.accepted > 0 for passage in self.orphans)

    @property
    def lost(self) -> int:
        """Deliveries that no channel shows."""
        return self.wanted - len(self.posted)

    @property
    def duplicated(self) -> int:
        """Messages too many."""
        return sum(self.posted.values()) - len(self.posted)

    @property
    def unsettled(self) -> int:
        """Deliveries that the database doesn't call sent."""
        return self.wanted - self.states.get(DeliveryState.SENT.value, 0)

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return self.lost + self.duplicated + self.unsettled + self.disordered


async def run(
    kinds: Sequence[str],
    *,
    kills: int,
    deliveries: int,
    channels: int,
    seed: int,
    server: str = "",
) -> list[Table]:
    """The trial on each kind of database, as two tables; `server` as in `empty_database`."""
    found = []
    for kind in kinds:
        with empty_database(kind, server) as url:
            trial = _Trial(url, kind, deliveries, channels, QUIET, random.Random(seed))
            found.append(await trial.run(kills))
    title = f"Deliveries under kill -9 (seed {seed}, quiet period {QUIET.total_seconds():g} s)"
    return [_results(found, title, sum(f.wrong for f in found)), _phases(found)]


async def control(*, kills: int, deliveries: int, channels: int, seed: int) -> Table:
    """The same without the quiet period, which must go wrong: so the trial can see duplicates.

    Slack takes its time with a few posts, but not as long as the quiet period would be.
    """
    with empty_database("SQLite") as url:
        trial = _Trial(url, "SQLite", deliveries, channels, timedelta(0), random.Random(seed))
        found = await trial.run(kills, held=_HELD)
    title = f"Control: without the quiet period duplicates are expected (seed {seed})"
    return _results([found], title, int(found.duplicated == 0))


class _Trial:
    def __init__(
        self,
        url: str,
        kind: str,
        deliveries: int,
        channels: int,
        quiet: timedelta,
        dice: random.Random,
    ) -> None:
        self._url = url
        self._channels = [_place(number) for number in range(channels)]
        self._wishes: list[Delivery] = []
        self._first = deliveries
        self._quiet = quiet
        self._dice = dice
        self._found = Found(database=kind, wanted=0)

    async def run(self, kills: int, *, held: int = 0) -> Found:
        begun = time.monotonic()
        hold = QUIET.total_seconds() * 0.8
        async with (
            FakeSlack() as slack,
            SlowLine(target=slack.api_url, dice=self._dice, held=held, longest_hold=hold) as line,
        ):
            for place in self._channels:
                if place.startswith("U"):
                    slack.add_user(place, place.lower())
                else:
                    slack.add_channel(place, place.lower())
            with observed(self._url) as database:
                self._wish(database, self._first)
                if held:
                    with self._worker(line, slack.bot_token):
                        await until(lambda: not line.holding, _DEADLINE, "late acceptances")
                while self._found.kills < kills:
                    if not _open(database):
                        self._wish(database, len(self._channels))
                    await self._one_life(line, slack.bot_token, database, kills)
                with self._worker(line, slack.bot_token) as worker:
                    await until(lambda: not _open(database), _DEADLINE, "all deliveries settled")
                    worker.check()
                self._found.states = database.read(lambda s: SqlDeliveries(s).counts())
            self._judge(slack, line)
        self._found.took = time.monotonic() - begun
        return self._found

    def _wish(self, database: Observer, count: int) -> None:
        """Store some more deliveries."""
        number = len(self._wishes)
        more = [_delivery(n, self._channels) for n in range(number, number + count)]

        def store(uow: SqlUnitOfWork) -> None:
            for wish in more:
                assert uow.deliveries.add(wish)

        database.write(store)
        self._wishes += more
        self._found.wanted += count

    def _worker(self, line: SlowLine, token: str) -> AbstractContextManager[Worker]:
        return started(outbox_worker.run, self._url, f"{line.url}/api/", token, self._quiet)

    async def _one_life(self, line: SlowLine, token: str, database: Observer, kills: int) -> None:
        calls = line.calls
        born, born_monotonic = datetime.now(UTC), time.monotonic()
        with self._worker(line, token) as worker:
            await until(lambda: line.calls > calls or not _open(database), _DEADLINE, "a call")
            await asyncio.sleep(self._life(database, kills))
            worker.kill()
        claimed = database.read(lambda s: _claimed_since(s, born, self._quiet))
        if self._quiet:
            await self._let_late_ones_arrive(line, claimed, database)
        if line.calls > calls:
            self._found.kills += 1
            for delivery_id in claimed:
                passage = line.passages.get(delivery_id)
                reached = passage is not None and passage.arrived >= born_monotonic
                phase = passage.phase if passage and reached else "claimed"
                self._found.phases[phase] += 1
                if passage and phase == "at Slack":
                    self._found.orphans.append(passage)
            self._found.phases["nothing"] += not claimed

    async def _let_late_ones_arrive(
        self, line: SlowLine, claimed: Sequence[str], database: Observer
    ) -> None:
        """Where a starved worker called long after its claim, the quiet period is nearly over
        when the call comes; the real one is twenty times as long."""
        soon = datetime.now(UTC) + timedelta(seconds=3 * SLOWEST_ACCEPTANCE)
        query = select(DeliveryRow.id).where(DeliveryRow.ready_at < soon)
        nearly_over = {*claimed} & {*database.read(lambda s: s.scalars(query).all())}
        late = [line.passages[each] for each in nearly_over if each in line.passages]
        await until(lambda: all(each.over for each in late), _DEADLINE, "late calls")

    def _life(self, database: Observer, kills: int) -> float:
        """Random, and short enough that deliveries are left for the kills to come."""
        left = _open(database) / (kills - self._found.kills)
        return self._dice.uniform(0, min(_LONGEST_LIFE, 0.03 * left))

    def _judge(self, slack: FakeSlack, line: SlowLine) -> None:
        order = {wish.id: n for n, wish in enumerate(self._wishes)}
        for channel in slack.ws.channels.values():
            ids = [found for m in channel.messages if (found := delivery_id_of(m))]
            self._found.posted.update(ids)
            places = [order[delivery_id] for delivery_id in ids]
            self._found.disordered += sum(a > b for a, b in pairwise(places))
        self._found.faults = line.faults
        self._found.slowest = line.slowest


def _place(number: int) -> str:
    return f"U0PERSON{number:03d}" if number < _PEOPLE else f"C0PLACE{number:03d}"


def _delivery(number: int, channels: Sequence[str]) -> Delivery:
    """Round the channels; in every other channel all but the first answer in its thread."""
    lap, place = divmod(number, len(channels))
    return Delivery(
        id=f"trial:{number}",
        workspace=_WORKSPACE,
        channel=channels[place],
        card=outbox_worker.CARD,
        subject={"number": number},
        ready_at=datetime.now(UTC),
        thread_of=f"trial:{place}" if lap and place % 2 else None,
    )


def _open(database: Observer) -> int:
    counts = database.read(lambda s: SqlDeliveries(s).counts())
    states = (DeliveryState.PENDING, DeliveryState.SENDING)
    return sum(counts.get(state.value, 0) for state in states)


def _claimed_since(session: Session, born: datetime, quiet: timedelta) -> list[str]:
    """Deliveries that this life claimed and did not settle."""
    query = select(DeliveryRow.id).where(
        DeliveryRow.state == DeliveryState.SENDING.value,
        DeliveryRow.ready_at >= born + quiet,
        DeliveryRow.error == "",
    )
    return list(session.scalars(query))


def _results(found: Sequence[Found], title: str, wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "database": f.database,
                "deliveries": f.wanted,
                "kills": f.kills,
                "sent": f.wanted - f.unsettled,
                "lost": f.lost,
                "duplicated": f.duplicated,
                "out of order": f.disordered,
                "slowest acceptance": seconds(f.slowest),
                "took": seconds(f.took),
            }
            for f in found
        ],
        wrong=wrong,
    )


def _phases(found: Sequence[Found]) -> Table:
    heads = ("claimed", "at Slack", "accepted", "answered", "nothing")
    return Table(
        title="What the kills cut off: deliveries by how far their call had come",
        rows=[
            {
                "database": f.database,
                **{head: f.phases[head] for head in heads},
                "accepted after the kill": f.accepted_late,
                "answers lost or failed on the line": sum(f.faults.values()),
            }
            for f in found
        ],
        notes=(
            "claimed: the claim is committed, the call not yet at Slack. at Slack: not accepted",
            "yet. accepted: the answer was under way. answered: not settled. nothing: kills",
            "between calls.",
        ),
    )
