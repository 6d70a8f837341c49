"""Trial 20: Jira and MLflow hang, drown us, lie and point elsewhere while people go on working."""

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any
from unittest.mock import patch

import httpx

from bot.clients import egress
from bot.clients.checked_httpx import checked
from bot.clients.jira import JiraTracker
from bot.clients.mlflow import MlflowTracker
from bot.errors import BotError
from jobs import evaluate, housekeeping, poll_jira, poll_mlflow
from tests.acceptance.alert_world import threshold_rule
from tests.acceptance.harness import CHURN, START, World, instant, meridian
from tests.standins.hostile import HostileLine, Stranger, hostile_line, stranger
from tests.standins.jira import JiraStandIn
from tests.standins.mlflow import MlflowServer
from tests.trials.tables import Table

FAULTS = ("hang", "big", "endless", "garbage", "away", "metadata", "skewed", "not a number")
COMMANDS = (
    ("/standup", "help"),
    ("/standup", "list"),
    ("/experiment", "list"),
    ("/decide", "list"),
    ("/alert", "list"),
)
SPELLINGS = (
    "169.254.169.254",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[::ffff:169.254.169.254]",
    "192.0.0.8",
    "224.0.0.1",
    "2130706433",
    "127.1",
    "0x7f000001",
)
# Short, so that a fault takes seconds; the bot's own are ten and twenty.
_TIMEOUT = 1.0
_OFF = timedelta(hours=3)


@dataclass(kw_only=True)
class _Scene:
    world: World
    jira: JiraStandIn
    mlflow: MlflowServer
    lines: Sequence[HostileLine]
    experiment: str
    elsewhere: Stranger

    def trained(self, value: float | str, off: timedelta = timedelta(0)) -> None:
        """A run that ends now, by a clock that is off."""
        at = self.world.clock() + off
        metrics: Any = {"val_auc": value}
        self.mlflow.run(self.experiment, name="run", started_at=at, ended_at=at, metrics=metrics)

    def alerts(self) -> list[str]:
        """The alerts in the channel, by their texts."""
        shown = (message["text"] for message in self.world.slack.messages(CHURN))
        return [text for text in shown if text[0] in "🔴🟡✅"]

    async def look(self) -> None:
        """A minute later: both polls, the evaluation, and what they tell."""
        self.world.clock.advance(minutes=1)
        jobs, now = self.world.app.jobs, self.world.clock()
        for step in (poll_jira.step, poll_mlflow.step, evaluate.step):
            with suppress(BotError):
                await step(jobs, now)
        await self.world.deliver()


async def run(
    mlflow: MlflowServer, rounds: int, faults: Sequence[str] = FAULTS, patience: float = _TIMEOUT
) -> Table:
    """Each fault on both lines while people type commands; the last row is the control.

    The bot waits so many seconds for Jira and MLflow; without faults that hang it may be long.
    """
    async with _scene(mlflow, patience) as scene:
        rows = [await _row(scene, fault, rounds) for fault in faults]
        rows.append(await _control(scene))
    wrong = sum(int(str(row["strangers asked"])) for row in rows[:-1])
    wrong += sum(int(str(row["false alerts"])) for row in rows[:-1])
    wrong += sum(not row["struck"] for row in rows)
    wrong += (rows[-1]["strangers asked"], rows[-1]["false alerts"]) != (1, 1)
    notes = [
        "The control follows one redirect as a careless client would, and ends one bad run.",
        "A metric that isn't a number is told as such, which is no false alert.",
    ]
    return Table(title="hostile Jira and MLflow", rows=rows, wrong=wrong, notes=notes)


async def addresses() -> Table:
    """Every spelling of an address that no server of a team has, and a name that leads astray."""
    rows: list[dict[str, object]] = [
        {"setting or name": host, "refused": _refused_at_start(host), "asked": 0}
        for host in SPELLINGS
    ]
    async with stranger() as server:
        port = server.url.rpartition(":")[2]
        with _leading_to("jira.example.com", "127.0.0.1"):
            refused = await _refused_at_connect(f"http://jira.example.com:{port}/")
            rows.append(
                {"setting or name": "jira.example.com", "refused": refused, "asked": server.asked}
            )
            async with httpx.AsyncClient() as careless:
                await careless.get(f"http://jira.example.com:{port}/")
        control = server.asked
    rows.append({"setting or name": "unchecked (control)", "refused": "no", "asked": control})
    wrong = sum(row["refused"] == "no" or row["asked"] != 0 for row in rows[:-1])
    return Table(title="where to connect to", rows=rows, wrong=wrong + (control != 1))


