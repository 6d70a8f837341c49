"""Figures of a start: how long until ready, and how much memory before and after polls."""

import random
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil
from sqlalchemy import select

from bot.domain.digests.settings import DigestChoice
from bot.domain.person import Person
from bot.services.digests import daily
from bot.services.experiments import pages as experiments
from bot.services.issues import mirror as issues
from storage.ledger import SourceRow
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.jira import JiraStandIn
from tests.standins.jira.demo import PROJECT, seed
from tests.standins.jira.server import API_TOKEN, EMAIL
from tests.standins.mlflow import mlflow_server
from tests.standins.slack import FakeSlack
from tests.trials.bot_process import Bot, Running
from tests.trials.databases import Observer, observed
from tests.trials.nursery import until
from tests.trials.tables import Table, seconds

_STARTS = 5
_POLLS = 3
_POLL_SECONDS = 1
_WORKSPACE, _CHANNEL, _OWNER = "T0TEAM", "C0TRIAL", "U0BERLIN"


async def starts(count: int = _STARTS) -> Table:
    """Several starts with nothing configured but Slack, each on a database with its schema."""
    times, sizes = [], []
    async with FakeSlack() as slack:
        with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
            bot = Bot(slack=slack, folder=Path(folder), database_url=f"sqlite:///{folder}/m.db")
            await bot.migrate()
            for _ in range(count):
                async with bot.running() as running:
                    times.append(await running.ready())
                    sizes.append(_resident(running))
    return Table(
        title="meridian run, Slack only, HTTP mode",
        rows=[
            {
                "starts": count,
                "ready: median": seconds(median(times)),
                "ready: slowest": seconds(max(times)),
                "resident when ready: median": _megabytes(median(sizes)),
                "resident when ready: largest": _megabytes(max(sizes)),
            }
        ],
    )


async def polls() -> Table:
    """One start with a Jira and a real MLflow server that answer."""
    async with FakeSlack() as slack, JiraStandIn() as jira:
        seed(jira, random.Random(41))
        slack.add_user(_OWNER, "lena")
        slack.add_channel(_CHANNEL, "trial", members=[_OWNER])
        with mlflow_server() as mlflow, tempfile.TemporaryDirectory() as folder:
            mlflow.run(mlflow.experiment("churn"), metrics={"auc": 0.87})
            outside = {
                "JIRA_URL": jira.url,
                "JIRA_EMAIL": EMAIL,
                "JIRA_API_TOKEN": API_TOKEN,
                "MLFLOW_TRACKING_URI": mlflow.url,
                "MERIDIAN_POLL_SECONDS": str(_POLL_SECONDS),
            }
            return await _polled(slack, Path(folder), outside)


async def _polled(slack: FakeSlack, folder: Path, outside: Mapping[str, str]) -> Table:
    bot = Bot(
        slack=slack, folder=folder, database_url=f"sqlite:///{folder}/m.db", extra=dict(outside)
    )
    await bot.migrate()
    with observed(bot.database_url) as database:
        database.write(_digest_that_names_a_project)
        async with bot.running() as running:
            ready = await running.ready()
            rows = [_row("when ready", running, seconds(ready))]
            for number in range(1, _POLLS + 1):
                await _next_polls(database)
                rows.append(_row(f"after poll {number} of both", running))
            running.check()
    return Table(
        title="meridian run with Jira and MLflow that answer",
        rows=rows,
    )


async def _next_polls(database: Observer) -> None:
    """Wait until both sources were read again."""
    before = _read_at(database)

    def both_moved_on() -> bool:
        now = _read_at(database)
        return len(now) == 2 and all(now[name] != before.get(name) for name in now)

    await until(both_moved_on, 60, "Jira and MLflow read")


def _read_at(database: Observer) -> dict[str, datetime]:
    query = select(SourceRow.source, SourceRow.read_at).where(
        SourceRow.source.in_((experiments.SOURCE, issues.SOURCE))
    )
    rows = database.read(lambda s: s.execute(query).all())
    return {name: read_at for name, read_at in rows if read_at is not None}


def _digest_that_names_a_project(uow: SqlUnitOfWork) -> None:
    """Jira is asked for nothing that no digest wants."""
    uow.people.save(
        [Person(workspace=_WORKSPACE, user_id=_OWNER, name="lena", zone="Europe/Berlin")]
    )
    daily.save(
        uow, _WORKSPACE, _CHANNEL, DigestChoice(zone="Europe/Berlin", projects=(PROJECT,)),
        seen_version=0, author=_OWNER, now=datetime.now(UTC),
    )  # fmt: skip


def _row(moment: str, running: Running, after: str = "") -> dict[str, object]:
    return {"moment": moment, "after": after, "resident": _megabytes(_resident(running))}


def _resident(running: Running) -> float:
    return float(psutil.Process(running.process.pid).memory_info().rss)


def _megabytes(size: float) -> str:
    return f"{size / 1_048_576:.0f} MiB"
