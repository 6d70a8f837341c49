"""Work that fans out over PostgreSQL: asked for in our transaction, done once at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from procrastinate import App
from procrastinate.psycopg_connector import PsycopgConnector
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery
from bot.ports.repositories import UnitOfWork
from storage.base import Base
from storage.engine import Engines, open_engines
from storage.fanout import schema, tasks, working
from storage.fanout.deferral import Deferral
from storage.fanout.engine import ProcrastinateEngine
from storage.fanout.working import Workload
from storage.transactions import SqlTransactions

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Nobody who lives counts as dead, however long a busy machine lets it wait.
QUICK = Workload(concurrency=4, heartbeat=0.1, stalled=600.0, poll=0.05)


@pytest.fixture(scope="module")
def _made(postgres_url: str) -> Iterator[str]:
    from tests.standins.postgres import drop_database, new_database

    url = new_database(postgres_url)
    opened = open_engines(url)
    with opened.writer.begin() as connection:
        Base.metadata.create_all(connection)
        schema.create(connection)
    opened.dispose()
    yield url
    drop_database(postgres_url, url)


@pytest.fixture
def url(_made: str) -> Iterator[str]:
    """A database with all tables, ours and procrastinate's, and no row in those used here."""
    yield _made
    opened = open_engines(_made)
    with opened.writer.begin() as connection:
        connection.execute(
            text("TRUNCATE procrastinate_jobs, procrastinate_workers, delivery CASCADE")
        )
    opened.dispose()


@pytest.fixture
def engines(url: str) -> Iterator[Engines]:
    """Engines on it."""
    opened = open_engines(url)
    yield opened
    opened.dispose()


@pytest.fixture
def transactions(engines: Engines) -> SqlTransactions:
    """A bridge that asks for drains."""
    return SqlTransactions(engines, lambda: NOW, lambda: None, Deferral().enlist)


@dataclass(kw_only=True)
class Node:
    """A worker in this process, and what it was made to drain; each drain waits for `go`."""

    engine: ProcrastinateEngine
    drained: list[str] = field(default_factory=list)
    at_once: dict[str, int] = field(default_factory=dict)
    most: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)
    bug: Exception | None = None

    async def drain(self, workspace: str) -> None:
        """Note it, wait."""
        self.at_once[workspace] = self.at_once.get(workspace, 0) + 1
        self.most = max(self.most, self.at_once[workspace])
        self.drained.append(workspace)
        try:
            await self.go.wait()
            if self.bug:
                raise self.bug
        finally:
            self.at_once[workspace] -= 1


@pytest.fixture
async def node(url: str, engines: Engines) -> AsyncIterator[Node]:
    """A working node whose drains end at once."""
    found = Node(engine=ProcrastinateEngine(url, engines, QUICK))
    found.go.set()
    await found.engine.start(found.drain)
    yield found
    found.go.set()
    await found.engine.stop(5)


def wish(name: str, workspace: str = "T1") -> Delivery:
    return Delivery(
        id=name, workspace=workspace, channel="C1", card="say", subject={}, ready_at=NOW
    )


def add(uow: UnitOfWork, *wishes: Delivery) -> None:
    for each in wishes:
        uow.deliveries.add(each)


def jobs(engines: Engines) -> list[tuple[str, str]]:
    with engines.reader.connect() as connection:
        query = text("SELECT lock, status::text FROM procrastinate_jobs ORDER BY id")
        return [(lock, status) for lock, status in connection.execute(query)]


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it didn't come about"
        await asyncio.sleep(0.005)


async def test_a_drain_is_asked_for_if_we_commit_and_only_then(
    transactions: SqlTransactions, engines: Engines
) -> None:
    def broken(uow: UnitOfWork) -> None:
        add(uow, wish("a"))
        raise LookupError("a bug")

    with pytest.raises(LookupError):
        await transactions.write(broken)
    assert jobs(engines) == []
    await transactions.write(add, wish("b", "T2"), wish("a"), wish("c"))
    assert jobs(engines) == [("deliver:T1", "todo"), ("deliver:T2", "todo")]


