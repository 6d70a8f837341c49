"""Trial 7: fifty people log a decision at once, on two nodes, while nodes are killed."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from ctypes import c_int
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import RawValue

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.domain.person import Person
from storage.decisions.rows import DecisionRow
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.trials import decision_worker
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.nursery import Worker, started, until
from tests.trials.tables import Table, seconds

_DEADLINE = 300.0
_NODES = {"SQLite": 1, "PostgreSQL": 2}
# A transaction takes a few milliseconds; held so long, most kills meet one that has its number.
_HOLD = 0.02


@dataclass(kw_only=True)
class Found:
    """What one run found; `inside` are the kills that met a transaction with a number."""

    database: str
    nodes: int
    people: int
    kills: int = 0
    inside: int = 0
    numbers: Sequence[int] = ()
    titles: Sequence[str] = ()
    cards: int = 0
    took: float = 0.0

    @property
    def doubled(self) -> int:
        """Numbers given out more than once."""
        return len(self.numbers) - len(set(self.numbers))

    @property
    def gaps(self) -> int:
        """Numbers from 1 to the number of people that nobody got."""
        return len(set(range(1, self.people + 1)) - set(self.numbers))

    @property
    def wrong(self) -> int:
        """All broken promises: of numbers, of people, of cards."""
        logged_twice = len(self.titles) - len(set(self.titles))
        lost = self.people - len(set(self.titles))
        return self.doubled + self.gaps + logged_twice + lost + abs(self.cards - self.people)


async def run(
    kinds: Sequence[str], *, kills: int, people: int, seed: int, server: str = ""
) -> list[Table]:
    """On each kind of database once in peace and once with kills."""
    found = []
    for kind in kinds:
        for killed in dict.fromkeys((0, kills)):
            with empty_database(kind, server) as url, observed(url) as database:
                trial = _Trial(kind, url, database, people, random.Random(seed))
                found.append(await trial.run(killed))
    return [_results(found, seed)]


async def control(*, people: int, seed: int, server: str = "") -> Table:
    """The highest number and one, on PostgreSQL without the keys that would refuse a second."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        _drop_keys(url)
        trial = _Trial("PostgreSQL", url, database, people, random.Random(seed), naive=True)
        found = await trial.run(0)
    return Table(
        title=f"Control: the highest number and one (seed {seed})",
        rows=[_row(found)],
        wrong=int(found.doubled == 0),
        notes=("Numbers must be given out twice here, or the trial above proves nothing.",),
    )


@dataclass(kw_only=True)
class _Node:
    """A worker with what it shares with the trial."""

    people: Sequence[int]
    inside: c_int = field(default_factory=lambda: RawValue(c_int, 0))
    stack: ExitStack = field(default_factory=ExitStack)
    worker: Worker | None = None


class _Trial:
    def __init__(
        self,
        kind: str,
        url: str,
        database: Observer,
        people: int,
        dice: random.Random,
        *,
        naive: bool = False,
    ) -> None:
        self._url, self._database, self._dice, self._naive = url, database, dice, naive
        self._go: c_int = RawValue(c_int, 0)
        self._found = Found(database=kind, nodes=_NODES[kind], people=people)
        self._nodes = [
            _Node(people=range(first, people, _NODES[kind])) for first in range(_NODES[kind])
        ]
        database.write(lambda uow: _know(uow, people))

    async def run(self, kills: int) -> Found:
        self._hold = _HOLD if kills else 0.0
        with ExitStack() as stack:
            for node in self._nodes:
                stack.callback(node.stack.close)
                self._start(node)
            self._go.value = 1
            begun = time.monotonic()
            while self._found.kills < kills:
                await self._one_kill(kills)
            await until(self._all_logged, _DEADLINE, "everybody's decision")
            self._found.took = time.monotonic() - begun
            for node in self._nodes:
                assert node.worker is not None
                node.worker.check()
        self._database.read(self._judge)
        return self._found

    async def _one_kill(self, kills: int) -> None:
        """After a random few more decisions, so that some are left for the kills to come."""
        stored = self._stored()
        left = self._found.people - stored
        goal = stored + self._dice.randint(0, left // (kills - self._found.kills))
        await until(lambda: self._stored() >= goal, _DEADLINE, f"{goal} decisions")
        node = self._dice.choice(self._nodes)
        await until(lambda: node.inside.value or self._all_logged(), _DEADLINE, "a number held")
        await asyncio.sleep(self._dice.uniform(0, _HOLD / 2))
        assert node.worker is not None
        inside = node.inside.value
        node.worker.kill()
        self._found.kills += 1
        self._found.inside += inside
        self._start(node)

    def _start(self, node: _Node) -> None:
        node.stack.close()
        node.inside.value = 0
        node.worker = node.stack.enter_context(
            started(
                decision_worker.run,
                self._url,
                node.people,
                node.inside,
                self._go,
                self._hold,
                self._naive,
            )
        )

    def _stored(self) -> int:
        query = select(func.count()).select_from(DecisionRow)
        return self._database.read(lambda session: session.scalar(query) or 0)

    def _all_logged(self) -> bool:
        return self._stored() >= self._found.people

    def _judge(self, session: Session) -> None:
        rows = session.execute(select(DecisionRow.number, DecisionRow.body)).all()
        self._found.numbers = [number for number, _ in rows]
        self._found.titles = [body["title"] for _, body in rows]
        cards = select(func.count()).where(DeliveryRow.card == "decision")
        self._found.cards = session.scalar(cards.where(DeliveryRow.kind == "post")) or 0


def _know(uow: SqlUnitOfWork, people: int) -> None:
    wishes = [decision_worker.wish_of(number) for number in range(people)]
    uow.people.save(
        Person(workspace=wish.workspace, user_id=wish.author, name=wish.author) for wish in wishes
    )


def _drop_keys(url: str) -> None:
    """Of every table of decisions, for each of them would refuse a number's second use."""
    query = text(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE contype IN ('p', 'u') AND conrelid::regclass::text LIKE 'decision%'"
    )
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        for table, key in connection.execute(query).all():
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {key}"))
    engines.dispose()


def _results(found: Sequence[Found], seed: int) -> Table:
    return Table(
        title=f"Decisions logged at once (seed {seed})",
        rows=[_row(each) for each in found],
        wrong=sum(each.wrong for each in found),
        notes=("Half of the people are on each of two nodes, which are processes of their own.",),
    )


def _row(found: Found) -> dict[str, object]:
    return {
        "database": found.database,
        "nodes": found.nodes,
        "people": found.people,
        "kills": found.kills,
        "of these with a number": found.inside,
        "decisions": len(found.numbers),
        "highest": max(found.numbers, default=0),
        "gaps": found.gaps,
        "given out twice": found.doubled,
        "cards": found.cards,
        "took": seconds(found.took),
    }
