"""The MLflow adapter against servers that refuse, babble, drip or say nothing."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clients.mlflow import MlflowTracker, rest, sdk
from bot.domain.experiments.records import Run
from bot.errors import ConfigError, MlflowError
from demo.mlflow_server import free_port

T0 = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PATIENCE = 30.0
SECRET = "hunter2-äöü"

Call = Callable[[MlflowTracker], Awaitable[object]]


async def every_page(tracker: MlflowTracker, experiment_id: str) -> list[Run]:
    return [run async for page in tracker.started_runs([experiment_id], T0) for run in page]


CALLS: dict[str, Call] = {
    "experiments": lambda tracker: tracker.experiments(),
    "ended_runs": lambda tracker: tracker.ended_runs(["1"], T0),
    "running_runs": lambda tracker: tracker.running_runs(["1"]),
    "started_runs": lambda tracker: every_page(tracker, "1"),
    "several": lambda tracker: tracker.several(["1"], ["0" * 32]),
    "registered_models": lambda tracker: tracker.registered_models(),
    "model_versions": lambda tracker: tracker.model_versions("churn"),
    "all_versions": lambda tracker: tracker.all_versions(),
    "alias": lambda tracker: tracker.alias("churn", "champion"),
    "set_alias": lambda tracker: tracker.set_alias("churn", "champion", 1),
    "tag_version": lambda tracker: tracker.tag_version("churn", 1, "key", "value"),
    "run": lambda tracker: tracker.run("0" * 32),
    "metric_history": lambda tracker: tracker.metric_history("0" * 32, "loss", 10),
    "check": lambda tracker: tracker.check(),
}
# One that goes through MlflowClient, one through httpx.
BOTH = ("alias", "metric_history")


@pytest.fixture(autouse=True, scope="module")
def _imported() -> None:
    """The first call imports MLflow's library, which alone outlasts these tests' deadlines."""
    sdk._new_client("http://127.0.0.1:1")


@dataclass
class Peer:
    """A server that reads one request per connection and then does as `answer` says."""

    answer: Callable[[asyncio.StreamWriter], Awaitable[None]]
    url: str = ""
    heads: list[str] = field(default_factory=list)
    tasks: set["asyncio.Task[None] | None"] = field(default_factory=set)
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def heard(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.heads) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.current_task())
        try:
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            async with self._more:
                self._more.notify_all()
            await self.answer(writer)
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def peer(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[Peer]:
    one = Peer(answer)
    port = free_port()
    one.url = f"http://127.0.0.1:{port}"
    server = await asyncio.start_server(one.serve, "127.0.0.1", port)
    try:
        yield one
    finally:
        server.close()
        for _ in range(3):  # one that came at the last moment begins, another ends
            await asyncio.sleep(0)
            for task in one.tasks - {None}:
                assert task is not None
                task.cancel()
            await asyncio.gather(*(task for task in one.tasks if task), return_exceptions=True)


@asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[MlflowTracker]:
    tracker = MlflowTracker(url, **options)
    try:
        yield tracker
    finally:
        await tracker.aclose()


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


def says(
    status: int, body: str | bytes, **headers: str
) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        await writer.drain()

    return answer


async def failure(tracker: MlflowTracker, call: str) -> MlflowError:
    with pytest.raises(MlflowError) as caught:
        await CALLS[call](tracker)
    return caught.value


@pytest.mark.parametrize("call", ["experiments", "check"])
async def test_a_read_whose_connection_was_dropped_is_sent_once_more(call: str) -> None:
    """Servers close idle connections, sometimes just when the next poll uses one."""
    answers = [says(200, '{"experiments": []}')]

    async def drop_first(writer: asyncio.StreamWriter) -> None:
        if len(one.heads) > 1:
            await answers[0](writer)

    async with peer(drop_first) as one, connected(one.url) as tracker:
        await CALLS[call](tracker)
    assert one.heads[0].split()[:2] == one.heads[1].split()[:2]


@pytest.mark.parametrize("call", ["experiments", "check"])
async def test_a_server_that_drops_every_connection_is_asked_twice(call: str) -> None:
    async def drop(_writer: asyncio.StreamWriter) -> None:
        return

    async with peer(drop) as one, connected(one.url) as tracker:
        assert (await failure(tracker, call)).retryable
    assert one.heads[0].split()[:2] == one.heads[1].split()[:2]


@pytest.mark.parametrize("call", CALLS)
async def test_a_silent_server_is_an_error_within_the_deadline(call: str) -> None:
    async with peer(silence) as one, connected(one.url, timeout=5, deadline=0.2) as tracker:
        async with asyncio.timeout(PATIENCE):
            error = await failure(tracker, call)
    assert (error.code, error.retryable) == ("DEADLINE", True)
    assert "did not answer within 0.2 s" in str(error)


@pytest.mark.parametrize("call", BOTH)
async def test_a_request_ends_with_its_own_timeout(call: str) -> None:
    async with peer(silence) as one, connected(one.url, timeout=1, deadline=9) as tracker:
        error = await failure(tracker, call)
    assert (error.code, error.retryable) == ("UNREACHABLE", True)
    assert "did not answer in time" in str(error)
    assert len(one.heads) == 1  # not retried


@pytest.mark.parametrize("call", BOTH)
async def test_a_dripping_server_is_an_error_within_the_deadline(call: str) -> None:
    async with peer(drip) as one, connected(one.url, timeout=5, deadline=0.3) as tracker:
        assert (await failure(tracker, call)).code == "DEADLINE"


async def test_the_loop_runs_on_while_the_server_is_silent() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    async with peer(silence) as one, connected(one.url, timeout=5, deadline=0.4) as tracker:
        beating = asyncio.create_task(beat())
        await asyncio.gather(*(failure(tracker, call) for call in BOTH))
        beating.cancel()
    assert beats > 3


async def test_abandoned_calls_do_not_pile_up() -> None:
    async with peer(silence) as one, connected(one.url, timeout=60, deadline=0.1) as tracker:
        errors = [str(await failure(tracker, "alias")) for _ in range(6)]
        assert "earlier calls" in errors[4]
        assert "earlier calls" in errors[5]
        async with asyncio.timeout(
            30
        ):  # on a busy machine a request outlasts its caller's patience
            await one.heard(4)
        assert len(one.heads) == 4


async def test_one_request_at_a_time() -> None:
    open_now, most = 0, 0

    async def count(writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.02)  # how long the server works
        open_now -= 1
        await says(200, "{}")(writer)

    async with peer(count) as one, connected(one.url) as tracker:
        await asyncio.gather(*(CALLS[call](tracker) for call in BOTH * 3))
        assert (len(one.heads), most) == (6, 1)


def test_a_hanging_call_does_not_keep_the_process_alive() -> None:
    program = """