async def test_what_adds_nothing_asks_for_nothing(
    transactions: SqlTransactions, engines: Engines
) -> None:
    await transactions.write(add, wish("a"))
    with engines.writer.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    await transactions.write(add, wish("a"))
    await transactions.write(lambda uow: uow.numbers.next("T1", "n"))
    assert jobs(engines) == []


async def test_a_drain_that_waits_already_is_not_asked_for_again(
    transactions: SqlTransactions, engines: Engines
) -> None:
    await transactions.write(add, wish("a"))
    await transactions.write(add, wish("b"))
    assert jobs(engines) == [("deliver:T1", "todo")]
    assert (await transactions.read(lambda uow: uow.deliveries.get("b"))) is not None


async def test_two_that_ask_at_once_both_commit(
    transactions: SqlTransactions, engines: Engines
) -> None:
    """Each sees no task; the later one is refused, which must not cost it its transaction."""
    asked, deferral = asyncio.Event(), Deferral()
    loop = asyncio.get_running_loop()

    def slow() -> None:
        with Session(engines.writer) as session, session.begin():
            deferral.enlist(session, ["T1"])
            loop.call_soon_threadsafe(asked.set)
            waiting = text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            deadline = time.monotonic() + 300
            while not other_session.scalar(waiting):
                assert time.monotonic() < deadline, "nobody waits for us"
                other_session.rollback()
                time.sleep(0.005)

    with Session(engines.reader) as other_session:
        first = asyncio.create_task(asyncio.to_thread(slow))
        await asked.wait()
        await transactions.write(add, wish("late"))
        await first
    assert jobs(engines) == [("deliver:T1", "todo")]
    assert await transactions.read(lambda uow: uow.deliveries.get("late"))


async def test_a_worker_drains_what_was_asked_for_and_leaves_nothing_behind(
    transactions: SqlTransactions, engines: Engines, node: Node
) -> None:
    await transactions.write(add, *(wish(f"m{n}", f"T{n % 3}") for n in range(9)))
    await until(lambda: sorted(node.drained) == ["T0", "T1", "T2"] and not jobs(engines))


async def test_a_workspace_is_drained_in_one_place_at_a_time(
    transactions: SqlTransactions, engines: Engines, node: Node, url: str
) -> None:
    node.go.clear()
    other = Node(engine=ProcrastinateEngine(url, engines, QUICK), go=node.go)
    other.drained, other.at_once = node.drained, node.at_once
    await other.engine.start(other.drain)
    await transactions.write(add, wish("a"))
    await until(lambda: node.drained == ["T1"])
    await transactions.write(add, wish("b"), wish("c", "T2"))
    await until(lambda: "T2" in node.drained)
    assert sorted(jobs(engines)) == [
        ("deliver:T1", "doing"), ("deliver:T1", "todo"), ("deliver:T2", "doing")
    ]  # fmt: skip
    node.go.set()
    await until(lambda: node.drained.count("T1") == 2 and not jobs(engines))
    assert max(node.most, other.most) == 1
    await other.engine.stop(5)


async def test_asking_again_leaves_alone_what_is_being_drained(
    transactions: SqlTransactions, engines: Engines, node: Node
) -> None:
    node.go.clear()
    await transactions.write(add, wish("a"))
    await until(lambda: node.drained == ["T1"])
    await node.engine.wake(["T1", "T2"])
    await until(lambda: node.drained == ["T1", "T2"])
    assert sorted(jobs(engines)) == [("deliver:T1", "doing"), ("deliver:T2", "doing")]


async def test_what_breaks_is_kept_and_the_worker_goes_on(
    transactions: SqlTransactions, engines: Engines, node: Node
) -> None:
    node.bug = LookupError("a bug")
    await transactions.write(add, wish("a"))
    await until(lambda: node.drained == ["T1"] and not jobs(engines))
    assert node.engine.broken() == [node.bug]
    assert node.engine.broken() == []
    node.bug = None
    await node.engine.wake(["T1"])
    await until(lambda: node.drained == ["T1", "T1"] and not jobs(engines))
    assert node.engine.broken() == []


