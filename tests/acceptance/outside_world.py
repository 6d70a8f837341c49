"""Meridian between a stateful Jira and a real MLflow, each on a line that can fall silent."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.clients.jira import JiraTracker
from bot.clients.mlflow import MlflowTracker
from jobs import evaluate, housekeeping, poll_jira, poll_mlflow
from tests.acceptance.harness import CHURN, World, instant, meridian
from tests.standins.jira import JiraStandIn
from tests.standins.line import Line, line_to
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Person

# Short, so that a test of silence takes seconds; the bot's own are ten and twenty.
TIMEOUT, DEADLINE = 2.0, 3.0


@dataclass(kw_only=True)
class Office:
    """Meridian, what it reads from, and the lines in between."""

    world: World
    jira: JiraStandIn
    mlflow: MlflowServer
    to_jira: Line
    to_mlflow: Line

    async def poll(self, *, minutes: float = 1) -> None:
        """Some time later: what both polls and the evaluation bring, delivered."""
        self.world.clock.advance(minutes=minutes)
        jobs, now = self.world.app.jobs, self.world.clock()
        await asyncio.gather(poll_jira.step(jobs, now), poll_mlflow.step(jobs, now))
        await evaluate.step(jobs, now)
        await self.world.deliver()

    def trained(
        self,
        experiment_id: str,
        name: str,
        *,
        status: str = "FINISHED",
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        user: str = "yuki",
        **metrics: float,
    ) -> str:
        """The id of a run that ends now, after five minutes."""
        now = self.world.clock()
        return self.mlflow.run(
            experiment_id,
            name=name,
            status=status,
            started_at=now - timedelta(minutes=5),
            ended_at=now,
            params=params,
            metrics=metrics,
            tags=tags,
            user=user,
        )


@asynccontextmanager
async def office(
    tmp_path: Path, mlflow: MlflowServer, *, start: str, **settings: Any
) -> AsyncIterator[Office]:
    """Everybody's names are known, Jira has project CHURN, MLflow is empty, nothing was polled."""
    mlflow.clear()
    await _warmed_up(mlflow)
    async with JiraStandIn(clock=lambda: instant(start)) as jira, line_to(jira.url) as to_jira:
        jira.add_project("CHURN", "Churn model")
        jira.add_user("yuki", "Yuki Tanaka", "Asia/Tokyo")
        async with (
            line_to(mlflow.url) as to_mlflow,
            meridian(
                tmp_path,
                start=start,
                issue_tracker=JiraTracker(
                    to_jira.url, **jira.credentials, timeout=TIMEOUT, deadline=DEADLINE
                ),
                experiment_tracker=MlflowTracker(to_mlflow.url, timeout=TIMEOUT, deadline=DEADLINE),
                jira_url=to_jira.url,
                mlflow_tracking_uri=to_mlflow.url,
                **settings,
            ) as world,
        ):
            jira.clock = world.clock
            await housekeeping.step(world.app.jobs, world.clock())
            yield Office(
                world=world, jira=jira, mlflow=mlflow, to_jira=to_jira, to_mlflow=to_mlflow
            )
    mlflow.clear()


async def _warmed_up(mlflow: MlflowServer) -> None:
    """The first call imports MLflow's library, which alone outlasts our short deadline."""
    tracker = MlflowTracker(mlflow.url)
    await tracker.experiments()
    await tracker.aclose()


async def set_digest(person: Person, *, channel: str = CHURN, **values: Any) -> None:
    """`/digest settings`, saved with these values over the proposed ones, at nine by default."""
    await person.command("/digest", "settings", channel=channel)
    assert await person.submit(person.modal, **{"time": "09:00", **values}) is None