import asyncio, socket, sys
from bot.clients.mlflow import MlflowTracker
from bot.errors import MlflowError
async def main():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        tracker = MlflowTracker(f"http://127.0.0.1:{port}", timeout=60, deadline=2)
        try:
            await tracker.experiments()
        except MlflowError as error:
            print(error.code)
asyncio.run(main())
"""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=clean, capture_output=True, text=True, timeout=15
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("DEADLINE\n", "", 0)


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_is_down_is_an_error_at_once(call: str) -> None:
    async with connected(f"http://127.0.0.1:{free_port()}") as tracker:
        async with asyncio.timeout(PATIENCE):
            error = await failure(tracker, call)
    assert (error.code, error.retryable) == ("UNREACHABLE", True)


HTML = "<html><body><h1>502 Bad Gateway</h1>\n<hr>nginx</body></html>"
GONE = json.dumps({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run\nnot found"})
BUSY = json.dumps({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "busy"})
INVALID_HOST = "Invalid Host header - possible DNS rebinding attack detected"


@pytest.mark.parametrize("call", BOTH)
@pytest.mark.parametrize(
    ("status", "body", "code", "retryable", "text"),
    [
        (404, GONE, "RESOURCE_DOES_NOT_EXIST", False, "Run not found"),
        (503, BUSY, None, True, ""),
        (502, HTML, "502", True, "(502)"),
        (500, "", "500", True, "(500)"),
        (429, "slow down", "429", True, "(429)"),
        (403, INVALID_HOST, "403", False, "--allowed-hosts"),
        (403, "<b>Permission denied</b>", "403", False, "Permission denied"),
        (401, "You are not authenticated.", "401", False, "MLFLOW_TRACKING_USERNAME"),
        (404, "<title>404 Not Found</title>", "404", False, "404 Not Found"),
        (200, "<html>log in</html>", "UNREADABLE", False, "log in"),
        (200, "[1]", "UNREADABLE", False, ""),
        (200, '{"registered_model": 7, "metrics": [7]}', "UNREADABLE", False, ""),
        (200, b"\xff\xfe\x00", "UNREADABLE", False, ""),
    ],
)
async def test_refusals_are_translated(
    call: str, status: int, body: str | bytes, code: str | None, retryable: bool, text: str
) -> None:
    async with peer(says(status, body)) as one, connected(one.url) as tracker:
        error = await failure(tracker, call)
    assert error.retryable is retryable, error
    assert code in (None, error.code), error
    assert text in str(error)
    assert "\n" not in str(error)
    assert "<" not in str(error)
    assert len(one.heads) == 1


async def test_the_wait_that_the_server_names() -> None:
    async with peer(says(429, "", Retry_After="17")) as one, connected(one.url) as tracker:
        assert (await failure(tracker, "metric_history")).retry_after == 17.0


@pytest.mark.parametrize("call", BOTH)
async def test_redirects_are_not_followed(call: str) -> None:
    async with peer(says(200, "{}")) as other:
        there = says(302, "", Location=f"{other.url}/login?secret=1")
        async with peer(there) as one, connected(one.url) as tracker:
            error = await failure(tracker, call)
        assert other.heads == []
    assert "redirects" in str(error)
    assert "secret" not in str(error)
    assert not error.retryable


@pytest.mark.parametrize("call", BOTH)
@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({}, None),
        (
            {"username": "bot", "password": SECRET},
            "Basic " + base64.b64encode(f"bot:{SECRET}".encode()).decode(),
        ),
        ({"token": "s3cret-token\n"}, "Bearer s3cret-token"),
    ],
)
async def test_credentials_come_from_the_arguments_alone_and_stay_out_of_texts(
    call: str, options: dict[str, str], header: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "somebody")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "else")
    echo = json.dumps({"error_code": "X", "message": f"no {SECRET} s3cret-token"})
    async with peer(says(400, echo)) as one, connected(one.url, **options) as tracker:
        text = str(await failure(tracker, call)) + repr(vars(tracker))
    lines = one.heads[0].splitlines()
    sent = [line.split(": ", 1)[1] for line in lines if line.lower().startswith("authorization")]
    assert sent == ([header] if header else [])
    for secret in (options.get("password"), options.get("token", "").strip()):
        assert not secret or secret not in text


async def test_credentials_in_the_address_are_used_but_not_shown() -> None:
    async with peer(says(500, "")) as one:
        url = one.url.replace("http://", "http://bot:p%40ss@")
        async with connected(url) as tracker:
            error = await failure(tracker, "experiments")
            assert tracker.base_url == one.url
    assert "Basic " + base64.b64encode(b"bot:p@ss").decode() in one.heads[0]
    assert "p%40ss" not in str(error) + str(error.__cause__)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("sqlite:///mlflow.db", {}),
        ("databricks", {}),
        ("", {}),
        ("http://mlflow", {"token": "two\nlines"}),
        ("http://mlflow", {"username": "bot", "password": "two\r\nlines"}),
    ],
)
def test_unusable_settings_are_named(url: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_") as caught:
        MlflowTracker(url, **options)
    assert "lines" not in str(caught.value)


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "MAX_BYTES", 1000)
    async with peer(says(200, "x" * 5000)) as one, connected(one.url) as tracker:
        error = await failure(tracker, "metric_history")
    assert "longer than 1,000 bytes" in str(error)


@pytest.mark.parametrize(("theirs", "used"), [("3", "3"), ("600", "10"), ("soon", "10")])
async def test_an_operators_smaller_timeout_is_kept(
    theirs: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdk._operators_timeout()  # keeps what this process was started with for later tests
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", theirs)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "7")
    uncached = sdk._operators_timeout.__wrapped__
    monkeypatch.setattr(sdk, "_operators_timeout", uncached)
    async with peer(says(200, "{}")) as one, connected(one.url) as tracker:
        assert await tracker.alias("churn", "champion") is None
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == used
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "0"
