"""Benchmark 3: workspaces that installed the app, beside one workspace by the operator's token."""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event

from bot.app import Application
from bot.clients.secrets import FernetBox
from bot.config import Settings
from bot.domain.installation import Installation, Team
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services import installations
from tests.benchmarks.load import SECRET, WORKSPACE, Cost, answered, command, cost, session, start
from tests.benchmarks.verdicts import Verdict, at_least, at_most
from tests.standins.slack_oauth import CLIENT_ID, CLIENT_SECRET, OAuthSlack, oauth_slack
from tests.standins.tables import create_tables
from tests.trials.databases import observed
from tests.trials.tables import Table

ROUNDS = 7
REQUESTS = 1500
WARM = 200
OTHERS = 50
_ONE, _MANY = "one workspace by a token", f"{OTHERS + 1} workspaces that installed the app"

# Of the benchmark's own database; nothing real was ever sealed with it.
KEY = "A" * 43 + "="


def run() -> list[Verdict]:
    """Both servers in turns, then what a warm installation asks of others."""
    return asyncio.run(_main())


def application(database_url: str, api_url: str = "http://127.0.0.1:9/api/") -> Application:
    """The bot in OAuth mode."""
    settings = Settings(
        slack_client_id=CLIENT_ID,
        slack_client_secret=CLIENT_SECRET,
        slack_signing_secret=SECRET,
        slack_api_url=api_url,
        encryption_keys=(KEY,),
        database_url=database_url,
    )
    return Application(settings, AsyncWebClient(token=""), None)


def fill(database_url: str, token: str = "xoxb-benchmark") -> None:
    """A schema, the installations and the person who types."""
    create_tables(database_url)
    now = datetime.now(UTC)

    def store(uow: UnitOfWork) -> None:
        for team in [WORKSPACE, *(f"TOTHER{number}" for number in range(OTHERS))]:
            sealed = FernetBox([KEY]).seal(token)
            granted = Installation(id=team, name=team, bot_token=sealed, installed_at=now)
            installations.install(uow, granted, [Team(id=team, name=team)], now)
        uow.people.save([Person(workspace=WORKSPACE, user_id="U2", name="Two", zone="UTC")])

    with observed(database_url) as database:
        database.write(store)


async def _main() -> list[Verdict]:
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        costs = await _costs(folder)
        async with oauth_slack() as slack:
            statements, calls = await _warm(f"sqlite:///{folder}/warm.db", slack)
    ratio = statistics.median(
        one.cpu_us / many.cpu_us for one, many in zip(costs[_ONE], costs[_MANY], strict=True)
    )
    print(_table(costs, ratio).text())
    print(_asked(statements, calls).text())
    return [
        at_least("3", "OAuth mode, of single-workspace mode", 0.85, ratio),
        at_most("3", "auth.test calls of a warm installation", 0, calls, "{:.0f}"),
        at_most("3", "SQL statements of a warm installation", 0, statements, "{:.0f}"),
    ]


async def _costs(folder: str) -> dict[str, list[Cost]]:
    urls = {}
    for name in ("one", "many"):
        urls[name] = f"sqlite:///{folder}/{name}.db"
        fill(urls[name])
    ours = [sys.executable, "-m", "tests.benchmarks.servers"]
    async with AsyncExitStack() as stack:
        one = await start([*ours, "served", urls["one"]])
        stack.push_async_callback(one.stop)
        many = await start([*ours, "installed", urls["many"]])
        stack.push_async_callback(many.stop)
        client: aiohttp.ClientSession = await stack.enter_async_context(session())
        servers = {_ONE: one, _MANY: many}
        for server in servers.values():
            assert "wrapup" in await answered(client, server), "both answer with their help"
        costs: dict[str, list[Cost]] = {name: [] for name in servers}
        for number in range(ROUNDS + 1):
            for name, server in servers.items():
                found = await cost(client, server, [command("help") for _ in range(REQUESTS)])
                if number:  # the first round warms up
                    costs[name].append(found)
    return costs


async def _warm(database_url: str, slack: OAuthSlack) -> tuple[int, int]:
    """What requests of a workspace that was served before ask of the database and of Slack."""
    fill(database_url, slack.token_of(WORKSPACE))
    app = application(database_url, slack.api_url)
    statements: list[str] = []

    def seen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    try:
        await _asks(app, 1)
        engines = app.transactions._engines
        for engine in {engines.reader, engines.writer}:
            event.listen(engine, "before_cursor_execute", seen)
        await _asks(app, WARM)
    finally:
        await app.listeners.drain()
        app.transactions.close()
    return len(statements), slack.calls.total()


async def _asks(app: Application, number: int) -> None:
    for _ in range(number):
        request = AsyncBoltRequest(
            body=command("help"),
            mode="socket_mode",
            headers={"content-type": ["application/x-www-form-urlencoded"]},
        )
        answer = await app.bolt.async_dispatch(request)
        assert "wrapup" in (answer.body or ""), answer.body


def _table(costs: dict[str, list[Cost]], ratio: float) -> Table:
    rows = [
        {
            "mode": name,
            "CPU µs a request": round(statistics.median(c.cpu_us for c in each)),
            "requests/s": round(statistics.median(c.per_second for c in each)),
            "of one token": f"{ratio if name == _MANY else 1:.2f}",
        }
        for name, each in costs.items()
    ]
    notes = [f"{ROUNDS} rounds of {REQUESTS} in turns, medians; ratios are paired by round"]
    return Table(title="/standup help by mode", rows=rows, notes=notes)


def _asked(statements: int, calls: int) -> Table:
    rows: Sequence[dict[str, object]] = [
        {"requests": WARM, "SQL statements": statements, "auth.test and other calls": calls}
    ]
    return Table(title="What requests of a warm installation ask", rows=rows)
