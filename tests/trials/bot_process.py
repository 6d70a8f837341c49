"""The whole bot as its operator runs it: `python -m bot run` in HTTP mode, against a fake Slack."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from demo.mlflow_server import free_port
from tests.standins.slack import SIGNING_SECRET, FakeSlack

ROOT = Path(__file__).resolve().parents[2]
_OURS = ("SLACK_", "JIRA_", "MLFLOW_", "MERIDIAN_", "DATABASE_URL")
_READY_SECONDS = 30.0


class BotFailed(Exception):
    """The bot ended, or did not get ready; the text ends with its log."""


@dataclass(kw_only=True)
class Bot:
    """How to start a bot again and again: its settings, its folder, its one port."""

    slack: FakeSlack
    folder: Path
    database_url: str
    extra: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings; whatever the trial's own shell says of Slack, Jira or MLflow is dropped."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": self.database_url,
            "MERIDIAN_HOST": "127.0.0.1",
            "MERIDIAN_PORT": str(self.port),
            "MERIDIAN_LOG_FORMAT": "json",
            **self.extra,
        }

    async def migrate(self) -> None:
        """Create the database's tables."""
        await self.command("migrate")

    async def command(self, *words: str) -> str:
        """Run `meridian` with these words to its end; what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words,
            cwd=self.folder, env=self.environment, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            printed, complaints = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            raise BotFailed(f"meridian {words[0]}: {complaints.decode()[-2000:]}")
        return printed.decode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Running"]:
        """A started bot, ready or not; killed at the end if it still runs."""
        log = self.folder / "bot.log"
        with log.open("ab") as output:
            begun = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run",
                cwd=self.folder, env=self.environment, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        running = Running(process=process, address=self.address, log=log, begun=begun)
        try:
            yield running
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@dataclass(kw_only=True)
class Running:
    """One started bot."""

    process: asyncio.subprocess.Process
    address: str
    log: Path
    begun: float

    async def ready(self) -> float:
        """Wait until `/readyz` says so; seconds since the start. Raises BotFailed."""
        async with aiohttp.ClientSession() as session:
            while time.monotonic() - self.begun < _READY_SECONDS:
                self.check()
                if await _answers(session, f"{self.address}/readyz"):
                    return time.monotonic() - self.begun
                await asyncio.sleep(0.01)
        raise BotFailed(f"not ready within {_READY_SECONDS:g} s\n{self._tail()}")

    def check(self) -> None:
        """Raises BotFailed if it ended by itself."""
        if self.process.returncode is not None:
            raise BotFailed(f"ended with code {self.process.returncode}\n{self._tail()}")

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone; raises BotFailed if it was gone before."""
        self.check()
        self.process.kill()
        await self.process.wait()

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
