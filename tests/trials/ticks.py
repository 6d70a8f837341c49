"""Trial 4: due schedules while the processes that start them are killed."""

import asyncio
import multiprocessing
import random
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from ctypes import c_int
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from multiprocessing.sharedctypes import RawValue
from multiprocessing.synchronize import Semaphore

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Person
from bot.domain.schedule import Outcome
from bot.domain.standup import StandupPlan
from bot.services import standups
from storage.deliveries import DeliveryRow
from storage.ledger import InteractionRow
from storage.schedules import OccurrenceRow, ScheduleRow
from storage.unit_of_work import SqlUnitOfWork
from tests.trials import tick_worker
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.nursery import Worker, started, until
from tests.trials.tables import Table, seconds

_WORKSPACE = "T0TEAM"
_CHANNEL = "C0TRIAL"
_DEADLINE = 300.0
# A node's first batch takes about as long, so most lives end inside a transaction.
LONGEST_LIFE = 0.8
_NODES = {"SQLite": 1, "PostgreSQL": 3}
_BEFORE = datetime(2026, 3, 27, 12, tzinfo=UTC)
# Every zone of the trial has had its 09:00 by noon, and fewer than four hours ago.
_NOON = datetime(2026, 3, 28, 10, tzinfo=UTC)
_ZONES = ("Europe/Berlin", "Africa/Nairobi", "Europe/London", "Europe/Athens")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one run found; `missing`, `doubled` count occurrences, the rest their deliveries."""

    database: str
    nodes: int
    kills: int
    days: int
    schedules: int
    occurrences: int
    distinct: int
    prompts: int
    distinct_prompts: int
    took: float

    @property
    def wanted(self) -> int:
        """One occurrence for each schedule and day."""
        return self.schedules * self.days

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return (
            abs(self.wanted - self.distinct)
            + (self.occurrences - self.distinct)
            + abs(self.wanted - self.distinct_prompts)
            + (self.prompts - self.distinct_prompts)
        )


async def run(
    kinds: Sequence[str],
    *,
    kills: int,
    schedules: int,
    seed: int,
    longest_life: float = LONGEST_LIFE,
    server: str = "",
) -> list[Table]:
    """The trial on each kind of database; on PostgreSQL three nodes tick at once."""
    found = []
    for kind in kinds:
        with empty_database(kind, server) as url, observed(url) as database:
            database.write(lambda uow: _start_standup(uow, schedules))
            trial = _Trial(url, database, _NODES[kind], longest_life, random.Random(seed))
            found.append(await trial.run(kind, kills))
    return [_results(found, seed)]


async def control(*, schedules: int, server: str = "") -> Table:
    """Three nodes that neither lock what is due nor keep a book of dates must ask people twice."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        database.write(lambda uow: _start_standup(uow, schedules))
        together: Semaphore = multiprocessing.get_context("forkserver").Semaphore(0)
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(started(tick_worker.careless, url, _NOON, together))
            await until(lambda: database.read(_settled) == 3, _DEADLINE, "three nodes looked")
            for _ in range(3):
                together.release()
            await until(lambda: database.read(_settled) == 6, _DEADLINE, "three nodes asked")
        asked = database.read(_prompts)
    return Table(
        title="Control: three nodes without locks and without a book of dates",
        rows=[
            {
                "schedules": schedules,
                "prompts": len(asked),
                "prompts doubled": len(asked) - len(set(asked)),
            }
        ],
        wrong=int(len(asked) == len(set(asked))),
    )


def _settled(session: Session) -> int:
    """How many steps the careless nodes have come along."""
    return session.scalar(select(func.count()).select_from(InteractionRow)) or 0


def _prompts(session: Session) -> list[str]:
    query = select(DeliveryRow.id).where(DeliveryRow.card == tick_worker.CARELESS)
    return [delivery_id.partition("#")[0] for delivery_id in session.scalars(query)]


class _Trial:
    def __init__(
        self, url: str, database: Observer, nodes: int, longest_life: float, dice: random.Random
    ) -> None:
        self._url = url
        self._longest_life = longest_life
        self._database = database
        self._nodes = nodes
        self._dice = dice
        self._days: c_int = RawValue(c_int, 0)
        self._kills = 0

    async def run(self, kind: str, kills: int) -> Found:
        begun = time.monotonic()
        while self._kills < kills:
            await asyncio.gather(*(self._node(kills) for _ in range(self._nodes)))
            if not self._due():
                self._days.value += 1
        with ExitStack() as stack:
            nodes = [stack.enter_context(self._worker()) for _ in range(self._nodes)]
            await until(lambda: not self._due(), _DEADLINE, "nothing due any more")
            for node in nodes:
                node.check()
        return self._database.read(lambda s: self._judge(s, kind, time.monotonic() - begun))

    def _worker(self) -> AbstractContextManager[Worker]:
        return started(tick_worker.run, self._url, _NOON, self._days)

    async def _node(self, kills: int) -> None:
        """Kill and restart one node until the day is done."""
        while self._kills < kills and self._due():
            with self._worker() as worker:
                await asyncio.sleep(self._dice.uniform(0, self._longest_life))
                due = self._due()
                worker.kill()
            self._kills += bool(due)

    def _due(self) -> int:
        now = _NOON + timedelta(days=self._days.value)
        query = select(func.count()).where(ScheduleRow.next_run_at <= now)
        return self._database.read(lambda s: s.scalar(query) or 0)

    def _judge(self, session: Session, kind: str, took: float) -> Found:
        ran = select(OccurrenceRow.schedule_id, OccurrenceRow.local_date).where(
            OccurrenceRow.outcome == Outcome.RAN.value
        )
        occurrences = [tuple(row) for row in session.execute(ran)]
        asked = select(DeliveryRow.subject).where(DeliveryRow.card == "standup.prompt")
        prompts = [(s["user"], s["date"]) for s in session.scalars(asked)]
        return Found(
            database=kind,
            nodes=self._nodes,
            kills=self._kills,
            days=self._days.value + 1,
            schedules=session.scalar(select(func.count()).select_from(ScheduleRow)) or 0,
            occurrences=len(occurrences),
            distinct=len(set(occurrences)),
            prompts=len(prompts),
            distinct_prompts=len(set(prompts)),
            took=took,
        )


def _start_standup(uow: SqlUnitOfWork, participants: int) -> None:
    people = [
        Person(
            workspace=_WORKSPACE,
            user_id=f"U0PERSON{number:04d}",
            name=f"Person {number}",
            zone=_ZONES[number % len(_ZONES)],
        )
        for number in range(participants)
    ]
    uow.people.save(people)
    plan = StandupPlan(
        name="Trial",
        questions=("What moved?",),
        blocker_question="",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=tuple(p.user_id for p in people),
    )
    standups.create(uow, _WORKSPACE, _CHANNEL, plan, people[0].user_id, _BEFORE)


def _results(found: Sequence[Found], seed: int) -> Table:
    return Table(
        title=f"Ticks under kill -9 (seed {seed})",
        rows=[
            {
                "database": f.database,
                "nodes": f.nodes,
                "schedules": f.schedules,
                "days": f.days,
                "kills": f.kills,
                "due": f.wanted,
                "started": f.distinct,
                "started twice": f.occurrences - f.distinct,
                "prompts": f.distinct_prompts,
                "prompts doubled": f.prompts - f.distinct_prompts,
                "took": seconds(f.took),
            }
            for f in found
        ],
        wrong=sum(f.wrong for f in found),
    )
