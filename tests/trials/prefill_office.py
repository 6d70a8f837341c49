"""Monday morning of one person: three moves, twelve runs of a sweep and a decision since Friday.

Several bots share one real MLflow, each on lines of its own, so that one can be slow while another
is cut off. They run in this process, with the time limits they have in production.
"""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from jobs import housekeeping, poll_jira, poll_mlflow
from tests.acceptance.harness import CHURN, World, instant, meridian
from tests.standins.jira import JiraStandIn
from tests.standins.line import Line, line_to
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Person

OPENED = "2026-11-23T00:30Z"
"""Monday 09:30 where the person lives, in Tokyo."""

_BEGUN = "2026-11-20T08:00Z"
_REPORTED = "2026-11-20T09:00Z"
_DECIDED = "2026-11-22T11:00Z"
_LAST_READ = "2026-11-22T23:50Z"  # 08:50
_NEWS = "2026-11-23T00:15Z"
_SUMMARIES = (
    "Drop leaky feature days_since_cancel",
    "Calibrate churn scores after the data v7 refresh",
    "Compare focal loss with class weights",
)
_CHAMPION, _BEST = 0.906, 0.912
_RUNS = 12


@dataclass(frozen=True, kw_only=True)
class Morning:
    """One bot with its Jira and its lines to that and to MLflow."""

    world: World
    jira: JiraStandIn
    lines: Sequence[Line]

    @property
    def yuki(self) -> Person:
        """The one who reports."""
        return self.world.yuki

    async def poll(self) -> None:
        """What both polls bring now."""
        jobs, now = self.world.app.jobs, self.world.clock()
        await poll_jira.step(jobs, now)
        await poll_mlflow.step(jobs, now)


@asynccontextmanager
async def mornings(mlflow: MlflowServer, number: int) -> AsyncIterator[list[Morning]]:
    """So many bots at half past nine that last read at 08:50: two moves were made by then, the
    third came after it, and so did the whole sweep."""
    async with AsyncExitStack() as stack:
        root = stack.enter_context(tempfile.TemporaryDirectory(prefix="meridian-trial-"))
        mlflow.clear()
        stack.callback(mlflow.clear)
        experiment = _champion(mlflow)
        found = []
        for index in range(number):
            folder = Path(root) / str(index)
            folder.mkdir()
            found.append(await stack.enter_async_context(_morning(folder, mlflow)))
        _sweep(mlflow, experiment)
        yield found


@asynccontextmanager
async def _morning(folder: Path, mlflow: MlflowServer) -> AsyncIterator[Morning]:
    async with (
        JiraStandIn(clock=lambda: instant(_BEGUN)) as jira,
        line_to(jira.url) as to_jira,
        line_to(mlflow.url) as to_mlflow,
        meridian(
            folder,
            start=_BEGUN,
            jira_url=to_jira.url,
            jira_email=jira.credentials["email"],
            jira_api_token=jira.credentials["api_token"],
            mlflow_tracking_uri=to_mlflow.url,
        ) as world,
    ):
        jira.clock = world.clock
        morning = Morning(world=world, jira=jira, lines=(to_jira, to_mlflow))
        await _weekend(morning)
        yield morning


async def _weekend(morning: Morning) -> None:
    world, jira = morning.world, morning.jira
    jira.add_project("CHURN", "Churn model")
    jira.add_user("yuki", "Yuki Tanaka", "Asia/Tokyo")
    keys = [jira.create("CHURN", summary) for summary in _SUMMARIES]
    await housekeeping.step(world.app.jobs, world.clock())
    await world.lena.command("/standup", "new", channel=CHURN)
    await world.lena.click(world.lena.modal, "standup.more")
    set_up = {"name": "Churn daily", "projects": "CHURN"}
    assert await world.lena.submit(world.lena.modal, **set_up) is None
    world.clock.move_to(_REPORTED)
    await world.yuki.command("/standup", channel=CHURN)
    # Without what is asked on the way: nothing was read yet.
    await world.app.listeners.drain()
    await world.yuki.submit(world.yuki.modal, answer_0="Cleaned data v7")
    world.clock.move_to(_DECIDED)
    await world.yuki.command("/decide", "Use LightGBM for churn v2", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, outcome="It wins.") is None
    jira.move(keys[0], "Done", by="yuki")
    jira.move(keys[1], "In review", by="yuki")
    world.clock.move_to(_LAST_READ)
    await morning.poll()
    world.clock.move_to(_NEWS)
    jira.move(keys[2], "In progress", by="yuki")
    world.clock.move_to(OPENED)


def _champion(mlflow: MlflowServer) -> str:
    """The id of the experiment, which has a champion since October."""
    experiment = mlflow.experiment("churn", {"primary_metric": "val_auc"})
    ended = instant(_BEGUN) - timedelta(days=30)
    run_id = mlflow.run(
        experiment,
        name="old-best",
        started_at=ended - timedelta(hours=1),
        ended_at=ended,
        metrics={"val_auc": _CHAMPION},
        user="sam",
    )
    mlflow.set_alias("churn", "champion", mlflow.model_version("churn", run_id))
    return experiment


def _sweep(mlflow: MlflowServer, experiment: str) -> None:
    """A parent run and twelve below it, of which the last failed."""
    begun, ended = instant(_LAST_READ) + timedelta(minutes=1), instant(_NEWS)
    parent = mlflow.run(experiment, name="lr-search", started_at=begun, ended_at=ended)
    for index in range(_RUNS):
        failed = index == _RUNS - 1
        mlflow.run(
            experiment,
            name=f"lr-search-{index:02}",
            status="FAILED" if failed else "FINISHED",
            started_at=begun,
            ended_at=ended,
            metrics={} if failed else {"val_auc": _BEST - index / 1000},
            tags={"mlflow.parentRunId": parent},
        )
