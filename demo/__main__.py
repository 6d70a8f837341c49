"""`make demo`: a whole team on one machine, no token needed.

Starts a real MLflow server with really trained models, a Jira that moves, a throwaway Slack with
a web page, and Meridian itself; Ctrl-C stops everything and leaves nothing behind.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from demo import mlflow_server
from demo.proxy.driver import Driver, driving
from demo.proxy.localslack import local_slack
from demo.proxy.running import proxy
from demo.proxy.workspace import CHANNELS, MERIDIAN, Shortcut, write_config
from demo.seed import LAST_POST, LENA, seed
from handlers import manifest

PAGE_PORT = 8080
READY_DEADLINE = 120.0
REGRESSION_AFTER = 60.0
POLL_SECONDS = 4
"""Not 5: then MLflow's server closes its idle connection just as the next poll uses it."""
STOP_DEADLINE = 15.0

WELCOME = """
Open {page} in a browser and act as one of five people (menu above the messages).
Try in #churn-model:   /standup   /decide Use LightGBM for churn   /experiment show churn
                       /alert list   /digest preview   /meridian help
In a minute Lena is asked for a report, then the digest comes, then the champion gets worse.
MLflow: {mlflow}   Jira: {jira}   Logs: {folder}
Ctrl-C stops everything.
"""


async def main(options: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C, or with --check until a command was answered."""
    _on_interrupt(_this_task().cancel)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="meridian-demo-")))
        world = await _start(stack, folder, options.port)
        async with driving(world["page"]) as driver:
            await _until_answered(driver)
            if options.check:
                print("demo ready")
                return 0
            await _until_told(driver)
        print(WELCOME.format(folder=folder, **world), flush=True)
        await _until_interrupted(
            asyncio.create_task(_regress(world["mlflow"], folder, options.regress_after))
        )
    return 0


async def _start(stack: AsyncExitStack, folder: Path, port: int) -> dict[str, str]:
    """Start everything in the order in which it is needed; the addresses by name."""
    config = folder / "workspace.yaml"
    write_config(config, shortcuts=_shortcuts())
    slack_port, jira_port = mlflow_server.free_port(), mlflow_server.free_port()
    print("Starting Slack, Jira and MLflow …", flush=True)
    slack = await stack.enter_async_context(
        local_slack(config=config, port=slack_port, log=folder / "slack.log")
    )
    page = await stack.enter_async_context(proxy(config=config, local_slack=slack, port=port))
    jira = f"http://127.0.0.1:{jira_port}"
    standin = ("-m", "tests.standins.jira", "--port", str(jira_port))
    await stack.enter_async_context(child(folder / "jira.log", sys.executable, *standin))
    mlflow = await _mlflow(stack, folder)
    database = f"sqlite:///{folder}/meridian.db"
    environment = _environment(page, jira, mlflow, database)
    print("Living five weeks …", flush=True)
    await _finished(folder / "migrate.log", sys.executable, "-m", "bot", "migrate", env=environment)
    await seed(database, mlflow, datetime.now(UTC))
    await stack.enter_async_context(
        child(folder / "meridian.log", sys.executable, "-m", "bot", "run", env=environment)
    )
    return {"page": page, "jira": jira, "mlflow": mlflow}


def _shortcuts() -> tuple[Shortcut, ...]:
    """What messages offer in their menu, as Slack reads it from the manifest."""
    return tuple(
        Shortcut(name=each["name"], callback_id=each["callback_id"], type=each["type"])
        for each in manifest.build()["features"]["shortcuts"]
    )


async def _mlflow(stack: AsyncExitStack, folder: Path) -> str:
    """A server with trained models; it is stopped also where Ctrl-C comes while it starts."""
    server = mlflow_server.running_server(folder=folder / "mlflow")
    starting = asyncio.create_task(asyncio.to_thread(server.__enter__))

    async def stop() -> None:
        await asyncio.wait([starting])
        server.__exit__(None, None, None)

    stack.push_async_callback(stop)
    url = await asyncio.shield(starting)
    print("Training three small models …", flush=True)
    await _train(url, folder)
    return url


async def _train(url: str, folder: Path, *more: str) -> None:
    script = Path(__file__).with_name("train.py")
    words = (str(mlflow_server.PYTHON), str(script), "--tracking-uri", url, *more)
    await _finished(folder / "train.log", *words)


async def _regress(url: str, folder: Path, seconds: float) -> None:
    """The champion is evaluated on the new data, and does worse."""
    await asyncio.sleep(seconds)
    await _train(url, folder, "--regress")


def _environment(page: str, jira: str, mlflow: str, database: str) -> dict[str, str]:
    """What an operator would write into `.env`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK", "JIRA", "MLFLOW"))}
    return {
        **kept,
        "SLACK_BOT_TOKEN": MERIDIAN.bot_token,
        "SLACK_APP_TOKEN": MERIDIAN.app_token,
        "SLACK_API_URL": f"{page}/api/",
        "DATABASE_URL": database,
        "JIRA_URL": jira,
        "JIRA_EMAIL": "bot@example.com",
        "JIRA_API_TOKEN": "cloud-api-token",
        "MLFLOW_TRACKING_URI": mlflow,
        "MERIDIAN_HOST": "127.0.0.1",
        "MERIDIAN_PORT": str(mlflow_server.free_port()),
        "MERIDIAN_POLL_SECONDS": str(POLL_SECONDS),
    }


@asynccontextmanager
async def child(log: Path, *words: str, env: dict[str, str] | None = None) -> AsyncIterator[None]:
    """Run a program while the block runs; its output goes to `log`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=output, stderr=output, env=env, start_new_session=True
        )
    try:
        yield
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_DEADLINE)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _finished(log: Path, *words: str, env: dict[str, str] | None = None) -> None:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=output, stderr=output, env=env
        )
        try:
            code = await process.wait()
        finally:
            await _stop(process)
    if code != 0:
        raise SystemExit(f"{' '.join(words)} failed, see {log}")


async def _until_answered(driver: Driver) -> None:
    """Type a command until Meridian answers it."""
    channel = CHANNELS["general"]
    async with asyncio.timeout(READY_DEADLINE):
        while True:
            await driver.command(LENA, channel, "/meridian help")
            try:
                await driver.until(
                    lambda: driver.messages(channel, containing="/standup"), deadline=2
                )
            except (TimeoutError, aiohttp.ClientError):
                continue
            return


async def _until_told(driver: Driver) -> None:
    """Wait until the latest days stand in the channel; Slack takes one message a second."""
    channel = CHANNELS["churn-model"]
    await driver.until(
        lambda: driver.messages(channel, containing=LAST_POST), deadline=READY_DEADLINE
    )


async def _until_interrupted(task: asyncio.Task[None]) -> None:
    stopped = asyncio.Event()
    _on_interrupt(stopped.set)
    await stopped.wait()
    task.cancel()


def _on_interrupt(act: Callable[[], object]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, act)


def _this_task() -> "asyncio.Task[Any]":
    task = asyncio.current_task()
    assert task is not None
    return task


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m demo")
    parser.add_argument("--check", action="store_true", help="end once a command was answered")
    parser.add_argument(
        "--regress-after",
        type=float,
        default=REGRESSION_AFTER,
        metavar="SECONDS",
        help="when the champion gets worse",
    )
    parser.add_argument("--port", type=int, default=PAGE_PORT, help="the page's port")
    try:
        sys.exit(asyncio.run(main(parser.parse_args())))
    except asyncio.CancelledError:
        sys.exit(130)
