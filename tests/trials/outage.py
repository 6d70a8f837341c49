"""Trial 11: Slack answers nobody for six hours of a working day in nine time zones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from unittest.mock import patch

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clients.slack.parse import delivery_id_of
from bot.workflows import standup_cards
from jobs import tick
from storage.deliveries import DeliveryRow
from storage.turns import TurnRow
from tests.standins.slack import FakeSlack
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.tables import Table
from tests.trials.town import Town, town

HOURS = 6
_SUNDAY = "2026-10-18T12:00+00:00"
_MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
_DOWN = _MONDAY + timedelta(hours=5)
_UP = _DOWN + timedelta(hours=HOURS)
_CHANNEL = "C0CROWD"
_DEADLINE = 300.0
_STEP = timedelta(minutes=5)
_ZONES = (
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Moscow",
    "Europe/Berlin",
    "Europe/London",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "America/Sao_Paulo",
)

Turn = tuple[str, str]
"""A person and a local date."""

_ASKS = ("standup.prompt", "standup.reminder")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one run found."""

    database: str
    people: int
    calls: int
    asked: int
    due_meanwhile: int
    stale: int
    dropped: int
    lost: int
    doubled: int
    recovery: timedelta
    problems: Sequence[str]

    @property
    def wrong(self) -> int:
        """All broken promises; an outage in which nothing got stale proves nothing."""
        broken = self.stale + self.lost + self.doubled + len(self.problems)
        return broken + (not self.dropped)


async def run(
    kinds: Sequence[str], *, people: int, server: str = "", step: timedelta = _STEP
) -> Table:
    """The trial on each kind of database."""
    found = [await _on(kind, people, server, step) for kind in kinds]
    return _table(f"Slack down for {HOURS} hours", found, sum(f.wrong for f in found))


async def control(*, people: int, step: timedelta = _STEP) -> Table:
    """The same where nobody looks whether a question still makes sense: stale ones are seen."""
    with _asking_for_ever():
        found = await _on("SQLite", people, "", step)
    title = "Control: asks whatever the hour, stale prompts are expected"
    return _table(title, [found], int(found.stale == 0))


async def _on(kind: str, people: int, server: str, step: timedelta) -> Found:
    ids = [f"U0P{number:03d}" for number in range(people)]
    with empty_database(kind, server) as url, observed(url) as database:
        async with town(url, _SUNDAY, _settle(ids)) as here:
            manager = here.slack.person(ids[0])
            await manager.command("/standup", "new", channel=_CHANNEL)
            errors = await manager.submit(manager.modal, name="All hands")
            assert errors is None, errors
            await here.deliver()
            await _live_until(here, _DOWN)
            calls = await _outage(here, step)
            recovery = await _recover(here, database)
            await _live_until(here, _MONDAY + timedelta(hours=24))
            return _judged(here, database, kind, calls, recovery)


def _settle(ids: Sequence[str]) -> Callable[[FakeSlack], None]:
    def settle(slack: FakeSlack) -> None:
        slack.be_patient(_DEADLINE)
        for user_id, zone in zip(ids, cycle(_ZONES), strict=False):
            slack.add_user(user_id, user_id.lower(), tz=zone)
        slack.add_channel(_CHANNEL, "crowd", members=ids)

    return settle


async def _live_until(here: Town, end: datetime) -> None:
    while (due := await here.next_due()) is not None and due <= end:
        here.clock.move_to(max(due, here.clock()))
        await here.tick()
    here.clock.move_to(max(end, here.clock()))


async def _outage(here: Town, step: timedelta) -> int:
    """Six hours, half of them without a connection, half with a 503; how many calls were made."""
    begun = len(here.slack.calls)
    while here.clock() < _UP:
        early = here.clock() < _DOWN + (_UP - _DOWN) / 2
        here.slack.go_down(None if early else 503)
        await _step(here)
        here.clock.move_to(min(here.clock() + step, _UP))
    here.slack.come_back()
    return len(here.slack.calls) - begun


async def _recover(here: Town, database: Observer) -> timedelta:
    """Go on second by second until nothing waits that could go out."""
    while True:
        await _step(here)
        waiting = database.read(_first_waiting)
        if waiting is None or waiting > here.clock() + timedelta(hours=1):
            return here.clock() - _UP
        here.clock.advance(seconds=1)


async def _step(here: Town) -> None:
    await tick.step(here.app.jobs, here.clock())
    await here.app.deliverer.drain()


def _first_waiting(session: Session) -> datetime | None:
    query = select(func.min(DeliveryRow.ready_at))
    return session.scalar(query.where(DeliveryRow.state.in_(["pending", "sending"])))


def _judged(here: Town, database: Observer, kind: str, calls: int, recovery: timedelta) -> Found:
    due = database.read(_deadlines)
    wanted = database.read(_questions)
    shown = [
        (delivery, datetime.fromtimestamp(float(message["ts"]), tz=UTC))
        for user_id, user in here.slack.ws.users.items()
        if not user.is_bot
        for message in here.slack.messages(user_id)
        if (delivery := delivery_id_of(message) or "") in wanted
    ]
    posted = {delivery for delivery, _ in shown}
    back = _UP + recovery
    # One that closes while the last ones are being sent may go either way.
    owed = {one for one, (who, ready) in wanted.items() if due[who] > max(back, ready)}
    gone = {one for one, (who, ready) in wanted.items() if ready >= _DOWN and due[who] <= _UP}
    return Found(
        database=kind,
        people=len({user_id for user_id, _ in due}),
        calls=calls,
        asked=len(posted),
        due_meanwhile=sum(_DOWN <= ready < _UP for _, ready in wanted.values()),
        stale=sum(at >= due[wanted[delivery][0]] for delivery, at in shown),
        dropped=len(gone),
        lost=len(owed - posted),
        doubled=len(shown) - len(posted),
        recovery=recovery,
        problems=[*here.slack.violations, *here.errors],
    )


def _deadlines(session: Session) -> Mapping[Turn, datetime]:
    rows = session.execute(select(TurnRow.user_id, TurnRow.local_date, TurnRow.due_at))
    return {(row[0], row[1].isoformat()): row[2] for row in rows}


def _questions(session: Session) -> Mapping[str, tuple[Turn, datetime]]:
    """Whose turn each prompt or reminder is about, and when it was wished for."""
    query = select(DeliveryRow).where(DeliveryRow.card.in_(_ASKS), DeliveryRow.kind == "post")
    return {
        row.id: ((row.subject["user"], row.subject["date"]), _wished_at(row))
        for row in session.scalars(query)
    }


def _wished_at(row: DeliveryRow) -> datetime:
    return row.ready_at if row.first_sent_at is None else min(row.ready_at, row.first_sent_at)


@contextmanager
def _asking_for_ever() -> Iterator[None]:
    with patch.object(standup_cards, "_still_asked", lambda *_arguments: True):
        yield


def _table(title: str, found: Sequence[Found], wrong: int) -> Table:
    return Table(
        title=title,
        rows=[
            {
                "database": f.database,
                "people": f.people,
                "calls meanwhile": f.calls,
                "due meanwhile": f.due_meanwhile,
                "stale by then": f.dropped,
                "stale ones sent": f.stale,
                "valid ones lost": f.lost,
                "doubled": f.doubled,
                "minutes to recover": f"{f.recovery.total_seconds() / 60:.1f}",
            }
            for f in found
        ],
        wrong=wrong,
        notes=[f"BROKEN: {problem}" for f in found for problem in f.problems[:5]],
    )
