"""Changed rules on both databases: one of two editors wins, and an ended rule stays as it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.domain.alerts.rules import NoData
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import T0, WORSE, fresh, rule

T = TypeVar("T")


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def test_of_two_who_change_a_rule_the_first_one_wins(engines: Engines) -> None:
    made = rule()
    first = replace(
        rule(WORSE, times=3, metric="f1"),
        changed_by="U1",
        owner="U2",
        deputies=("U3",),
        tags=(("split", "test"),),
        for_duration=timedelta(hours=5),
        stale_after=timedelta(days=2),
        no_data=NoData.ALERT,
        cooldown=timedelta(hours=1),
        runbook="https://wiki.example/r",
        may_wake=True,
    )
    _in(engines, lambda uow: uow.alerts.add(made, fresh()))
    assert _in(engines, lambda uow: uow.alerts.replace_rule(first))
    assert not _in(engines, lambda uow: uow.alerts.replace_rule(replace(made, changed_by="U9")))
    assert _in(engines, lambda uow: uow.alerts.rule("T1", 1)) == replace(first, revision=2)


def test_a_rule_that_has_ended_is_not_changed_any_more(engines: Engines) -> None:
    made = rule()
    _in(engines, lambda uow: uow.alerts.add(made, fresh()))
    assert _in(engines, lambda uow: uow.alerts.end("T1", 1, T0))
    assert not _in(engines, lambda uow: uow.alerts.replace_rule(made))
