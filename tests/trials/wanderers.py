"""Trial 6: people who move between time zones at random are asked at most once in a local date.

Everything runs in this process: the moves come as Slack's `user_change` would bring them, between
ticks of a clock that the trial moves.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.person import Choices, Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.standup import StandupPlan
from bot.domain.working_time import AROUND_THE_CLOCK
from bot.services import people, standups, ticks
from storage.turns import TurnRow
from storage.unit_of_work import SqlUnitOfWork
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.tables import Table

_WORKSPACE = "T0TEAM"
_START = datetime(2026, 3, 1, tzinfo=UTC)
_PEOPLE = 10
_NINE = wall_clock(9, 0)


@dataclass(kw_only=True)
class Found:
    """What the moves came to: prompts by the date that they ask for, and by the date that people
    saw on their own calendar when they were asked."""

    database: str
    moves: int = 0
    prompts: int = 0
    doubled: int = 0
    seen_twice: int = 0


async def run(kinds: Sequence[str], *, moves: int, seed: int, server: str = "") -> Table:
    """The same random journeys on each kind of database."""
    found = []
    for kind in kinds:
        with empty_database(kind, server) as url, observed(url) as database:
            found.append(_travel(kind, database, moves, random.Random(seed)))
    return Table(
        title=f"Trial 6: {_PEOPLE} people move to random zones at random hours (seed {seed})",
        rows=[
            {
                "database": f.database,
                "moves": f.moves,
                "prompts": f.prompts,
                "two for one local date": f.doubled,
                "two on one day of their calendar": f.seen_twice,
            }
            for f in found
        ],
        wrong=sum(f.doubled + f.seen_twice for f in found),
    )


def control(*, moves: int, seed: int) -> Table:
    """A schedule that only follows the zone, without a book of dates, must be seen to ask twice."""
    dice, now = random.Random(seed), _START
    schedule = _naive().advanced(now)
    asked: Counter[object] = Counter()
    for _ in range(moves):
        now += timedelta(minutes=dice.randint(1, 600))
        while schedule.next_run_at <= now:
            asked[schedule.next_date] += 1
            schedule = schedule.advanced(schedule.next_run_at)
        zone = dice.choice(sorted(available_timezones()))
        schedule = schedule.moved(now, zone=zone, wall_time=_NINE, weekdays=EVERY_DAY)
    doubled = sum(count - 1 for count in asked.values())
    return Table(
        title="Control: a schedule that forgets which dates it has asked for",
        rows=[{"moves": moves, "prompts": asked.total(), "two for one local date": doubled}],
        wrong=int(doubled == 0),
    )


def _travel(kind: str, database: Observer, moves: int, dice: random.Random) -> Found:
    zones, now = sorted(available_timezones()), _START
    crew = [
        Person(workspace=_WORKSPACE, user_id=f"U{n:02d}", name=f"P{n}", zone="Europe/Berlin",
               choices=Choices(hours=AROUND_THE_CLOCK, weekdays=EVERY_DAY))
        for n in range(_PEOPLE)
    ]  # fmt: skip
    database.write(lambda uow: _settle(uow, crew))
    lived: list[tuple[str, datetime, str]] = [(p.user_id, _START, p.zone) for p in crew]
    for _ in range(moves):
        now += timedelta(minutes=dice.randint(1, 60))
        _tick(database, now)
        moved = replace(dice.choice(crew), zone=(zone := dice.choice(zones)), slack_zone=zone)
        database.write(lambda uow, p=moved, at=now: people.follow_all(uow, [p], at))  # type: ignore[misc]
        lived.append((moved.user_id, now, zone))
    return database.read(lambda session: _judged(session, kind, moves, lived))


def _settle(uow: SqlUnitOfWork, crew: Sequence[Person]) -> None:
    uow.people.save(crew)
    for person in crew:
        uow.people.choose(_WORKSPACE, person.user_id, person.choices)
    plan = StandupPlan(
        name="Journey",
        questions=("Where are you?",),
        blocker_question="",
        wall_time=_NINE,
        weekdays=EVERY_DAY,
        participants=tuple(p.user_id for p in crew),
    )
    standups.create(uow, _WORKSPACE, "C0TRIAL", plan, crew[0].user_id, _START)


def _tick(database: Observer, now: datetime) -> None:
    while database.write(lambda uow: ticks.tick(uow, now)):
        pass


def _judged(
    session: Session, kind: str, moves: int, lived: Sequence[tuple[str, datetime, str]]
) -> Found:
    query = select(TurnRow.user_id, TurnRow.local_date, TurnRow.asked_at)
    turns = [(user, day, asked) for user, day, asked in session.execute(query) if asked is not None]
    days = Counter((user, day) for user, day, _asked in turns)
    seen = Counter((user, _calendar(lived, user, asked)) for user, _day, asked in turns)
    return Found(
        database=kind,
        moves=moves,
        prompts=len(turns),
        doubled=sum(count - 1 for count in days.values()),
        seen_twice=sum(count - 1 for count in seen.values()),
    )


def _calendar(lived: Sequence[tuple[str, datetime, str]], user: str, at: datetime) -> object:
    """The date that this person's wall shows at an instant."""
    zone = [zone for who, since, zone in lived if who == user and since < at][-1:] or [lived[0][2]]
    return at.astimezone(ZoneInfo(zone[0])).date()


def _naive() -> Schedule:
    return Schedule(
        id="naive", workspace=_WORKSPACE, kind=ScheduleKind.STANDUP_PROMPT, subject="naive",
        zone="Europe/Berlin", wall_time=_NINE, weekdays=EVERY_DAY, next_run_at=_START,
        next_date=_START.date(),
    )  # fmt: skip
