"""A whole run with every library at DEBUG: no secret is in any line, and it would be seen."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import structlog

from bot import logs
from bot.errors import ExternalServiceError
from tests.acceptance.harness import CHURN, LENA
from tests.acceptance.test_http_mode import Served, serving
from tests.acceptance.test_webhooks import SECRET as WEBHOOK_SECRET
from tests.acceptance.test_webhooks import tell
from tests.standins.jira import API_TOKEN, EMAIL, JiraStandIn
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import SIGNING_SECRET

MLFLOW_TOKEN = "mlflow token/ä+1"
BEAT = "/ping/0c4f11ee-secret"
LIBRARIES = ("slack_bolt", "slack_sdk", "httpx", "httpcore", "urllib3", "asyncio")


class Raw(logging.Handler):
    """Every record as it would have been written, without our redaction."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {self.format(record)}")


@pytest.fixture(autouse=True)
def other_tests_keep_their_logging() -> Iterator[None]:
    """The loggers are the process's own; they are put back."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def at_debug(secrets: tuple[str, ...]) -> Raw:
    """Logs as `meridian run` sets them up, but with everything that any library says."""
    logs.configure("console", secrets)
    # Loggers of modules would keep this test's stream.
    structlog.configure(cache_logger_on_first_use=False)
    raw = Raw()
    root = logging.getLogger()
    root.addHandler(raw)
    root.setLevel(logging.DEBUG)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    return raw


@asynccontextmanager
async def listener() -> AsyncIterator[str]:
    """The address of a service that answers each beat with 200."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{BEAT}"
    finally:
        server.close()
        await server.wait_closed()


async def live(served: Served, jira: JiraStandIn) -> None:
    """What people, services and attackers do in a day, and what goes wrong."""
    lena, jobs = served.slack.person(LENA), served.app.jobs
    await lena.command("/standup", "new", channel=CHURN)
    assert await lena.submit(lena.modal, name="Churn daily") is None
    await served.slack.until(lambda: served.slack.messages(CHURN))
    await lena.command("/digest", "weekly", channel=CHURN)
    await lena.command("/experiment", "list", channel=CHURN)
    await lena.command("/decide", "export", channel=CHURN)
    await lena.command("/meridian", "connect jira", channel=CHURN)
    assert jobs.heartbeat is not None
    await jobs.heartbeat.beat()
    assert await tell(served, "d1") == 202
    async with httpx.AsyncClient() as http:
        forged = {"X-Slack-Signature": "v0=abc", "X-Slack-Request-Timestamp": "soon"}
        body = "token=forged-token&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2Fforged"
        url = f"{served.address}/slack/events"
        assert (await http.post(url, content=body, headers=forged)).status_code == 401
    assert jobs.experiment_tracker is not None
    assert jobs.issue_tracker is not None
    with pytest.raises(ExternalServiceError):
        await jobs.experiment_tracker.run("0" * 32)
    jira.token_expired = True
    with pytest.raises(ExternalServiceError):
        await jobs.issue_tracker.check()
    await served.app.listeners.drain()


async def test_no_secret_is_in_any_line_of_a_run_at_debug(
    tmp_path: Path, mlflow: MlflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with JiraStandIn(clock=lambda: datetime.now(UTC)) as jira, listener() as beats:
        settings = {
            "jira_url": jira.url,
            "jira_email": EMAIL,
            "jira_api_token": API_TOKEN,
            "mlflow_tracking_uri": mlflow.url,
            "mlflow_tracking_username": "meridian",
            "mlflow_tracking_password": MLFLOW_TOKEN,
            "mlflow_webhook_secret": WEBHOOK_SECRET,
            "heartbeat_url": beats,
        }
        known = (SIGNING_SECRET, API_TOKEN, MLFLOW_TOKEN, WEBHOOK_SECRET, beats)
        raw = at_debug(known)
        async with serving(tmp_path, **settings) as served:
            await live(served, jira)
            answers = [f"/respond/{each}" for each in served.slack.ws.response_urls]
            token = served.slack.bot_token
    shown = capsys.readouterr().err
    said = "\n".join(raw.lines)
    login = b64encode(f"meridian:{MLFLOW_TOKEN}".encode()).decode()
    jira_login = b64encode(f"{EMAIL}:{API_TOKEN}".encode()).decode()
    secrets = [
        *(token, SIGNING_SECRET, API_TOKEN, WEBHOOK_SECRET, beats, BEAT, login, jira_login),
        *(MLFLOW_TOKEN, quote(MLFLOW_TOKEN), "forged-token", *answers),
    ]
    assert answers
    leaked = [line for line in shown.splitlines() if any(each in line for each in secrets)]
    assert leaked == []
    assert "[secret]" in shown
    # Without the redaction they would have been there.
    assert any(each in said for each in answers)
    assert BEAT in said
    for name in ("slack_bolt", "slack_sdk", "httpx", "httpcore", "urllib3"):
        assert any(line.startswith(name) for line in raw.lines), name
