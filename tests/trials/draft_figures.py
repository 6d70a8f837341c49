"""What becomes of text that somebody types into the report's form and doesn't send at once."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as wall_clock
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Person as Member
from bot.domain.standup import StandupPlan
from bot.services import standups
from storage.standups import ReportRow
from storage.unit_of_work import SqlUnitOfWork
from tests.acceptance.harness import CHURN
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import FakeSlack, Json, Person
from tests.trials.bot_process import Bot
from tests.trials.databases import observed
from tests.trials.prefill_office import Morning, mornings
from tests.trials.tables import Table

_WORKSPACE, _CHANNEL = "T0TEAM", "C0TRIAL"
_REFUSED, _CLOSED, _UNHEARD, _SENT, _REOPENED = (f"U0PERSON{number}" for number in range(5))
_TEXT = "Tuned the baseline, and found out why it was worse"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What happened to a form, and whether the text was found again; `promised` says if it must."""

    happened: str
    found: bool
    promised: bool = True

    @property
    def kept(self) -> bool:
        """Whether the promise was kept; where there is none, it is."""
        return self.found or not self.promised


async def drafts(mlflow: MlflowServer) -> Table:
    """Typed text by what happened to its form; that which must be found and isn't is wrong."""
    async with mornings(mlflow, 2) as (first, second):
        fates = [await _expired(first), await _appended(second), *await _killed()]
    return Table(
        title="Text typed into the report's form and not sent at once",
        rows=[
            {
                "what happened then": fate.happened,
                "found again": "yes" if fate.found else "no",
                "promised": "yes" if fate.promised else "no",
            }
            for fate in fates
        ],
        wrong=sum(not fate.kept for fate in fates),
    )


async def _expired(morning: Morning) -> Fate:
    """The form is gone at Slack when the bot wants to add what it found."""
    world, yuki = morning.world, morning.yuki
    world.expect("not_found")
    gone = asyncio.Event()
    world.slack.fault("views.update", hold=gone)
    await _open(yuki, CHURN)
    await yuki.type(yuki.modal, "answer_0", _TEXT)
    await world.slack.until(lambda: world.slack.called("views.update"), 10)
    await yuki.close(yuki.modal)
    gone.set()
    await world.app.listeners.drain()
    outcome = world.slack.called("views.update")[-1].outcome
    await _open(yuki, CHURN)
    return Fate(
        happened=f"the view expired: Slack answered {outcome}; opened again",
        found=_TEXT in _shown(yuki.modal),
    )


async def _appended(morning: Morning) -> Fate:
    """Typed into the field that was added while the form was open."""
    yuki = morning.yuki
    await _open(yuki, CHURN)
    await morning.world.app.listeners.drain()
    await yuki.type(yuki.modal, "late", _TEXT)
    await yuki.close(yuki.modal)
    await _open(yuki, CHURN)
    return Fate(
        happened="typed into the lines that came late, closed; opened again",
        found=_TEXT in _shown(yuki.modal),
    )


async def _killed() -> list[Fate]:
    """The rest happens to the bot as its operator runs it."""
    async with FakeSlack() as slack:
        people = [_REFUSED, _CLOSED, _UNHEARD, _SENT, _REOPENED]
        for user_id in people:
            slack.add_user(user_id, user_id.lower())
        slack.add_channel(_CHANNEL, "trial", members=people)
        with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
            bot = Bot(slack=slack, folder=Path(folder), database_url=f"sqlite:///{folder}/m.db")
            slack.drive_http(f"{bot.address}/slack/events")
            await bot.migrate()
            return await _two_lives(bot, {user_id: slack.person(user_id) for user_id in people})


async def _two_lives(bot: Bot, people: Mapping[str, Person]) -> list[Fate]:
    with observed(bot.database_url) as database:
        database.write(lambda uow: _standup(uow, list(people)))
        async with bot.running() as running:
            await running.ready()
            fates = [
                await _refused(people[_REFUSED]),
                await _closed(people[_CLOSED]),
                await _unheard(people[_UNHEARD]),
            ]
            for user_id in (_SENT, _REOPENED):
                await _open(people[user_id])
            people[_SENT].fill(people[_SENT].modal, answer_0=_TEXT)
            await people[_REOPENED].type(people[_REOPENED].modal, "answer_0", _TEXT)
            await running.kill()
        async with bot.running() as running:
            await running.ready()
            assert await people[_SENT].submit(people[_SENT].modal) is None
            sent = database.read(_reported)
            fates.append(
                Fate(happened="the bot was killed and started; sent", found=sent == [_TEXT])
            )
            again = await _close_and_open(people[_REOPENED])
            fates.append(Fate(happened="the bot was killed and started; opened again", found=again))
            running.check()
    return fates


async def _refused(person: Person) -> Fate:
    """The bot hears of the text by the form that it refuses, and never else."""
    await _open(person)
    errors = await person.submit(
        person.modal, answer_0=_TEXT, blocker="No GPU", blocker_link="the one of yesterday"
    )
    stayed = errors is not None and _TEXT in _shown(person.modal)
    found = await _close_and_open(person)
    return Fate(
        happened="a field was refused: the text stays; closed, opened again",
        found=stayed and found,
    )


async def _closed(person: Person) -> Fate:
    await _open(person)
    await person.type(person.modal, "answer_0", _TEXT)
    return Fate(
        happened="closed after a pause in typing; opened again",
        found=await _close_and_open(person),
    )


async def _unheard(person: Person) -> Fate:
    await _open(person)
    person.fill(person.modal, answer_0=_TEXT)
    return Fate(
        happened="closed before Slack told the bot of the text; opened again",
        found=await _close_and_open(person),
        promised=False,
    )


async def _open(person: Person, channel: str = _CHANNEL) -> None:
    await person.command("/standup", channel=channel)


async def _close_and_open(person: Person) -> bool:
    await person.close(person.modal)
    await _open(person)
    return _TEXT in _shown(person.modal)


def _shown(view: Json) -> list[str]:
    """Every line of every text field."""
    fields = [field for block in view["state"]["values"].values() for field in block.values()]
    return [line for field in fields for line in (field.get("value") or "").splitlines()]


def _reported(session: Session) -> list[str]:
    rows = session.scalars(select(ReportRow)).all()
    return [text for row in rows for _, text in row.answers if text]


def _standup(uow: SqlUnitOfWork, people: list[str]) -> None:
    uow.people.save(
        [Member(workspace=_WORKSPACE, user_id=u, name=u.lower(), zone="UTC") for u in people]
    )
    plan = StandupPlan(
        name="Trial",
        questions=("What moved?", "What is next?"),
        blocker_question="What blocks you?",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=tuple(people),
    )
    standups.create(uow, _WORKSPACE, _CHANNEL, plan, people[0], datetime.now(UTC))
