"""The whole program as its operator runs it: `meridian run` starts, drains, stops and refuses."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import create_engine, text

from migrations import upgrade
from tests.acceptance.harness import CHURN, LENA, new_database, new_slack, settle_in
from tests.standins.slack import SIGNING_SECRET, FakeSlack
from tests.standins.slack.fake import utc_now

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
FEW_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """One started `meridian`; its logs go to a file."""

    process: asyncio.subprocess.Process
    port: int
    log: Path

    @property
    def logged(self) -> str:
        """What it has said so far."""
        return self.log.read_text()

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait for a condition; AssertionError with the logs at the deadline or its end."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.returncode is None, f"ended before {what}:\n{self.logged}"
            assert time.monotonic() < deadline, f"not {what}:\n{self.logged}"
            await asyncio.sleep(0.01)

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        await self.until(lambda: '"event": "ready"' in self.logged, "ready")

    async def ends(self) -> int:
        """Its exit code, within a few seconds."""
        return await asyncio.wait_for(self.process.wait(), FEW_SECONDS)


@asynccontextmanager
async def meridian(folder: Path, *words: str, **settings: str) -> AsyncIterator[Program]:
    """Run `meridian` in this folder with these settings only; it is gone at the end."""
    port = int(settings.get("MERIDIAN_PORT") or free_port())
    log = folder / "meridian.log"
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{folder}/meridian.db",
        "MERIDIAN_HOST": "127.0.0.1",
        "MERIDIAN_LOG_FORMAT": "json",
        **settings,
        "MERIDIAN_PORT": str(port),
    }
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *words), cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        yield Program(process=process, port=port, log=log)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


RUN = ("-m", "bot", "run")


def socket_mode(slack: FakeSlack) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }


def http_mode(slack: FakeSlack) -> dict[str, str]:
    return socket_mode(slack) | {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def port_is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def get(port: int, path: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return answer.status


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with new_slack(utc_now) as found:
        settle_in(found)
        yield found
        assert found.violations == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_with_0_and_the_port_is_closed(
    slack: FakeSlack, tmp_path: Path, number: signal.Signals
) -> None:
    new_database(tmp_path)
    async with meridian(tmp_path, *RUN, **socket_mode(slack)) as program:
        await program.ready()
        assert (await get(program.port, "/healthz"), await get(program.port, "/readyz")) == (
            200,
        ) * 2
        await slack.person(LENA).command("/meridian", "help", channel=CHURN)
        program.process.send_signal(number)
        assert await program.ends() == 0
        assert not port_is_open(program.port)
        assert "Traceback" not in program.logged
    assert slack.sockets.connections == []


async def test_a_post_under_way_is_finished_before_the_end(
    slack: FakeSlack, tmp_path: Path
) -> None:
    new_database(tmp_path)
    hold = asyncio.Event()
    slack.fault("chat.postMessage", hold=hold)
    async with meridian(tmp_path, *RUN, **socket_mode(slack)) as program:
        await program.ready()
        lena = slack.person(LENA)
        await lena.command("/decide", "Use LightGBM for churn", channel=CHURN)
        await lena.submit(lena.modal, outcome="It trains in a minute")
        await program.until(lambda: slack.called("chat.postMessage"), "posting")
        program.process.send_signal(signal.SIGTERM)
        await program.until(lambda: '"event": "stopping"' in program.logged, "stopping")
        hold.set()
        assert await program.ends() == 0
        assert "job_cut_off" not in program.logged
    engine = create_engine(f"sqlite:///{tmp_path}/meridian.db")
    with engine.connect() as connection:
        states = connection.scalars(text("SELECT state FROM delivery")).all()
    engine.dispose()
    assert states == ["sent"]


async def test_a_click_under_way_is_answered_before_the_end(
    slack: FakeSlack, tmp_path: Path
) -> None:
    new_database(tmp_path)
    hold = asyncio.Event()
    slack.fault("views.open", hold=hold)
    async with meridian(tmp_path, *RUN, **http_mode(slack)) as program:
        slack.drive_http(f"http://127.0.0.1:{program.port}/slack/events")
        await program.ready()
        title = "Use LightGBM for churn"
        command = asyncio.create_task(slack.person(LENA).command("/decide", title, channel=CHURN))
        await program.until(lambda: slack.called("views.open"), "opening the form")
        program.process.send_signal(signal.SIGTERM)
        await program.until(lambda: '"event": "stopping"' in program.logged, "stopping")
        hold.set()
        await asyncio.wait_for(command, FEW_SECONDS)
        assert await program.ends() == 0


async def test_a_signal_while_slack_is_away_ends_it_too(slack: FakeSlack, tmp_path: Path) -> None:
    new_database(tmp_path)
    slack.fault("auth.test", times=1000, status=503)
    async with meridian(tmp_path, *RUN, **socket_mode(slack)) as program:
        await program.until(lambda: "slack_unreachable" in program.logged, "waiting for Slack")
        program.process.send_signal(signal.SIGTERM)
        assert await program.ends() == 0
        assert "Traceback" not in program.logged


async def refused(program: Program) -> str:
    """The one line that it says before it ends with 2."""
    assert await asyncio.wait_for(program.process.wait(), PATIENCE) == 2, program.logged
    assert program.logged.count("\n") == 1, program.logged
    line = program.logged
    assert line.startswith("meridian: ")
    return line


async def test_a_taken_port_is_one_line(slack: FakeSlack, tmp_path: Path) -> None:
    new_database(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with meridian(tmp_path, *RUN, **socket_mode(slack), MERIDIAN_PORT=port) as program:
            line = await refused(program)
    assert f"MERIDIAN_PORT {port} can't be listened on" in line


@pytest.mark.parametrize(
    ("setting", "token"), [("SLACK_BOT_TOKEN", "xoxb-wrong"), ("SLACK_APP_TOKEN", "xapp-wrong")]
)
async def test_a_refused_token_is_one_line(
    slack: FakeSlack, tmp_path: Path, setting: str, token: str
) -> None:
    new_database(tmp_path)
    async with meridian(tmp_path, *RUN, **socket_mode(slack) | {setting: token}) as program:
        line = await refused(program)
    assert f"{setting} is refused by Slack (invalid_auth)" in line
    assert token not in line


async def test_an_old_sqlite_schema_is_migrated_without_alembic_in_the_process(
    slack: FakeSlack, tmp_path: Path
) -> None:
    launcher = tmp_path / "launcher.py"
    launcher.write_text(
        "import sys, pathlib\n"
        "from bot.__main__ import main\n"
        "try:\n    main(['run'])\n"
        "finally:\n    pathlib.Path('modules').write_text(' '.join(sys.modules))\n"
    )
    async with meridian(tmp_path, str(launcher), **socket_mode(slack)) as program:
        await program.ready()
        program.process.send_signal(signal.SIGTERM)
        assert await program.ends() == 0
    engine = create_engine(f"sqlite:///{tmp_path}/meridian.db")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    engine.dispose()
    modules = set((tmp_path / "modules").read_text().split())
    assert "bot.app" in modules
    assert modules.isdisjoint({"alembic", "migrations", "migrations.upgrade"})


async def test_an_old_postgresql_schema_is_refused_until_it_is_migrated(
    slack: FakeSlack, tmp_path: Path, postgres_database: str
) -> None:
    settings = socket_mode(slack) | {"DATABASE_URL": postgres_database}
    async with meridian(tmp_path, *RUN, **settings) as program:
        assert "meridian migrate" in await refused(program)
    upgrade.upgrade(postgres_database)
    async with meridian(tmp_path, *RUN, **settings) as program:
        await program.ready()
        program.process.send_signal(signal.SIGTERM)
        assert await program.ends() == 0


async def test_the_images_health_check_tells_a_living_bot_from_a_dead_one(
    slack: FakeSlack, tmp_path: Path
) -> None:
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.M)
    assert found
    _python, *words = json.loads(found[1])

    async def check(port: int) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *words),
            env={"MERIDIAN_PORT": str(port)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait()

    new_database(tmp_path)
    async with meridian(tmp_path, *RUN, **socket_mode(slack)) as program:
        await program.ready()
        assert await check(program.port) == 0
        program.process.kill()
        await program.process.wait()
        assert await check(program.port) != 0


async def test_no_secret_is_logged_even_if_every_library_logs_all_it_does(
    slack: FakeSlack, tmp_path: Path
) -> None:
    new_database(tmp_path)
    launcher = tmp_path / "launcher.py"
    launcher.write_text(
        "import logging\n"
        "from bot import logs\n"
        "from bot.__main__ import main\n"
        "configure = logs.configure\n"
        "def all_of_it(*words):\n"
        "    configure(*words)\n"
        "    logging.getLogger().setLevel(logging.DEBUG)\n"
        "logs.configure = all_of_it\n"
        "main(['run'])\n"
    )
    async with meridian(tmp_path, str(launcher), **socket_mode(slack)) as program:
        await program.ready()
        lena = slack.person(LENA)
        await lena.command("/decide", "Use LightGBM for churn", channel=CHURN)
        await lena.submit(lena.modal, outcome="It trains in a minute")
        await program.until(lambda: slack.messages(CHURN), "posted")
        await lena.command("/decide", "list", channel=CHURN)
        program.process.send_signal(signal.SIGTERM)
        assert await program.ends() == 0
        logged = program.logged
    assert logged.count('"level": "debug"') > 20
    assert "apps.connections.open" in logged
    assert "[secret]" in logged
    secrets = [slack.bot_token, slack.app_token, "xoxb-", "xapp-", "/respond/", "ticket=T"]
    assert [s for s in secrets if s in logged] == []
    assert not re.search(r"authorization\W+(bearer|basic)", logged, re.I)
