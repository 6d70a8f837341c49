"""Signed requests against a server process, and what they cost it."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import psutil
from slack_sdk.signature import SignatureVerifier

from demo.mlflow_server import free_port
from tests.standins.slack import SIGNING_SECRET

SECRET = SIGNING_SECRET
WORKSPACE = "T0TEAM"
PARALLEL = 8
_READY_SECONDS = 600
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """CPU time of the server for each request, and requests a second."""

    cpu_us: float
    per_second: float


@dataclass(frozen=True, kw_only=True)
class Server:
    """A started server: its process, and where Slack's requests go."""

    process: asyncio.subprocess.Process
    url: str

    async def stop(self) -> None:
        """End it."""
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()


async def start(words: Sequence[str], **environment: str) -> Server:
    """Start `words` with a free port as the last one; its events are at `/slack/events`."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(*words, str(port), env=environment or None)
    return Server(process=process, url=f"http://127.0.0.1:{port}/slack/events")


def session() -> aiohttp.ClientSession:
    """A client that uses no connection which the server may be about to close as idle."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=1))


def command(text: str, user_id: str = "U2", name: str = "/standup") -> str:
    """The body of a slash command; no two are equal, for a repeated one is refused as a replay."""
    return urlencode(
        {
            "command": name,
            "text": text,
            "user_id": user_id,
            "team_id": WORKSPACE,
            "channel_id": "C1",
            "channel_name": "general",
            "trigger_id": f"{next(_numbers)}.2.3",
            "response_url": "https://hooks.slack.com/x",
        }
    )


def submission(user_id: str, view: dict[str, Any]) -> str:
    """The body of a submitted form."""
    payload = {
        "type": "view_submission",
        "team": {"id": WORKSPACE, "domain": "bench"},
        "user": {"id": user_id, "team_id": WORKSPACE, "username": user_id.lower()},
        "view": view,
    }
    return urlencode({"payload": json.dumps(payload)})


async def answered(client: aiohttp.ClientSession, server: Server) -> str:
    """The answer to `/standup help`, tried until the server is up; raises where it refuses."""
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            try:
                return await _post(client, server.url, _signed(command("help")))
            except aiohttp.ClientConnectionError:
                assert server.process.returncode is None, "the server ended"
                await asyncio.sleep(0.05)


async def cost(
    client: aiohttp.ClientSession,
    server: Server,
    bodies: Sequence[str],
    parallel: int = PARALLEL,
) -> Cost:
    """What each of these bodies costs, sent once each over a few connections."""
    waiting = iter([_signed(body) for body in bodies])
    watched = psutil.Process(server.process.pid)
    before, begun = _spent(watched), time.perf_counter()
    await asyncio.gather(*(_send_all(client, server.url, waiting) for _ in range(parallel)))
    took = time.perf_counter() - begun
    cpu = (_spent(watched) - before) / len(bodies) * 1e6
    return Cost(cpu_us=cpu, per_second=len(bodies) / took)


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _send_all(
    client: aiohttp.ClientSession, url: str, waiting: Iterator[tuple[str, dict[str, str]]]
) -> None:
    for signed in waiting:
        await _post(client, url, signed)


def _signed(body: str) -> tuple[str, dict[str, str]]:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    assert signature is not None
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }


async def _post(client: aiohttp.ClientSession, url: str, signed: tuple[str, dict[str, str]]) -> str:
    body, headers = signed
    async with client.post(url, data=body, headers=headers) as answer:
        text = await answer.text()
        assert answer.status == 200, text
        return text
