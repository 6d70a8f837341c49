"""The form of the weekly decisions and the tick that sends them, at the same moment."""

from datetime import date, datetime

import pytest

from bot.domain.decisions import weekly as rules
from bot.domain.decisions.record import DecisionBody, NewDecision
from bot.domain.decisions.weekly import WeeklyChoice
from bot.domain.schedule import Schedule
from bot.errors import Conflict
from bot.services import ticks
from bot.services.decisions import life, weekly
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import (
    EARLY,
    NINE,
    Databank,
    Pause,
    bank,
    before,
    database_url,
)

__all__ = ["bank", "database_url"]

UTC_MONDAY = WeeklyChoice(zone="UTC")
CARD = f"{rules.schedule_id('T1', 'C1')}:{date(2026, 11, 23)}"


def save(uow: SqlUnitOfWork, seen: int, now: datetime = EARLY) -> Schedule:
    return weekly.save(uow, "T1", "C1", UTC_MONDAY, seen_version=seen, author="A", now=now)


def decided(uow: SqlUnitOfWork) -> None:
    body = DecisionBody(title="Tuned", outcome="Yes")
    life.log(uow, NewDecision(workspace="T1", channel="C1", author="A", body=body), EARLY)


def test_of_two_who_turn_it_on_at_once_one_is_told(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "save", pause)
        save(uow, 0)

    one, other = bank.race(first, lambda uow: save(uow, 0))
    assert one.exception() is None
    with pytest.raises(Conflict):
        other.result()


def test_changed_while_it_is_sent_it_is_sent_once(bank: Databank) -> None:
    bank.run(lambda uow: save(uow, 0))
    bank.run(decided)

    def sending(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.rhythm, "mark", pause)
        ticks.tick(uow, NINE)

    one, other = bank.race(sending, lambda uow: save(uow, 1, NINE))
    assert one.exception() is None
    assert other.result().next_run_at > NINE
    assert bank.run(lambda uow: uow.deliveries.get(CARD)) is not None
    assert bank.run(lambda uow: ticks.tick(uow, NINE)) == []


def test_sent_while_it_is_changed_it_is_sent_once_all_the_same(bank: Databank) -> None:
    bank.run(lambda uow: save(uow, 0))
    bank.run(decided)

    def changing(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "save", pause)
        save(uow, 1, NINE)

    one, other = bank.race(changing, lambda uow: ticks.tick(uow, NINE))
    assert one.exception() is None
    assert other.exception() is None
    bank.run(lambda uow: ticks.tick(uow, NINE))
    assert bank.run(lambda uow: uow.deliveries.get(CARD)) is not None
    assert bank.run(lambda uow: ticks.tick(uow, NINE)) == []
