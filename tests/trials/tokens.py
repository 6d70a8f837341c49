"""Trial 17: five nodes at once use a token that has to be refreshed."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography.fernet import Fernet

from bot.clients.secrets import FernetBox
from bot.domain.installation import Installation, Team
from bot.services import installations
from tests.standins.slack_oauth import LIFETIME, OAuthSlack, oauth_slack
from tests.trials.databases import empty_database, observed
from tests.trials.tables import Table
from tests.trials.token_node import WORKSPACE, Node

_START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_LATENCY = 0.05
_DEADLINE = 300.0

# By turns the old token is still good, and has expired.
_STEPS = (LIFETIME - timedelta(hours=1), LIFETIME + timedelta(minutes=1))


class Using(Protocol):
    """A node, here or in a process of its own."""

    async def use(self, now: datetime) -> Counter[str]: ...


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one instant at which all nodes use the token came to."""

    refreshes: int
    outcomes: Counter[str]


async def run(
    kinds: Sequence[str],
    *,
    nodes: int,
    rounds: int,
    server: str = "",
    processes: bool = True,
    careless: bool = False,
) -> Table:
    """The trial on each kind of database."""
    rows = []
    wrong = 0
    for kind in kinds:
        found, refused = await _on(kind, nodes, rounds, server, processes, careless)
        outcomes = sum((each.outcomes for each in found), Counter[str]())
        calls = outcomes.total()
        bad = calls - outcomes["ok"] + sum(refused.values())
        doubled = sum(abs(each.refreshes - 1) for each in found)
        wrong += bad + doubled
        rows.append(
            {
                "database": kind,
                "nodes": nodes,
                "rounds": rounds,
                "calls": calls,
                "refreshes": sum(each.refreshes for each in found),
                "most in a round": max(each.refreshes for each in found),
                "invalid tokens": bad,
            }
        )
    title = "Token rotation, all nodes at once"
    return Table(title=f"{title}, without the lease" if careless else title, rows=rows, wrong=wrong)


async def control(*, nodes: int = 5, processes: bool = True) -> Table:
    """Nodes that take no lease must use a refresh token twice."""
    broken = await run(["SQLite"], nodes=nodes, rounds=2, processes=processes, careless=True)
    return Table(title=f"Control: {broken.title}", rows=broken.rows, wrong=int(broken.wrong == 0))


async def _on(
    kind: str, nodes: int, rounds: int, server: str, processes: bool, careless: bool
) -> tuple[list[Round], Counter[str]]:
    now = _START
    key = Fernet.generate_key().decode()
    found: list[Round] = []
    async with AsyncExitStack() as stack:
        url = stack.enter_context(empty_database(kind, server))
        slack = await stack.enter_async_context(
            oauth_slack(
                clock=lambda: now,
                latency=_LATENCY,
                names={WORKSPACE: "Acme"},
                # Two careless ones meet, however far apart a busy machine lets them come.
                together=2 if careless else 1,
            )
        )
        with observed(url) as database:
            database.write(
                lambda uow: installations.install(
                    uow, _granted(slack, key, now), [Team(id=WORKSPACE)], now
                )
            )
        make = _process if processes else _inside
        using = [
            await stack.enter_async_context(make(url, slack.api_url, key, careless))
            for _ in range(nodes)
        ]
        for number in range(rounds):
            now += _STEPS[number % len(_STEPS)]
            before = slack.calls["oauth.v2.access"]
            counted = await asyncio.gather(*(each.use(now) for each in using))
            refreshes = slack.calls["oauth.v2.access"] - before
            found.append(Round(refreshes=refreshes, outcomes=sum(counted, Counter[str]())))
        return found, slack.refused


def _granted(slack: OAuthSlack, key: str, now: datetime) -> Installation:
    box = FernetBox([key])
    return Installation(
        id=WORKSPACE,
        name="Acme",
        bot_token=box.seal(slack.token_of(WORKSPACE, ends_in=LIFETIME)),
        refresh_token=box.seal(slack.refresh_token_of(WORKSPACE)),
        expires_at=now + LIFETIME,
        installed_at=now,
    )


@asynccontextmanager
async def _inside(url: str, api_url: str, key: str, careless: bool) -> AsyncIterator[Using]:
    node = Node(url, api_url, key, careless=careless)
    try:
        yield node
    finally:
        node.close()


class _Process:
    """A node in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> str:
        """The next line of its output."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_DEADLINE):
            line = (await self._process.stdout.readline()).decode().strip()
        assert line, "a node ended"
        return line

    async def use(self, now: datetime) -> Counter[str]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{now.isoformat()}\n".encode())
        await self._process.stdin.drain()
        return Counter(json.loads(await self.line()))


@asynccontextmanager
async def _process(url: str, api_url: str, key: str, careless: bool) -> AsyncIterator[Using]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.trials.token_node",
        url,
        api_url,
        key,
        "careless" if careless else "careful",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    node = _Process(process)
    try:
        assert await node.line() == "ready"
        yield node
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
