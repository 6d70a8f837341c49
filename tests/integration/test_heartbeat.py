"""The heartbeat against real servers: one that answers, one that refuses, one that hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.clients.heartbeat import HttpHeartbeat
from bot.errors import ExternalServiceError
from bot.workflows.deliver import Deliverer
from bot.workflows.tenants import OneTenant
from jobs import heartbeat
from jobs.deps import JobDeps, Vitals
from jobs.scheduler import HEARTBEAT_SECONDS, Scheduler

NOW = datetime(2026, 10, 19, 7, 0, tzinfo=UTC)
PATIENCE = 30.0


@dataclass
class Watcher:
    """A monitoring service; `status` is what it answers."""

    url: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)


@asynccontextmanager
async def watcher() -> AsyncIterator[Watcher]:
    found = Watcher()

    async def hear(request: web.Request) -> web.Response:
        found.heard.append(f"{request.method} {request.path}")
        moved = {"Location": "/elsewhere"} if found.status == 302 else None
        return web.Response(status=found.status, headers=moved)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping/secret-id"
    try:
        yield found
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hanging_server(first_words: bytes) -> AsyncIterator[str]:
    """Takes the connection, says these words at most, and never ends."""

    hung_up = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first_words)
        with suppress(ConnectionError):
            await reader.read(-1)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        hung_up.set()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ping"
        await asyncio.wait_for(hung_up.wait(), 3)


@asynccontextmanager
async def beating(url: str, seconds: float = 5.0) -> AsyncIterator[HttpHeartbeat]:
    client = HttpHeartbeat(url, seconds)
    try:
        yield client
    finally:
        await client.aclose()


def deps_with(client: HttpHeartbeat | None, **ended: datetime) -> JobDeps:
    """What the heartbeat's job needs; the rest isn't touched by it."""
    absent = cast(Any, None)
    return JobDeps(
        tenants=OneTenant(workspace="T1"),
        transactions=absent,
        chat=absent,
        deliverer=Deliverer(transactions=absent, clock=lambda: NOW, acts={}),
        holidays=absent,
        heartbeat=client,
        vitals=Vitals(ended_at=ended),
    )


async def test_one_get_is_one_beat() -> None:
    async with watcher() as found, beating(found.url) as client:
        await client.beat()
        await client.beat()
        assert found.heard == ["GET /ping/secret-id"] * 2


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_only_a_2xx_is_heard_and_redirects_are_not_followed(status: int) -> None:
    async with watcher() as found, beating(found.url) as client:
        found.status = status
        with pytest.raises(ExternalServiceError, match=f"MERIDIAN_HEARTBEAT_URL.*{status}") as e:
            await client.beat()
        assert "secret-id" not in str(e.value)
        assert found.heard == ["GET /ping/secret-id"]


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 2"])
async def test_a_server_that_hangs_holds_us_no_longer_than_the_timeout(words: bytes) -> None:
    async with hanging_server(words) as url, beating(url, seconds=0.1) as client:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ExternalServiceError, match=r"within 0\.1 s"):
                await client.beat()


async def test_an_endless_body_is_not_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx"
    async with hanging_server(endless) as url, beating(url) as client:
        async with asyncio.timeout(PATIENCE):
            await client.beat()


async def test_nobody_listening_is_an_error_that_hides_the_address() -> None:
    async with watcher() as found:
        url = found.url
    async with beating(url) as client:
        with pytest.raises(ExternalServiceError) as caught:
            await client.beat()
    assert "127.0.0.1" not in str(caught.value)


async def test_it_beats_while_the_vital_jobs_work() -> None:
    async with watcher() as found, beating(found.url) as client:
        deps = deps_with(client, tick=NOW - timedelta(minutes=4), deliver=NOW)
        with capture_logs() as logged:
            await heartbeat.step(deps, NOW)
        assert (len(found.heard), logged) == (1, [])


@pytest.mark.parametrize(
    "ended", [{}, {"tick": NOW}, {"deliver": NOW}, {"tick": NOW - timedelta(minutes=6)}]
)
async def test_it_is_silent_while_a_vital_job_does_not_end(ended: dict[str, datetime]) -> None:
    async with watcher() as found, beating(found.url) as client:
        with capture_logs() as logged:
            await heartbeat.step(deps_with(client, **ended), NOW)
        assert found.heard == []
        assert [entry["event"] for entry in logged] == ["heartbeat_missed"]


async def test_it_is_silent_while_we_are_not_ready() -> None:
    async with watcher() as found, beating(found.url) as client:
        ready = deps_with(client, tick=NOW, deliver=NOW)
        await heartbeat.step(replace(ready, problem=lambda: "no connection to Slack"), NOW)
        assert (found.heard, ready.vitals.trouble) == ([], "no connection to Slack")


async def test_a_failure_is_logged_once_and_so_is_its_end() -> None:
    async with watcher() as found, beating(found.url) as client:
        deps = deps_with(client, tick=NOW, deliver=NOW)
        with capture_logs() as logged:
            for status in (500, 500, 500, 200, 200, 404):
                found.status = status
                await heartbeat.step(deps, NOW)
        events = [entry["event"] for entry in logged]
        assert events == ["heartbeat_missed", "heartbeat_again", "heartbeat_missed"]
        assert len(found.heard) == 6


async def test_it_is_scheduled_only_where_an_address_is_set() -> None:
    def jobs_of(deps: JobDeps) -> dict[str, datetime]:
        scheduler = Scheduler(deps, lambda: NOW, poll_seconds=120)
        return {job.id: job.next_run_time for job in scheduler._scheduler.get_jobs()}

    assert "heartbeat" not in jobs_of(deps_with(None))
    async with beating("http://127.0.0.1:1/") as client:
        found = jobs_of(deps_with(client))
    assert found["heartbeat"] == NOW + timedelta(seconds=HEARTBEAT_SECONDS)


async def test_the_scheduler_notes_which_jobs_ended_well(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = {"tick": asyncio.Event(), "poll_jira": asyncio.Event()}

    async def well(_deps: JobDeps, _now: datetime) -> None:
        ran["tick"].set()

    async def badly(_deps: JobDeps, _now: datetime) -> None:
        ran["poll_jira"].set()
        raise RuntimeError("broken")

    steps = {"tick": (well, 5), "poll_jira": (badly, 5)}
    monkeypatch.setattr("jobs.scheduler.intervals", lambda _seconds: steps)
    deps, begun = deps_with(None), datetime.now(UTC)
    scheduler = Scheduler(deps, lambda: datetime.now(UTC), poll_seconds=120)
    with capture_logs() as logged:
        scheduler.start()
        await asyncio.wait_for(asyncio.gather(*(event.wait() for event in ran.values())), 3)
        await scheduler.stop()
    assert list(deps.vitals.ended_at) == ["tick"]
    assert deps.vitals.ended_at["tick"] >= begun
    assert {entry["event"] for entry in logged} == {"job_failed"}


async def test_stopping_waits_for_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    ends: list[str] = []

    async def work(_deps: JobDeps, _now: datetime) -> None:
        begun.set()
        await may_end.wait()
        ends.append("finished")

    monkeypatch.setattr("jobs.scheduler.intervals", lambda _s: {"deliver": (work, 1)})
    scheduler = Scheduler(deps_with(None), lambda: datetime.now(UTC), poll_seconds=120)
    scheduler.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    stopping = asyncio.create_task(scheduler.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_end.set()
    await asyncio.wait_for(stopping, PATIENCE)
    assert ends == ["finished"]


async def test_what_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, cut_off = asyncio.Event(), asyncio.Event()

    async def hang(_deps: JobDeps, _now: datetime) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    monkeypatch.setattr("jobs.scheduler.intervals", lambda _s: {"deliver": (hang, 1)})
    monkeypatch.setattr("jobs.scheduler.DRAIN_SECONDS", 0.05)
    scheduler = Scheduler(deps_with(None), lambda: datetime.now(UTC), poll_seconds=120)
    scheduler.start()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    with capture_logs() as logged:
        await asyncio.wait_for(scheduler.stop(), 3)
    assert cut_off.is_set()
    assert [entry["event"] for entry in logged] == ["job_cut_off"]