@asynccontextmanager
async def _scene(mlflow: MlflowServer, patience: float) -> AsyncIterator[_Scene]:
    mlflow.clear()
    first = MlflowTracker(mlflow.url)
    await first.experiments()
    await first.aclose()
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        async with (
            JiraStandIn(clock=lambda: instant(START)) as jira,
            stranger() as elsewhere,
            hostile_line(jira.url, elsewhere.url) as to_jira,
            hostile_line(mlflow.url, elsewhere.url) as to_mlflow,
            meridian(
                Path(folder),
                issue_tracker=JiraTracker(
                    to_jira.url, **jira.credentials, timeout=patience, deadline=1.5 * patience
                ),
                experiment_tracker=MlflowTracker(
                    to_mlflow.url, timeout=patience, deadline=1.5 * patience
                ),
                jira_url=to_jira.url,
                mlflow_tracking_uri=to_mlflow.url,
            ) as world,
        ):
            lines = (to_jira, to_mlflow)
            scene = _Scene(
                world=world,
                jira=jira,
                mlflow=mlflow,
                lines=lines,
                experiment=mlflow.experiment("churn"),
                elsewhere=elsewhere,
            )
            jira.add_project("CHURN", "Churn model")
            jira.clock = world.clock
            # What counts here is what comes, on a busy machine also late.
            world.slack.be_patient(300)
            await _settle(scene)
            yield scene
    mlflow.clear()


async def _settle(scene: _Scene) -> None:
    """A digest with CHURN, and a rule that fires for val_auc below 0.9."""
    lena = scene.world.lena
    await housekeeping.step(scene.world.app.jobs, scene.world.clock())
    await lena.command("/digest", "settings", channel=CHURN)
    assert await lena.submit(lena.modal, time="09:00", projects="CHURN") is None
    scene.jira.create("CHURN", "Tune rate")
    scene.trained(0.95)
    await scene.look()
    await threshold_rule(lena)
    await scene.look()


async def _row(scene: _Scene, fault: str, rounds: int) -> dict[str, object]:
    before, asked = len(scene.alerts()), scene.elsewhere.asked
    await _strike(scene, fault)
    polls = asyncio.create_task(scene.look())
    waits = [wait async for wait in _working(scene.world, rounds)]
    await polls
    await _heal(scene)
    new = [text for text in scene.alerts()[before:] if "not a number" not in text]
    cuts = quantiles(waits, n=100)
    return {
        "fault": fault,
        "struck": sum(line.struck for line in scene.lines) + (fault == "not a number"),
        "commands": len(waits),
        "ack p50": f"{1000 * cuts[49]:.0f} ms",
        "ack p99": f"{1000 * cuts[98]:.0f} ms",
        "strangers asked": scene.elsewhere.asked - asked,
        "false alerts": len(new),
    }


async def _strike(scene: _Scene, fault: str) -> None:
    for line in scene.lines:
        line.fault, line.struck = ("" if fault == "not a number" else fault), 0
    if fault == "skewed":
        scene.jira.clock = lambda: scene.world.clock() + _OFF
        scene.jira.move("CHURN-1", "In progress")
        scene.trained(0.95, _OFF)
        scene.trained(0.95, -_OFF)
    if fault == "not a number":
        scene.trained("NaN")


async def _heal(scene: _Scene) -> None:
    """What was missed is read, and nobody hears a false word of it."""
    for line in scene.lines:
        line.fault = ""
        line.freed.set()
        line.freed = asyncio.Event()
    scene.jira.clock = scene.world.clock
    scene.world.clock.advance(hours=4)
    scene.trained(0.95)
    await scene.look()


async def _working(world: World, rounds: int) -> AsyncIterator[float]:
    """How many seconds each command waited for its acknowledgement."""
    for _ in range(rounds):
        for command, text in COMMANDS:
            began = time.perf_counter()
            await world.yuki.command(command, text, channel=CHURN)
            yield time.perf_counter() - began
            # People leave the loop some air.
            await asyncio.sleep(0)


async def _control(scene: _Scene) -> dict[str, object]:
    asked, before = scene.elsewhere.asked, len(scene.alerts())
    line = scene.lines[1]
    line.fault, line.struck = "away", 0
    async with httpx.AsyncClient(follow_redirects=True) as careless:
        await careless.get(f"{line.url}/version")
    line.fault = ""
    scene.trained(0.5)
    await scene.look()
    return {
        "fault": "control",
        "struck": line.struck,
        "commands": 0,
        "ack p50": "",
        "ack p99": "",
        "strangers asked": scene.elsewhere.asked - asked,
        "false alerts": len(scene.alerts()) - before,
    }


def _refused_at_start(host: str) -> str:
    with suppress(BotError):
        MlflowTracker(f"http://{host}/")
        return "no"
    return "at the start"


async def _refused_at_connect(url: str) -> str:
    async with checked(httpx.AsyncClient()) as http:
        try:
            await http.get(url)
        except egress.Forbidden:
            return "at the connection"
    return "no"


@contextmanager
def _leading_to(name: str, address: str) -> Any:
    """A name that its owner's name server points somewhere else."""
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **more: Any) -> Any:
        asked = host.decode() if isinstance(host, bytes) else host
        return real(address if asked == name else host, *args, **more)

    with patch.object(socket, "getaddrinfo", look_up):
        yield
