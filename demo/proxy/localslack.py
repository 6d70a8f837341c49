"""The local-slack process: start it, wait until it answers, stop it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

BINARY = Path(__file__).parents[1] / "node_modules/local-slack-linux-x64/bin/local-slack"
START_DEADLINE = 15.0
STOP_DEADLINE = 5.0


class LocalSlackError(Exception):
    """local-slack isn't installed or didn't start; the message says what to do."""


@asynccontextmanager
async def local_slack(*, config: Path, port: int, log: Path) -> AsyncIterator[str]:
    """Run local-slack while the block runs; yields its base URL once it answers.

    It listens on every interface (it has no host option); output goes to `log`.
    """
    if not BINARY.exists():
        raise LocalSlackError("local-slack is not installed: run npm ci --prefix demo")
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            BINARY,
            *("--config", str(config), "--port", str(port), "--base-host", "127.0.0.1"),
            stdout=output,
            stderr=output,
        )
        try:
            await _wait_until_ready(process, base := f"http://127.0.0.1:{port}", log)
            yield base
        finally:
            await _stop(process)


async def _wait_until_ready(process: asyncio.subprocess.Process, base: str, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + START_DEADLINE
    async with aiohttp.ClientSession() as session:
        while not await _answers(session, base):
            if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise LocalSlackError(f"local-slack did not start; see {log}")
            await asyncio.sleep(0.05)


async def _answers(session: aiohttp.ClientSession, base: str) -> bool:
    try:
        async with session.get(f"{base}/_control/state") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_DEADLINE)
    except TimeoutError:
        process.kill()
        await process.wait()
