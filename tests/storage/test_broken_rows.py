"""A schedule whose row can't be read stops no other, no timer and no news of zone data."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.calendar import Occurrence
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import ticks
from jobs import tick
from jobs.deps import JobDeps
from storage.engine import Engines
from storage.transactions import SqlTransactions
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

POISONS = pytest.mark.parametrize(
    "poison", ["weekdays = '[]'", "kind = 'from_a_newer_release'", "weekdays = '[9]'"]
)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was started, by id."""
    started: list[str] = []

    def start(_uow: UnitOfWork, due: Sequence[tuple[Schedule, Occurrence]], _now: datetime) -> None:
        started.extend(schedule.id for schedule, _ in due)

    def fire(_uow: UnitOfWork, timer: Timer, _now: datetime) -> None:
        started.append(timer.id)

    monkeypatch.setitem(ticks._START, ScheduleKind.DIGEST, start)
    monkeypatch.setitem(ticks._FIRE, TimerKind.CONSENT, fire)
    return started


def plant(engines: Engines, poison: str) -> None:
    """Two schedules and a timer are due; the first of the schedules is broken."""
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.schedules.save_all([_schedule("bad"), _schedule("good")])
        uow.timers.set(
            Timer(id="timer", workspace="T1", kind=TimerKind.CONSENT, subject={}, due_at=NOW)
        )
        session.execute(text(f"UPDATE schedule SET {poison} WHERE id = 'bad'"))


def _schedule(name: str) -> Schedule:
    return Schedule(
        id=name,
        workspace="T1",
        kind=ScheduleKind.DIGEST,
        subject=name,
        zone="UTC",
        wall_time=time(9),
        weekdays=frozenset({1}),
        next_run_at=NOW,
        next_date=NOW.date(),
    )


async def ticked(engines: Engines, times: int = 1) -> None:
    transactions = SqlTransactions(engines, lambda: NOW, lambda: None)
    deps = cast(JobDeps, SimpleNamespace(transactions=transactions))
    for _ in range(times):
        await tick.step(deps, NOW)


@POISONS
async def test_the_others_run_once_and_timers_go_off(
    engines: Engines, ran: list[str], poison: str
) -> None:
    plant(engines, poison)
    await ticked(engines, times=2)
    assert ran == ["good", "timer"]
    with Session(engines.reader) as session:
        assert SqlUnitOfWork(session).schedules.overdue_ids(NOW) == ["bad"]


@POISONS
async def test_the_others_follow_new_zone_data(
    engines: Engines, ran: list[str], poison: str
) -> None:
    plant(engines, poison)
    with Session(engines.writer) as session, session.begin():
        session.execute(text("UPDATE schedule SET zone_data = '1999a'"))
    await ticked(engines, times=2)
    assert ran == ["good", "timer"]
    with Session(engines.reader) as session:
        assert "good" not in SqlUnitOfWork(session).schedules.outdated_ids(9)


async def test_timers_go_off_where_schedules_cannot_even_be_listed(
    engines: Engines, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job still fails: nobody is to think that it did its work."""
    plant(engines, "weekdays = '[]'")

    def broken(_uow: UnitOfWork, _now: datetime) -> list[str]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(ticks, "due_ids", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        await ticked(engines)
    assert ran == ["timer"]