async def _dead_worker(app: App, engines: Engines) -> int:
    """One that took a task and then gave no sign of life for an hour."""
    worker_id = await app.job_manager.register_worker()
    assert await app.job_manager.fetch_job(queues=[tasks.QUEUE], worker_id=worker_id)
    with engines.writer.begin() as connection:
        connection.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        )
    return worker_id


async def test_what_a_dead_worker_was_at_is_ended_even_if_more_waits_behind_it(
    transactions: SqlTransactions, engines: Engines, url: str
) -> None:
    """To begin it anew is forbidden then: two tasks of a workspace would wait."""
    app, _ = tasks.app(_connector(url), _nothing)
    async with app.open_async():
        await transactions.write(add, wish("a"))
        await _dead_worker(app, engines)
        await transactions.write(add, wish("b"))
        assert jobs(engines) == [("deliver:T1", "doing"), ("deliver:T1", "todo")]
        assert await working.adopt(app, QUICK.stalled) == 1
        assert await working.adopt(app, QUICK.stalled) == 0
    assert jobs(engines) == [("deliver:T1", "todo")]


async def test_a_living_worker_loses_nothing(
    transactions: SqlTransactions, engines: Engines, node: Node, url: str
) -> None:
    node.go.clear()
    await transactions.write(add, wish("a"))
    await until(lambda: node.drained == ["T1"])
    app, _ = tasks.app(_connector(url), _nothing)
    async with app.open_async():
        assert await working.adopt(app, QUICK.stalled) == 0
    assert jobs(engines) == [("deliver:T1", "doing")]


async def test_a_node_takes_over_by_itself(
    transactions: SqlTransactions, engines: Engines, url: str
) -> None:
    app, _ = tasks.app(_connector(url), _nothing)
    async with app.open_async():
        await transactions.write(add, wish("a"))
        await _dead_worker(app, engines)
    found = Node(engine=ProcrastinateEngine(url, engines, QUICK))
    found.go.set()
    await found.engine.start(found.drain)
    await until(lambda: not jobs(engines))
    await found.engine.wake(["T1"])
    await until(lambda: found.drained == ["T1"])
    await found.engine.stop(5)


async def test_a_worker_cut_off_from_the_database_works_on_when_it_is_back(
    transactions: SqlTransactions, engines: Engines, node: Node
) -> None:
    await until(lambda: bool(_workers(engines)))
    node.go.clear()
    await transactions.write(add, wish("a"))
    await until(lambda: node.drained == ["T1"])
    _cut_everybody_off(engines)
    node.go.set()
    await until(lambda: not jobs(engines))
    _cut_everybody_off(engines)
    await transactions.write(add, wish("b", "T2"))
    await until(lambda: "T2" in node.drained and not jobs(engines))


async def test_stopping_waits_for_what_is_under_way_then_cuts_it_off(
    transactions: SqlTransactions, engines: Engines, url: str
) -> None:
    node = Node(engine=ProcrastinateEngine(url, engines, QUICK))
    await node.engine.start(node.drain)
    await transactions.write(add, wish("a"))
    await until(lambda: node.drained == ["T1"])
    await node.engine.stop(0.05)
    assert node.at_once == {"T1": 0}
    assert (jobs(engines), _workers(engines)) == ([], 0)


async def test_a_node_that_only_asks_never_drains(
    transactions: SqlTransactions, engines: Engines, url: str
) -> None:
    node = Node(engine=ProcrastinateEngine(url, engines, Workload(concurrency=0)))
    await node.engine.start(node.drain)
    await node.engine.wake(["T1"])
    assert jobs(engines) == [("deliver:T1", "todo")]
    assert _workers(engines) == 0
    await node.engine.stop(1)


def test_the_tables_are_those_of_the_release_that_the_migrations_were_written_for() -> None:
    """A newer one needs a revision of ours that runs its changes."""
    assert schema.newest_migration() == "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def _workers(engines: Engines) -> int:
    with engines.reader.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM procrastinate_workers")) or 0


def _cut_everybody_off(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def _connector(url: str) -> PsycopgConnector:
    conninfo = make_url(url).set(drivername="postgresql")
    return PsycopgConnector(
        conninfo=conninfo.render_as_string(hide_password=False), min_size=1, max_size=2
    )


async def _nothing(workspace: str) -> Sequence[str]:
    return [workspace]
