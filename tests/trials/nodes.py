"""Trial 4 as a whole: nodes on one PostgreSQL tick, share the work and post, while they are killed.

Each due schedule must run once, and each message that follows from it stand in Slack once. A part
of trial 8 is here too: a node that is stopped, and awakes when others have done what it was at.
"""

import asyncio
import random
import time
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta

import psutil
from sqlalchemy import func, select

from storage.fanout.working import Workload
from storage.ledger import InteractionRow
from tests.standins.slack import FakeSlack
from tests.trials import node_worker
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.deliveries import QUIET
from tests.trials.nodes_world import NOON, Outcomes, World
from tests.trials.nursery import Worker, started, until
from tests.trials.tables import Table, seconds

_DEADLINE = 900.0
_LOAD = Workload(concurrency=4, heartbeat=0.2, stalled=2.0, poll=0.2)
_LONGEST_LIFE = 0.4
_NEVER = timedelta(hours=1)


async def run(
    *, nodes: int = 3, workspaces: int, people: int, kills: int, seed: int, server: str = ""
) -> Table:
    """So many nodes, so many people due in each workspace."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        async with FakeSlack() as slack:
            world = World(database, slack, workspaces=workspaces, people=people)
            trial = _Trial(url, slack, world, random.Random(seed))
            begun = time.monotonic()
            await trial.under_fire(nodes, kills)
            took = time.monotonic() - begun
            outcomes = world.outcomes()
    facts: dict[str, object] = {
        "nodes": nodes,
        "workspaces": workspaces,
        "kills": trial.kills,
        "in drains": trial.in_drains,
    }
    return Table(
        title=f"Nodes under kill -9, PostgreSQL (seed {seed})",
        rows=[{**facts, **figures(outcomes), "took": seconds(took)}],
        wrong=outcomes.wrong,
    )


async def control(*, workspaces: int, people: int, seed: int, server: str = "") -> Table:
    """Nobody takes over what a dead node was at: its workspaces must be seen to stand still."""
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        async with FakeSlack() as slack:
            world = World(database, slack, workspaces=workspaces, people=people)
            stuck = await _Trial(url, slack, world, random.Random(seed)).abandoned()
    return Table(
        title="Control: without takeover a killed node's workspaces stand still",
        rows=[{"workspaces": workspaces, "stuck": stuck}],
        wrong=int(not stuck),
    )


async def asleep(*, people: int, server: str = "") -> Table:
    """A node that is stopped between claim and call awakes when another has posted in its place.

    The control doesn't ask how long it slept, and must be seen to post again.
    """
    fenced, unfenced = await asyncio.gather(
        _asleep(people, timedelta(seconds=1), server), _asleep(people, _NEVER, server)
    )
    return Table(
        title="A node under SIGSTOP, and SIGCONT when another one has done its work, PostgreSQL",
        rows=[
            {"": "as it is", **figures(fenced)},
            {"": "control: doesn't look how long it slept", **figures(unfenced)},
        ],
        wrong=fenced.wrong + (unfenced.posts.duplicated == 0),
    )


async def _asleep(people: int, begins_within: timedelta, server: str) -> Outcomes:
    with empty_database("PostgreSQL", server) as url, observed(url) as database:
        async with FakeSlack() as slack:
            world = World(database, slack, workspaces=1, people=people)
            trial = _Trial(url, slack, world, random.Random(0))
            with trial.worker(naps=True, begins_within=begins_within) as sleeper:
                process = psutil.Process(sleeper.pid)
                await until(lambda: _sleeps(process, sleeper), _DEADLINE, "a node stopped")
                with trial.worker() as other:
                    await until(lambda: not world.left(), _DEADLINE, "the other did all")
                    other.check()
                process.resume()
                await until(lambda: _ended_drains(database), _DEADLINE, "the end of its drain")
                sleeper.check()
            return world.outcomes()


def _sleeps(process: psutil.Process, worker: Worker) -> bool:
    worker.check()
    return process.status() == psutil.STATUS_STOPPED


def _ended_drains(database: Observer) -> int:
    query = select(func.count()).where(InteractionRow.key.startswith(node_worker.AWOKE))
    return database.read(lambda s: s.scalar(query) or 0)


class _Trial:
    def __init__(self, url: str, slack: FakeSlack, world: World, dice: random.Random) -> None:
        self._url = url
        self._slack = slack
        self._world = world
        self._dice = dice
        self.kills = 0
        self.in_drains = 0

    async def under_fire(self, nodes: int, kills: int) -> None:
        """Kill random nodes at random moments; then let as many living ones finish."""
        await asyncio.gather(*(self._node(kills) for _ in range(nodes)))
        with ExitStack() as stack:
            living = [stack.enter_context(self.worker()) for _ in range(nodes)]
            await until(lambda: not self._world.left(), _DEADLINE, "all ran and sent")
            for node in living:
                node.check()

    async def abandoned(self) -> int:
        """Kill a node in the middle of drains; then another one that takes nothing over."""
        world = self._world
        with self.worker() as worker:
            await until(world.half_done, _DEADLINE, "a workspace half done")
            worker.kill()
        held = world.held()
        with self.worker(Workload(concurrency=4, heartbeat=0.2, stalled=3600, poll=0.2)):
            others = [name for name in world.names if name not in held]
            await until(lambda: not world.left(others), _DEADLINE, "all others sent")
        return len(held & world.open_in())

    async def _node(self, kills: int) -> None:
        """Kill and restart one node until enough were killed or nothing is left."""
        world = self._world
        while self.kills < kills and world.left():
            with self.worker() as worker:
                await until(lambda: world.half_done() or not world.left(), _DEADLINE, "a drain")
                await asyncio.sleep(self._dice.uniform(0, _LONGEST_LIFE))
                left, held = world.left(), world.held()
                worker.kill()
            self.kills += bool(left)
            self.in_drains += bool(left and held)

    def worker(
        self,
        load: Workload = _LOAD,
        *,
        naps: bool = False,
        begins_within: timedelta = _NEVER,
    ) -> AbstractContextManager[Worker]:
        """A node."""
        plan = node_worker.Plan(
            database_url=self._url,
            slack_url=self._slack.api_url,
            token=self._slack.bot_token,
            workload=load,
            quiet=QUIET,
            noon=NOON,
            naps=naps,
            begins_within=begins_within,
        )
        return started(node_worker.run, plan)


def figures(outcomes: Outcomes) -> dict[str, object]:
    """What was promised, as columns of a table."""
    return {
        "due": outcomes.due,
        "ran": outcomes.distinct,
        "ran twice": outcomes.ran - outcomes.distinct,
        "messages": outcomes.posts.wished,
        "lost": outcomes.posts.lost,
        "doubled": outcomes.posts.duplicated,
        "out of order": outcomes.posts.disordered,
    }
