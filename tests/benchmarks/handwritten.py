"""The yardstick of a submitted report: the same statements by hand, straight through the driver.

What Meridian asks the database for a form is recorded on a copy of the database; the handler that
is measured runs just that, in one transaction, and acknowledges after its commit. It builds no
value, checks nothing and knows its parameters beforehand.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import local
from typing import Any, cast
from urllib.parse import parse_qs

import psycopg
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from bot.domain.links import Links
from bot.ports.chat import Chat
from bot.ports.holidays import HolidayCalendar
from handlers import parsing
from handlers.registry import all_routes
from handlers.routing import Deps
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions
from tests.benchmarks.load import WORKSPACE

Statement = tuple[str, Any]
Connect = Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What such a server is started with, kept as a JSON file."""

    database_url: str
    copy_url: str
    bodies: Sequence[str]

    def write(self, file: Path) -> None:
        """Keep it."""
        file.write_text(json.dumps(vars(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: str) -> "Plan":
        """What was kept."""
        return cls(**json.loads(Path(file).read_text(encoding="utf-8")))


def handwritten(plan_file: str) -> Any:
    """An ASGI app: a bare Bolt app whose one listener runs the recorded statements."""
    from tests.benchmarks.servers import bare_app

    plan = Plan.read(plan_file)
    scripts = asyncio.run(_recorded(plan))
    connect, threads = _driver(plan.database_url)
    pool, own = ThreadPoolExecutor(threads), local()
    app = bare_app()

    def store(script: Sequence[Statement]) -> None:
        if not hasattr(own, "connection"):
            own.connection = connect()
        cursor = own.connection.cursor()
        for text, parameters in script:
            cursor.execute(text, parameters)
            if cursor.description:
                cursor.fetchall()
        own.connection.commit()

    @app.view("standup.report")
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        script = scripts[body["view"]["id"]]
        await asyncio.get_running_loop().run_in_executor(pool, store, script)
        await ack()

    @app.command("/standup")
    async def started(ack: AsyncAck) -> None:
        await ack("help")

    return AsyncSlackRequestHandler(app)


def _driver(database_url: str) -> tuple[Connect, int]:
    """How to connect, and with how many threads, as the product has them."""
    engines = open_engines(database_url)
    threads = engines.writers
    engines.dispose()
    if database_url.startswith("sqlite"):
        return lambda: _sqlite(make_url(database_url).database or ""), threads
    address = database_url.replace("+psycopg", "", 1)
    return lambda: psycopg.connect(address), threads


def _sqlite(file: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


async def _recorded(plan: Plan) -> dict[str, list[Statement]]:
    """The statements of each form by its view's id, reads and writes in their order."""
    engines = open_engines(plan.copy_url)
    said: list[Statement] = []
    for engine in {engines.writer, engines.reader}:
        _listen(engine, said)
    transactions = SqlTransactions(engines, lambda: datetime.now(UTC), lambda: None)
    deps = Deps(
        transactions=transactions,
        chat=cast(Chat, None),
        links=Links(),
        holidays=cast(HolidayCalendar, None),
    )
    handler = all_routes().submissions["standup.report"]
    scripts = {}
    try:
        for body in plan.bodies:
            payload = json.loads(parse_qs(body)["payload"][0])
            said.clear()
            await handler(parsing.submission(payload, WORKSPACE, datetime.now(UTC)), deps)
            scripts[payload["view"]["id"]] = _one_transaction(said, engines)
    finally:
        transactions.close()
    return scripts


def _listen(engine: Engine, said: list[Statement]) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def _keep(
        _connection: Any, _cursor: Any, text: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        said.append((text, parameters))


def _one_transaction(said: Sequence[Statement], engines: Engines) -> list[Statement]:
    """All of it in the one transaction that writes; psycopg begins its own."""
    statements = [each for each in said if not each[0].startswith("BEGIN")]
    if engines.writer.dialect.name == "sqlite":
        statements.insert(0, ("BEGIN IMMEDIATE", ()))
    return statements
