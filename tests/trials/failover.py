"""Trial 13: PostgreSQL is paused, and killed and started again, while nodes tick and deliver."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from storage.fanout.working import Workload
from tests.standins.slack import FakeSlack
from tests.trials import node_worker
from tests.trials.database_faults import Database, fallible_server
from tests.trials.databases import empty_database, observed
from tests.trials.deliveries import QUIET
from tests.trials.nodes import figures
from tests.trials.nodes_world import NOON, Outcomes, World
from tests.trials.nursery import Worker, started, until
from tests.trials.tables import Table, seconds

_DEADLINE = 900.0
_NODES = 3
_LOAD = Workload(concurrency=4, heartbeat=0.2, stalled=2.0, poll=0.2)
# Posts before each fault that Slack takes and whose answers are lost.
_UNANSWERED = 3


@dataclass(frozen=True, kw_only=True)
class Fault:
    """PostgreSQL is gone for so many seconds; `killed`, or else stopped and continued."""

    killed: bool
    away: float

    @property
    def name(self) -> str:
        """`killed for 2 s`."""
        return f"{'killed' if self.killed else 'stopped'} for {self.away:g} s"


@dataclass(frozen=True, kw_only=True)
class _Struck:
    fault: Fault
    left: int
    recovered: float


FAULTS = (
    Fault(killed=False, away=1),
    Fault(killed=True, away=1),
    Fault(killed=False, away=10),
    Fault(killed=True, away=10),
    Fault(killed=False, away=20),
)


async def run(
    faults: Sequence[Fault] = FAULTS, *, workspaces: int, people: int, durable: bool = True
) -> Table:
    """The faults one after another, evenly spread over the work of three nodes."""
    struck, outcomes = await _strike(faults, workspaces, people, durable=durable, blind=False)
    facts = figures(outcomes)
    rows: list[dict[str, object]] = [
        {
            "PostgreSQL": each.fault.name,
            "left then": each.left,
            "next post after": seconds(each.recovered),
            **dict.fromkeys(facts, ""),
        }
        for each in struck
    ]
    rows.append({"PostgreSQL": "altogether", "left then": "", "next post after": "", **facts})
    title = f"PostgreSQL goes away under {_NODES} nodes"
    return Table(title=title, rows=rows, wrong=outcomes.wrong)


async def control(*, workspaces: int, people: int, durable: bool = True) -> Table:
    """Nodes that send again what they don't know the end of must be seen to post twice."""
    faults = [Fault(killed=True, away=0)]
    _, outcomes = await _strike(faults, workspaces, people, durable=durable, blind=True)
    return Table(
        title="Control: nodes that don't look in Slack before they send again",
        rows=[figures(outcomes)],
        wrong=int(not outcomes.posts.duplicated),
    )


async def _strike(
    faults: Sequence[Fault], workspaces: int, people: int, *, durable: bool, blind: bool
) -> tuple[list[_Struck], Outcomes]:
    with (
        fallible_server(durable=durable) as server,
        empty_database("PostgreSQL", server.url) as url,
        observed(url) as database,
    ):
        async with FakeSlack() as slack:
            world = World(database, slack, workspaces=workspaces, people=people)
            plan = _plan(url, slack, blind=blind)
            struck = []
            with ExitStack() as stack:
                nodes = [stack.enter_context(started(node_worker.run, plan)) for _ in range(_NODES)]
                for number, fault in enumerate(faults):
                    goal = world.due * number // (len(faults) + 1) + 1
                    await until(partial(_reached, world, nodes, goal), _DEADLINE, "posts")
                    slack.fault("chat.postMessage", times=_UNANSWERED, drop_after=True)
                    struck.append(await _one(fault, server, world, nodes))
                await until(lambda: not world.left(), _DEADLINE, "all ran and sent")
                for node in nodes:
                    node.check()
            return struck, world.outcomes()


async def _one(fault: Fault, server: Database, world: World, nodes: Sequence[Worker]) -> _Struck:
    left = world.left()
    if fault.killed:
        await server.kill()
    else:
        server.pause()
    # How long it is away is what is tried; nothing can be awaited meanwhile.
    await asyncio.sleep(fault.away)
    if fault.killed:
        await server.start()
    else:
        server.go_on()
    begun, before = time.monotonic(), world.posted
    await until(lambda: _reached(world, nodes, before + 1), _DEADLINE, "a post afterwards")
    return _Struck(fault=fault, left=left, recovered=time.monotonic() - begun)


def _reached(world: World, nodes: Sequence[Worker], posts: int) -> bool:
    """So many messages stand in Slack, or there is nothing more to post."""
    for node in nodes:
        node.check()
    return world.posted >= posts or not world.left()


def _plan(url: str, slack: FakeSlack, *, blind: bool) -> node_worker.Plan:
    return node_worker.Plan(
        database_url=url,
        slack_url=slack.api_url,
        token=slack.bot_token,
        workload=_LOAD,
        quiet=timedelta(0) if blind else QUIET,
        noon=NOON,
        patient=True,
        blind=blind,
    )
