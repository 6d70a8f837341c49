"""What a command costs beside a bare Bolt app, in turns in one run."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlencode

import aiohttp
import psutil
from slack_sdk.signature import SignatureVerifier

from demo.mlflow_server import free_port
from tests.benchmarks.servers import SECRET

ROUNDS = 5
REQUESTS = 1500
PARALLEL = 8


def run() -> None:
    """Start both servers and print the table."""
    asyncio.run(_main())


async def _main() -> None:
    """Print CPU time a request for both servers and their ratio, round by round."""
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        servers = {kind: _start(kind, folder) for kind in ("bare", "meridian")}
        try:
            await _compare(servers)
        finally:
            for process, _ in servers.values():
                process.terminate()
                process.wait()


async def _compare(servers: dict[str, tuple[subprocess.Popen[bytes], str]]) -> None:
    async with aiohttp.ClientSession() as session:
        for _, url in servers.values():
            await _ready(session, url)
        print("round   bare µs CPU   meridian µs CPU   throughput ratio (1 = bare)")
        ratios = []
        for number in range(1, ROUNDS + 1):
            cost = {k: await _round(session, p.pid, u) for k, (p, u) in servers.items()}
            ratios.append(cost["bare"] / cost["meridian"])
            print(f"{number:>5}   {cost['bare']:>11.0f}   {cost['meridian']:>15.0f}", end="")
            print(f"   {ratios[-1]:.2f}")
        print(f"/standup help: median ratio {statistics.median(ratios):.2f}")


def _start(kind: str, folder: str) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    words = [sys.executable, "-m", "tests.benchmarks.servers", kind, str(port), folder]
    return subprocess.Popen(words), f"http://127.0.0.1:{port}/slack/events"


async def _ready(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await _post(session, url)
                return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


async def _round(session: aiohttp.ClientSession, pid: int, url: str) -> float:
    """CPU microseconds of the server process for each request."""
    server = psutil.Process(pid)
    before = sum(server.cpu_times()[:2])

    async def client() -> None:
        for _ in range(REQUESTS // PARALLEL):
            await _post(session, url)

    await asyncio.gather(*(client() for _ in range(PARALLEL)))
    spent = sum(server.cpu_times()[:2]) - before
    return float(spent / (REQUESTS // PARALLEL * PARALLEL) * 1e6)


async def _post(session: aiohttp.ClientSession, url: str) -> None:
    stamp = str(int(time.time()))
    body = urlencode(
        {
            "command": "/standup",
            "text": "help",
            "user_id": "U2",
            "team_id": "T1",
            "channel_id": "C1",
            "channel_name": "general",
            "trigger_id": "1.2.3",
            "response_url": "https://hooks.slack.com/x",
        }
    )
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": SignatureVerifier(SECRET).generate_signature(
            timestamp=stamp, body=body
        )
        or "",
    }
    async with session.post(url, data=body, headers=headers) as answer:
        text = await answer.text()
        assert answer.status == 200, text
        assert text, "no answer"
