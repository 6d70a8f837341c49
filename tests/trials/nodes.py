"""Trial 4 as a whole: nodes on one PostgreSQL tick, share the work and post, while they are killed.

Each due schedule must run once, and each message that follows from it stand in Slack once.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from functools import partial

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.person import Person
from bot.domain.schedule import Outcome
from bot.domain.standup import StandupPlan
from bot.services import standups
from storage.deliveries import DeliveryRow
from storage.fanout.working import Workload
from storage.schedules import OccurrenceRow, ScheduleRow
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack import FakeSlack
from tests.trials import node_worker
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.nursery import Worker, started, until
from tests.trials.posted import Judged, judge
from tests.trials.tables import Table, seconds

_DEADLINE = 900.0
_BEFORE = datetime(2026, 3, 27, 12, tzinfo=UTC)
_NOON = datetime(2026, 3, 28, 10, tzinfo=UTC)
_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)

# Longer than the client's timeout and the fake's slowest acceptance together.
QUIET = timedelta(seconds=1.6)
_LOAD = Workload(concurrency=4, heartbeat=0.2, stalled=3.0, poll=0.2)
_LONGEST_LIFE = 0.4


@dataclass(kw_only=True)
class Found:
    """What one run found."""

    nodes: int
    schedules: int
    workspaces: int
    kills: int = 0
    took: float = 0.0
    ran: int = 0
    distinct: int = 0
    busy: Counter[str] = field(default_factory=Counter)
    posts: Judged = field(
        default_factory=lambda: Judged(wished=0, lost=0, duplicated=0, disordered=0)
    )

    @property
    def wrong(self) -> int:
        """All broken promises."""
        missed = abs(self.schedules - self.distinct)
        return missed + self.ran - self.distinct + self.posts.wrong


async def run(
    *, nodes: int = 3, workspaces: int, people: int, kills: int, seed: int, server: str = ""
) -> Table:
    """So many nodes, so many people due in each workspace."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        trial = _Trial(url, database, nodes, workspaces, people, random.Random(seed))
        found = await trial.run(kills)
    return _results([found], f"Nodes under kill -9, PostgreSQL (seed {seed})", found.wrong)


