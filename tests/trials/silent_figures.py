"""Figures of silence: Jira and MLflow accept connections and never answer."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clients.slack.parse import delivery_id_of
from bot.domain.calendar import EVERY_DAY
from bot.domain.digests.settings import DigestChoice
from bot.domain.person import Person
from bot.domain.standup import StandupPlan
from bot.services import standups
from bot.services.digests import daily
from demo.mlflow_server import free_port
from storage.ledger import SourceRow
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.slack import FakeSlack, text_of
from tests.trials.bot_process import Bot
from tests.trials.databases import observed
from tests.trials.nursery import until
from tests.trials.tables import Table, seconds

_WORKSPACE, _CHANNEL, _PERSON = "T0TEAM", "C0TRIAL", "U0BERLIN"
_TIMES = 20
_NAMED = ("Jira", "MLflow")


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """The URL of a server that accepts every connection and says nothing."""
    held: set[asyncio.StreamWriter] = set()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.add(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", free_port())
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        for writer in held:
            writer.transport.abort()
        server.close()
        await server.wait_closed()


async def silent_sources(times: int = _TIMES) -> Table:
    """`/standup` while both are silent, and the digest that goes out nevertheless."""
    async with FakeSlack() as slack, silent_server() as jira, silent_server() as mlflow:
        slack.add_user(_PERSON, "lena")
        slack.add_channel(_CHANNEL, "trial", members=[_PERSON])
        with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
            bot = Bot(
                slack=slack,
                folder=Path(folder),
                database_url=f"sqlite:///{folder}/m.db",
                extra={
                    "JIRA_URL": jira,
                    "JIRA_PERSONAL_ACCESS_TOKEN": "token",
                    "MLFLOW_TRACKING_URI": mlflow,
                    "MERIDIAN_POLL_SECONDS": "1",
                },
            )
            slack.drive_http(f"{bot.address}/slack/events")
            await bot.migrate()
            return await _measured(bot, slack, times)


async def _measured(bot: Bot, slack: FakeSlack, times: int) -> Table:
    with observed(bot.database_url) as database:
        database.write(_start)
        async with bot.running() as running:
            await running.ready()
            opened, acknowledged = await _standup_times(slack, times)
            await slack.person(_PERSON).submit(
                slack.person(_PERSON).modal, answer_0="Tuned the baseline"
            )
            await until(lambda: len(database.read(_failed)) == 2, 60, "both known to be silent")
            due = database.write(_digest_soon)
            text = await _digest(slack)
            late = (datetime.now(UTC) - due).total_seconds()
            running.check()
    named = [name for name in _NAMED if any(_tells(line, name) for line in text.splitlines())]
    return Table(
        title="Jira and MLflow accept connections and never answer",
        rows=[
            {
                "/standup": f"{times} times",
                "modal open: median": seconds(median(opened)),
                "modal open: slowest": seconds(max(opened)),
                "acknowledged: median": seconds(median(acknowledged)),
                "acknowledged: slowest": seconds(max(acknowledged)),
                "digest posted after its time": seconds(late),
                "names as not read": ", ".join(named) or "nothing",
            }
        ],
        wrong=(len(named) != len(_NAMED)) + (max(opened) >= 1),
        notes=("The digest:", *(f"  | {line}" for line in text.splitlines())),
    )


async def _standup_times(slack: FakeSlack, times: int) -> tuple[list[float], list[float]]:
    """Seconds until `views.open` arrived, and until the command was acknowledged."""
    opened, acknowledged = [], []
    for _ in range(times):
        typed_at, begun = datetime.now(UTC), time.monotonic()
        await slack.person(_PERSON).command("/standup", channel=_CHANNEL)
        acknowledged.append(time.monotonic() - begun)
        opened.append((slack.called("views.open")[-1].at - typed_at).total_seconds())
    return opened, acknowledged


def _failed(session: Session) -> Sequence[str]:
    return session.scalars(select(SourceRow.source).where(SourceRow.failed_at.is_not(None))).all()


async def _digest(slack: FakeSlack) -> str:
    def found() -> list[str]:
        shown = slack.messages(_CHANNEL)
        return [text_of(m) for m in shown if (delivery_id_of(m) or "").startswith("digest:")]

    await until(found, 60, "the digest")
    return found()[-1]


def _tells(line: str, name: str) -> bool:
    return f"{name} couldn't be read" in line


def _start(uow: SqlUnitOfWork) -> None:
    now = datetime.now(UTC)
    uow.people.save([Person(workspace=_WORKSPACE, user_id=_PERSON, name="lena", zone="UTC")])
    plan = StandupPlan(
        name="Trial",
        questions=("What moved?",),
        blocker_question="",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=(_PERSON,),
    )
    standups.create(uow, _WORKSPACE, _CHANNEL, plan, _PERSON, now)
    _save_digest(uow, now - timedelta(minutes=1), seen_version=0)


def _digest_soon(uow: SqlUnitOfWork) -> datetime:
    """Move the digest to the next second; when it is due."""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    _save_digest(uow, due, seen_version=1)
    return due


def _save_digest(uow: SqlUnitOfWork, at: datetime, *, seen_version: int) -> None:
    choice = DigestChoice(zone="UTC", wall_time=at.time(), weekdays=EVERY_DAY, projects=("CHURN",))
    daily.save(
        uow, _WORKSPACE, _CHANNEL, choice,
        seen_version=seen_version, author=_PERSON, now=datetime.now(UTC),
    )  # fmt: skip
