"""HTTP mode: signed requests, an acknowledgement that follows the commit, health and metrics."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

import storage.transactions as bridge
from bot.app import Application
from bot.clients.slack.connect import identify, web_client
from bot.domain.standup import Standup
from demo.mlflow_server import free_port
from tests.acceptance.harness import CHURN, LENA, new_database, new_slack, settings_for, settle_in
from tests.standins.slack import SIGNING_SECRET, FakeSlack, Json, SlackViolation, text_of

DEADLINE = 300.0


@dataclass(frozen=True, kw_only=True)
class Served:
    """`meridian run` in HTTP mode, inside this process."""

    slack: FakeSlack
    app: Application
    address: str

    async def stored(self) -> list[Standup]:
        return await self.app.transactions.read(lambda uow: list(uow.standups.all("T0TEAM")))

    async def zone(self, user_id: str) -> str:
        person = await self.app.transactions.read(lambda uow: uow.people.get("T0TEAM", user_id))
        return person.zone if person else ""

    async def quiet(self) -> None:
        """Stop the jobs, whose own transactions would be mistaken for the request's."""
        await self.app.scheduler.stop()


@asynccontextmanager
async def serving(tmp_path: Path, **more: Any) -> AsyncIterator[Served]:
    async with new_slack(lambda: datetime.now(UTC)) as slack:
        settle_in(slack)
        # By the real clock: what is tested is what comes, on a busy machine also late.
        slack.be_patient(DEADLINE)
        port = free_port()
        settings = settings_for(
            slack,
            database_url=f"sqlite:///{new_database(tmp_path)}",
            slack_signing_secret=SIGNING_SECRET,
            host="127.0.0.1",
            port=port,
            **more,
        )
        client = web_client(slack.bot_token, slack.api_url)
        app = Application(settings, client, await identify(client))
        running = asyncio.create_task(app.run())
        address = f"http://127.0.0.1:{port}"
        try:
            await _answers(running, f"{address}/readyz")
            slack.drive_http(f"{address}/slack/events")
            yield Served(slack=slack, app=app, address=address)
        finally:
            app.stop()
            assert await running == 0


async def _answers(running: asyncio.Task[int], url: str) -> None:
    async with asyncio.timeout(DEADLINE), httpx.AsyncClient() as http:
        while True:
            assert not running.done(), running.result()
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def held_commit(
    served: Served, monkeypatch: pytest.MonkeyPatch, send: Callable[[], Coroutine[Any, Any, Any]]
) -> AsyncIterator[None]:
    """Send something whose transaction waits until the block is left; it must not be answered
    before."""
    reached, release = asyncio.Event(), threading.Event()
    loop, commit = asyncio.get_running_loop(), bridge._commit

    def held(*args: Any) -> Any:
        loop.call_soon_threadsafe(reached.set)
        assert release.wait(DEADLINE)
        return commit(*args)

    await served.quiet()
    monkeypatch.setattr(bridge, "_commit", held)
    sent = asyncio.create_task(send())
    try:
        await asyncio.wait_for(reached.wait(), DEADLINE)
        # The server is free to answer, and does so to others.
        async with httpx.AsyncClient() as http:
            for _ in range(20):
                assert (await http.get(f"{served.address}/healthz")).status_code == 200
        assert not sent.done(), sent.result()
        yield
    finally:
        monkeypatch.setattr(bridge, "_commit", commit)
        release.set()
    await sent


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as found:
        yield found
        assert found.slack.violations == []


async def opened(served: Served) -> Json:
    lena = served.slack.person(LENA)
    await lena.command("/standup", "new", channel=CHURN)
    return lena.modal


async def test_a_signed_command_and_form_work_and_are_delivered(served: Served) -> None:
    lena = served.slack.person(LENA)
    assert await lena.submit(await opened(served), name="Churn daily") is None
    [told] = await served.slack.until(lambda: served.slack.messages(CHURN))
    assert "Churn daily asks everyone in the channel (5)" in text_of(told)
    assert await lena.resend()
    assert len(await served.stored()) == 1


async def test_a_wrong_signature_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        served.slack.drive_http(f"{served.address}/slack/events", "another secret")
        with pytest.raises(SlackViolation, match="HTTP 401"):
            await opened(served)
        assert served.slack.person(LENA).modals == []
        assert served.slack.called("conversations.info") == []
        async with httpx.AsyncClient() as http:
            unsigned = await http.post(f"{served.address}/slack/events", content=b"{}")
        assert unsigned.status_code == 401


async def test_a_replayed_request_is_refused_over_http(served: Served) -> None:
    fields = {"command": "/standup", "text": "help", "user_id": LENA, "team_id": "T0TEAM"}
    body = urlencode({**fields, "channel_id": CHURN, "trigger_id": "1.2.abc"})
    signed = SignatureVerifier(SIGNING_SECRET).generate_signature
    async with httpx.AsyncClient() as http:

        async def send(stamp: str, signature: str | None) -> int:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature or "",
            }
            url = f"{served.address}/slack/events"
            return (await http.post(url, content=body, headers=headers)).status_code

        stamp = str(int(time.time()))
        signature = signed(timestamp=stamp, body=body)
        assert [await send(stamp, signature) for _ in range(3)] == [200, 401, 401]
        assert await send("soon", signature) == 401
        exposed = (await http.get(f"{served.address}/metrics")).text
    assert 'meridian_requests_total{kind="http",outcome="replayed"} 2.0' in exposed
    assert 'meridian_requests_total{kind="http",outcome="forged"} 1.0' in exposed


async def test_a_form_is_acknowledged_after_its_commit(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    modal = await opened(served)
    lena = served.slack.person(LENA)
    async with held_commit(served, monkeypatch, lambda: lena.submit(modal, name="Churn daily")):
        assert await served.stored() == []
    assert len(await served.stored()) == 1


async def test_an_event_is_acknowledged_after_its_commit(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `process_before_response` Bolt acknowledges events before it runs the listener."""
    lena = served.slack.person(LENA)
    await opened(served)
    lena.user.tz = "Asia/Tokyo"
    event = {"type": "user_change", "user": lena.user.payload(datetime.now(UTC), with_email=False)}
    async with held_commit(served, monkeypatch, lambda: served.slack.deliver_event(event)):
        assert await served.zone(LENA) == "Europe/Berlin"
    assert await served.zone(LENA) == "Asia/Tokyo"


async def test_work_that_dies_before_its_commit_is_not_acknowledged_as_done(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    modal = await opened(served)
    commit = bridge._commit

    def dying(
        engine: Any, key: str | None, clock: Any, work: Callable[..., Any], *more: Any
    ) -> Any:
        def work_then_die(uow: Any) -> Any:
            work(uow)
            raise OSError("the disk is full")

        return commit(engine, key, clock, work if key is None else work_then_die, *more)

    monkeypatch.setattr(bridge, "_commit", dying)
    lena = served.slack.person(LENA)
    errors = await lena.submit(modal, name="Churn daily")
    assert errors is not None
    assert "nothing was changed" in errors["name"]
    assert await served.stored() == []
    monkeypatch.setattr(bridge, "_commit", commit)
    assert await lena.submit(lena.modal) is None
    assert len(await served.stored()) == 1


async def test_health_and_metrics_are_served_beside_slack(served: Served) -> None:
    await opened(served)
    async with httpx.AsyncClient(base_url=served.address) as http:
        assert (await http.get("/healthz")).text == "ok\n"
        assert (await http.get("/readyz")).text == "ready\n"
        exposed = (await http.get("/metrics")).text
    assert 'meridian_requests_total{kind="command",outcome="ok"}' in exposed