async def control(*, workspaces: int, people: int, seed: int, server: str = "") -> Table:
    """Nobody takes over what a dead node was at: its workspaces must be seen to stand still."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        trial = _Trial(url, database, 1, workspaces, people, random.Random(seed))
        stuck = await trial.abandoned()
    return Table(
        title="Control: without takeover a killed node's workspaces stand still",
        rows=[{"workspaces": workspaces, "stuck": stuck}],
        wrong=int(not stuck),
    )


class _Trial:
    def __init__(
        self,
        url: str,
        database: Observer,
        nodes: int,
        workspaces: int,
        people: int,
        dice: random.Random,
    ) -> None:
        self._url = url
        self._database = database
        self._nodes = nodes
        self._people = people
        self._names = [f"T{number:04d}" for number in range(workspaces)]
        self._dice = dice
        self._found = Found(nodes=nodes, schedules=0, workspaces=workspaces)

    async def run(self, kills: int) -> Found:
        async with FakeSlack() as slack:
            self._settle_in(slack)
            begun = time.monotonic()
            await asyncio.gather(*(self._node(slack, kills) for _ in range(self._nodes)))
            with ExitStack() as stack:
                living = [stack.enter_context(self._worker(slack)) for _ in range(self._nodes)]
                await until(lambda: not self._left(), _DEADLINE, "all ran and sent")
                for node in living:
                    node.check()
            self._found.took = time.monotonic() - begun
            self._judge(slack)
        return self._found

    async def abandoned(self) -> int:
        """Kill a node in the middle of drains; then another one that takes nothing over."""
        async with FakeSlack() as slack:
            self._settle_in(slack)
            with self._worker(slack) as worker:
                await until(self._half_done, _DEADLINE, "a workspace half done")
                worker.kill()
            held = self._held()
            forgetful = Workload(concurrency=4, heartbeat=0.2, stalled=3600, poll=0.2)
            with self._worker(slack, forgetful):
                others = [name for name in self._names if name not in held]
                await until(lambda: not self._left(others), _DEADLINE, "all others sent")
            return len(held & set(self._open_in()))

    async def _node(self, slack: FakeSlack, kills: int) -> None:
        """Kill and restart one node until enough were killed or nothing is left."""
        while self._found.kills < kills and self._left():
            with self._worker(slack) as worker:
                await until(lambda: self._half_done() or not self._left(), _DEADLINE, "a drain")
                await asyncio.sleep(self._dice.uniform(0, _LONGEST_LIFE))
                left, held = self._left(), self._held()
                worker.kill()
            self._found.kills += bool(left)
            self._found.busy["in drains" if held else "between drains"] += bool(left)

    def _worker(self, slack: FakeSlack, load: Workload = _LOAD) -> AbstractContextManager[Worker]:
        plan = node_worker.Plan(
            database_url=self._url,
            slack_url=slack.api_url,
            token=slack.bot_token,
            workload=load,
            quiet=QUIET,
            noon=_NOON,
        )
        return started(node_worker.run, plan)

    def _settle_in(self, slack: FakeSlack) -> None:
        for number, name in enumerate(self._names):
            channel = f"C{number:04d}"
            slack.add_channel(channel, channel.lower())
            people = [self._person(slack, name, number, n) for n in range(self._people)]
            self._database.write(partial(_start, workspace=name, channel=channel, people=people))
        count = select(func.count()).where(ScheduleRow.next_run_at <= _NOON)
        self._found.schedules = self._database.read(lambda s: s.scalar(count) or 0)

    @staticmethod
    def _person(slack: FakeSlack, workspace: str, number: int, n: int) -> Person:
        user = f"U{number:04d}X{n:05d}"
        slack.add_user(user, user.lower())
        return Person(workspace=workspace, user_id=user, name=user, zone="Europe/Berlin")

    def _left(self, names: Sequence[str] | None = None) -> int:
        """Schedules that are due, and deliveries that are open."""
        due = select(func.count()).where(ScheduleRow.next_run_at <= _NOON)
        is_open = select(func.count()).where(DeliveryRow.state.in_(_OPEN))
        if names is not None:
            is_open = is_open.where(DeliveryRow.workspace.in_(names))
        return self._database.read(lambda s: (s.scalar(due) or 0) + (s.scalar(is_open) or 0))

    def _open_in(self) -> list[str]:
        query = select(DeliveryRow.workspace).where(DeliveryRow.state.in_(_OPEN)).distinct()
        return self._database.read(lambda s: list(s.scalars(query)))

    def _held(self) -> set[str]:
        """Workspaces that are being drained, or were when their node died."""
        query = text("SELECT args->>'workspace' FROM procrastinate_jobs WHERE status = 'doing'")
        return self._database.read(lambda s: set(s.scalars(query)))

    def _half_done(self) -> bool:
        sent = select(DeliveryRow.workspace).where(DeliveryRow.state == DeliveryState.SENT.value)
        begun = self._database.read(lambda s: set(s.scalars(sent.distinct())))
        return bool(begun & self._held() & set(self._open_in()))

    def _judge(self, slack: FakeSlack) -> None:
        def look(session: Session) -> tuple[list[Delivery], list[tuple[str, object]]]:
            rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.seq))
            ran = select(OccurrenceRow.schedule_id, OccurrenceRow.local_date).where(
                OccurrenceRow.outcome == Outcome.RAN.value
            )
            return [row.to_value() for row in rows], [(s, d) for s, d in session.execute(ran)]

        wishes, ran = self._database.read(look)
        self._found.ran, self._found.distinct = len(ran), len(set(ran))
        self._found.posts = judge(slack, wishes)


def _start(uow: SqlUnitOfWork, workspace: str, channel: str, people: Sequence[Person]) -> None:
    uow.people.save(people)
    plan = StandupPlan(
        name="Trial",
        questions=("What moved?",),
        blocker_question="",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=tuple(person.user_id for person in people),
    )
    standups.create(uow, workspace, channel, plan, people[0].user_id, _BEFORE)


def _results(found: Sequence[Found], title: str, wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "nodes": f.nodes,
                "workspaces": f.workspaces,
                "due": f.schedules,
                "kills": f.kills,
                "in drains": f.busy["in drains"],
                "ran": f.distinct,
                "ran twice": f.ran - f.distinct,
                "messages": f.posts.wished,
                "lost": f.posts.lost,
                "doubled": f.posts.duplicated,
                "out of order": f.posts.disordered,
                "took": seconds(f.took),
            }
            for f in found
        ],
        wrong=wrong,
    )
