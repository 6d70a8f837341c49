"""Silences, channels' choices and outages as people make them, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.domain.alerts.outages import Outage
from bot.domain.alerts.silences import ChannelNoise, MuteTime, Silence
from bot.errors import Conflict, InvalidForm, NotFound
from bot.services.alerts import noise, silences
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import T0

T = TypeVar("T")
W, HOUR, DAY = "T1", timedelta(hours=1), timedelta(days=1)
WANTED = Silence(
    workspace=W, channel="C1", by="U1", reason=" migration ", created_at=T0, until=T0 + HOUR
)
NIGHT = MuteTime(weekdays=frozenset({1}), start=time(22), end=time(7), zone="europe/berlin")
CHOICE = ChannelNoise(workspace=W, channel="C1", budget=3, mutes=(NIGHT,))
OUTAGE = Outage(workspace=W, source="mlflow", channel="C1", since=T0, reason="HTTP 500")


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer, expire_on_commit=False) as session, session.begin():
        return work(SqlUnitOfWork(session))


def test_silences_are_numbered_and_end_by_themselves_or_by_hand(engines: Engines) -> None:
    first = _in(engines, lambda uow: silences.silence(uow, WANTED, T0))
    later = replace(WANTED, until=T0 + 2 * HOUR, rule_number=3)
    second = _in(engines, lambda uow: silences.silence(uow, later, T0))
    assert (first.number, first.reason, second.number) == (1, "migration", 2)
    assert _in(engines, lambda uow: silences.active(uow, W, T0)) == [first, second]
    assert _in(engines, lambda uow: silences.active(uow, W, T0 + HOUR)) == [second]
    assert _in(engines, lambda uow: silences.active(uow, "T2", T0)) == []
    _in(engines, lambda uow: silences.end(uow, W, 2, "U9", T0 + HOUR))
    assert _in(engines, lambda uow: silences.active(uow, W, T0 + HOUR)) == []
    with pytest.raises(Conflict, match="S-2 has ended"):
        _in(engines, lambda uow: silences.end(uow, W, 2, "U9", T0 + HOUR))
    with pytest.raises(NotFound):
        _in(engines, lambda uow: silences.end(uow, W, 7, "U9", T0))


def test_a_second_silence_on_the_same_takes_the_place_of_the_first(engines: Engines) -> None:
    first = _in(engines, lambda uow: silences.silence(uow, WANTED, T0))
    longer = replace(WANTED, until=T0 + 2 * HOUR)
    second = _in(engines, lambda uow: silences.silence(uow, longer, T0 + HOUR / 2))
    assert _in(engines, lambda uow: silences.active(uow, W, T0 + HOUR / 2)) == [second]
    told = _in(engines, lambda uow: uow.deliveries.get(f"alert_silence:{W}:{second.number}"))
    assert told is not None
    assert told.subject["replaced"] == first.number


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": T0}, "until"),
        ({"until": T0 + 30 * DAY + HOUR}, "until"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_no_silence_without_an_end_and_a_reason(
    engines: Engines, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidForm) as caught:
        _in(engines, lambda uow: silences.silence(uow, replace(WANTED, **changes), T0))
    assert list(caught.value.fields) == [field]
    assert _in(engines, lambda uow: silences.active(uow, W, T0)) == []


def test_a_channel_has_a_default_until_it_chooses(engines: Engines) -> None:
    assert _in(engines, lambda uow: noise.settings(uow, W, "C1")).budget == 10
    _in(engines, lambda uow: noise.choose(uow, CHOICE, "U1", T0))
    chosen = _in(engines, lambda uow: noise.settings(uow, W, "C1"))
    assert chosen == replace(CHOICE, mutes=(replace(NIGHT, zone="Europe/Berlin"),))
    assert _in(engines, lambda uow: noise.settings(uow, W, "C2")).mutes == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"budget": -1}, "budget"),
        ({"budget": 101}, "budget"),
        ({"mutes": (replace(NIGHT, zone="Mars"),)}, "zone"),
        ({"mutes": (replace(NIGHT, weekdays=frozenset()),)}, "mutes"),
        ({"mutes": (replace(NIGHT, weekdays=frozenset({8})),)}, "mutes"),
        ({"mutes": (NIGHT,) * 11}, "mutes"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_field(
    engines: Engines, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidForm) as caught:
        _in(engines, lambda uow: noise.choose(uow, replace(CHOICE, **changes), "U1", T0))
    assert list(caught.value.fields) == [field]


def test_an_outage_is_begun_and_ended_once_per_channel(engines: Engines) -> None:
    assert _in(engines, lambda uow: uow.outages.begin(OUTAGE))
    assert not _in(engines, lambda uow: uow.outages.begin(replace(OUTAGE, reason="again")))
    assert _in(engines, lambda uow: uow.outages.lasting(W)) == [OUTAGE]
    assert _in(engines, lambda uow: uow.outages.lasting("T2")) == []
    assert _in(engines, lambda uow: uow.outages.end(OUTAGE, T0 + HOUR))
    assert not _in(engines, lambda uow: uow.outages.end(OUTAGE, T0 + 2 * HOUR))
    assert _in(engines, lambda uow: uow.outages.lasting(W)) == []
    over = _in(engines, lambda uow: uow.outages.get(W, "mlflow", "C1", T0))
    assert over == replace(OUTAGE, back_at=T0 + HOUR)


def test_failed_reads_in_a_row_are_counted(engines: Engines) -> None:
    def fail(uow: SqlUnitOfWork) -> None:
        for minute in range(3):
            uow.sources.read_failed("mlflow", "no", T0 + minute * timedelta(minutes=1))

    _in(engines, fail)
    [down] = _in(engines, lambda uow: list(uow.sources.health()))
    assert (down.failures, down.failed_at) == (3, T0)
    _in(engines, lambda uow: uow.sources.read_ok("mlflow", None, T0 + HOUR))
    [fine] = _in(engines, lambda uow: list(uow.sources.health()))
    assert (fine.failures, fine.failed_at) == (0, None)
