"""Trial 2: people submit forms over HTTP while the bot that must keep them is killed."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as wall_clock
from pathlib import Path

import aiohttp
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Person
from bot.domain.standup import StandupPlan
from bot.services import standups
from storage.decisions.rows import DecisionRow
from storage.deliveries import DeliveryRow
from storage.standups import ReportRow
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import postgres_server
from tests.standins.slack import FakeSlack, SlackViolation
from tests.standins.slack import Person as Member
from tests.standins.slack.errors import Json
from tests.trials.bot_process import Bot, Running
from tests.trials.databases import Observer, observed
from tests.trials.tables import Table, seconds

_WORKSPACE = "T0TEAM"
_CHANNEL = "C0TRIAL"
_TYPING_AT_ONCE = 4
_MOST_FORMS_A_LIFE = 6
_LONGEST_HANDLING = 0.05
_PRESS_AGAIN = 0.05
_DEADLINE = 300.0


@dataclass(kw_only=True)
class Found:
    """What one run found."""

    database: str
    forms: int
    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)
    presses: int = 0
    cut_off: int = 0
    cut_off_stored: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: int = 0
    took: float = 0.0

    @property
    def wrong(self) -> int:
        """All broken promises."""
        return len(self.lost) + self.doubled + (self.forms - len(self.acknowledged))


async def run(kinds: Sequence[str], *, kills: int, forms: int, seed: int) -> list[Table]:
    """The trial on each kind of database: one report and one decision of each of many people."""
    found = []
    for kind in kinds:
        with _place(kind) as (folder, url):
            found.append(await _on(kind, folder, url, kills, forms, random.Random(seed)))
    return [_results(found, seed)]


async def _on(
    kind: str, folder: Path, url: str, kills: int, forms: int, dice: random.Random
) -> Found:
    begun = time.monotonic()
    async with FakeSlack() as slack:
        ids = [f"U0PERSON{number:03d}" for number in range(forms // 2)]
        for user_id in ids:
            slack.add_user(user_id, user_id.lower(), tz=_where_it_is_evening(datetime.now(UTC)))
        slack.add_channel(_CHANNEL, "trial", members=ids)
        bot = Bot(slack=slack, folder=folder, database_url=url)
        slack.drive_http(f"{bot.address}/slack/events")
        await bot.migrate()
        with observed(url) as database:
            database.write(lambda uow: _start_standup(uow, ids))
            trial = _Trial(bot, slack, database, kind, ids, dice)
            found = await trial.run(kills)
    found.took = time.monotonic() - begun
    return found


class _Trial:
    def __init__(
        self, bot: Bot, slack: FakeSlack, database: Observer, kind: str, ids: Sequence[str],
        dice: random.Random,
    ) -> None:  # fmt: skip
        self._bot = bot
        self._slack = slack
        self._database = database
        self._waiting = [(slack.person(user_id), word) for word in _WORDS for user_id in ids]
        self._dice = dice
        self._found = Found(database=kind, forms=len(self._waiting))
        self._in_flight: set[str] = set()
        self._up = asyncio.Event()
        self._pressed = asyncio.Condition()

    async def run(self, kills: int) -> Found:
        async with asyncio.TaskGroup() as group:
            typing = [group.create_task(self._type()) for _ in range(_TYPING_AT_ONCE)]
            while self._found.kills < kills and not all(t.done() for t in typing):
                await self._one_life(kills)
            async with self._bot.running() as running:
                await running.ready()
                self._up.set()
                async with asyncio.timeout(_DEADLINE):
                    await asyncio.gather(*typing)
                running.check()
        self._check_acknowledged()
        self._found.doubled = self._database.read(_doubled)
        return self._found

    async def _one_life(self, kills: int) -> None:
        async with self._bot.running() as running:
            await running.ready()
            self._up.set()
            await self._some_presses(kills)
            await asyncio.sleep(self._dice.uniform(0, _LONGEST_HANDLING))
            self._up.clear()
            await self._kill(running)

    async def _some_presses(self, kills: int) -> None:
        """Wait for a random few, so that forms are left for the kills to come."""
        left = self._found.forms - len(self._found.acknowledged)
        most = min(_MOST_FORMS_A_LIFE, left // (kills - self._found.kills))
        goal = self._found.presses + self._dice.randint(1, max(1, most))
        async with self._pressed:
            await self._pressed.wait_for(
                lambda: self._found.presses >= goal or not (self._waiting or self._in_flight)
            )

    async def _kill(self, running: Running) -> None:
        await running.kill()
        cut_off = set(self._in_flight)
        self._found.kills += 1
        self._found.cut_off += len(cut_off)
        stored = self._database.read(_stored)
        self._found.cut_off_stored += sum(text in stored for text in cut_off)
        self._found.lost |= self._found.acknowledged - set(stored)

    async def _type(self) -> None:
        while self._waiting:
            person, word = self._waiting.pop(0)
            form = await self._open_form(person, word)
            await self._press_until_acknowledged(person, word, form)

    async def _open_form(self, person: Member, word: str) -> Json:
        """Type the command until its form stands open, as people do; returns the form."""
        while True:
            for form in person.modals:
                if _is_form_of(word, form):
                    return form
            await self._up.wait()
            with suppress(aiohttp.ClientError, SlackViolation):
                await person.command(word, channel=_CHANNEL)
            await asyncio.sleep(_PRESS_AGAIN)

    async def _press_until_acknowledged(self, person: Member, word: str, form: Json) -> None:
        """Slack leaves a form open that wasn't acknowledged: the same one is submitted again."""
        text = f"{word} of {person.id}"
        while text not in self._found.acknowledged:
            await self._up.wait()
            async with self._pressed:
                self._found.presses += 1
                self._in_flight.add(text)
                self._pressed.notify_all()
            try:
                await _close_what_lies_above(person, form)
                refused = await person.submit(form, **_filled(word, text))
                assert refused is None, refused
                self._found.acknowledged.add(text)
            except (aiohttp.ClientError, SlackViolation):
                await asyncio.sleep(_PRESS_AGAIN)
            finally:
                self._in_flight.discard(text)
        async with self._pressed:
            self._pressed.notify_all()

    def _check_acknowledged(self) -> None:
        stored = self._database.read(_stored)
        self._found.lost |= self._found.acknowledged - set(stored)


_WORDS = ("/standup", "/decide")


def _is_form_of(word: str, form: Json) -> bool:
    blocks = {block["block_id"] for block in form["blocks"]}
    return set(_filled(word, "")) <= blocks


async def _close_what_lies_above(person: Member, form: Json) -> None:
    """A command that was cut off may open its form late, over the one that came of the next."""
    while person.modal["id"] != form["id"]:
        await person.close(person.modal)


def _filled(word: str, text: str) -> dict[str, str]:
    if word == "/standup":
        return {"answer_0": text, "blocker": f"blocker of {text}"}
    return {"title": text, "outcome": f"outcome of {text}"}


def _stored(session: Session) -> Counter[str]:
    """How often each form is in the database; its text is unique."""
    reports = session.scalars(select(ReportRow.answers)).all()
    titles = session.scalars(select(DecisionRow.body["title"].as_string())).all()
    return Counter([*(answers[0][1] for answers in reports), *titles])


def _doubled(session: Session) -> int:
    """Forms that were carried out twice: rows, edits, messages or numbers too many."""
    rows = sum(count - 1 for count in _stored(session).values())
    edits = len(session.scalars(select(ReportRow).where(ReportRow.edited_at.is_not(None))).all())
    numbers = session.scalars(select(DecisionRow.number)).all()
    gaps = sum(a != b for a, b in zip(sorted(numbers), range(1, len(numbers) + 1), strict=True))
    cards = select(DeliveryRow.card).where(DeliveryRow.kind == "post")
    posts = Counter(session.scalars(cards))
    reports = rows + len(session.scalars(select(ReportRow.user_id)).all())
    extra = abs(posts["standup.report"] - reports) + abs(posts["decision"] - len(numbers))
    return rows + edits + gaps + extra


def _where_it_is_evening(now: datetime) -> str:
    """A zone whose working day is over, whenever the trial runs: a report is posted at once."""
    east = 21 - now.hour if now.hour > 6 else -3 - now.hour
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def _start_standup(uow: SqlUnitOfWork, ids: Sequence[str]) -> None:
    zone = _where_it_is_evening(datetime.now(UTC))
    uow.people.save(
        Person(workspace=_WORKSPACE, user_id=user_id, name=user_id, zone=zone) for user_id in ids
    )
    plan = StandupPlan(
        name="Trial",
        questions=("What moved?",),
        blocker_question="What blocks you?",
        wall_time=wall_clock(9, 0),
        weekdays=EVERY_DAY,
        participants=tuple(ids),
    )
    standups.create(uow, _WORKSPACE, _CHANNEL, plan, ids[0], datetime.now(UTC))


@contextmanager
def _place(kind: str) -> Iterator[tuple[Path, str]]:
    """A folder for the bot and the URL of a database without tables."""
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as name:
        if kind == "SQLite":
            yield Path(name), f"sqlite:///{name}/meridian.db"
            return
        with postgres_server() as url:
            yield Path(name), url


def _results(found: Sequence[Found], seed: int) -> Table:
    return Table(
        title=f"Submitted forms with kills in between (seed {seed})",
        rows=[
            {
                "database": f.database,
                "submitted": f.forms,
                "presses": f.presses,
                "acknowledged": len(f.acknowledged),
                "kills": f.kills,
                "cut off in flight": f.cut_off,
                "of these stored": f.cut_off_stored,
                "acknowledged but lost": len(f.lost),
                "stored twice": f.doubled,
                "took": seconds(f.took),
            }
            for f in found
        ],
        wrong=sum(f.wrong for f in found),
        notes=("Half are stand-up reports, half decisions; each from its command to its form.",),
    )
