"""Directions that people said, and the first plan of a model, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import pytest

from bot.domain.experiments.directions import SaidDirection
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.errors import Conflict, NotPermitted
from bot.services.experiments import directions, pages
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOSTILE = 'loss\'s "best" ẞ 🦉'
SAID = SaidDirection(
    workspace="T1",
    experiment_id="1",
    metric=HOSTILE,
    direction=Direction.LOWER,
    said_by="U1",
    said_at=T0,
)
PLAN = ModelPlan(workspace="T1", model="churn", owner="U1", deputies=("U2",), changed_at=T0)


class InTransaction(Protocol):
    """Runs a function of a unit of work in one committed transaction."""

    def __call__(self, work: Callable[[SqlUnitOfWork], T]) -> T: ...


def test_the_first_answer_stays_and_a_change_replaces_it(run: InTransaction) -> None:
    other = replace(SAID, direction=Direction.HIGHER, said_by="U2")
    assert run(lambda uow: uow.directions.add(SAID))
    assert not run(lambda uow: uow.directions.add(other))
    assert run(lambda uow: uow.directions.get("T1", "1", HOSTILE)) == SAID
    assert run(lambda uow: uow.directions.get("T2", "1", HOSTILE)) is None
    run(lambda uow: uow.directions.save(other))
    assert run(lambda uow: list(uow.directions.all("T1"))) == [other]


def test_what_was_said_counts_before_tag_and_name(run: InTransaction) -> None:
    tagged = Experiment(experiment_id="1", name="churn", tags={"metric_direction": "higher"})
    said = replace(SAID, metric="val_loss")

    def answered(uow: SqlUnitOfWork) -> list[Direction]:
        before = directions.of(uow, "T1", tagged, "val_loss")
        directions.answer(uow, said)
        uow.experiments.save_experiments("T1", [tagged])
        [known] = directions.experiments(uow, "T1")
        assert known.tags["metric_direction.val_loss"] == "lower"
        return [before, directions.of(uow, "T1", tagged, "val_loss")]

    assert run(answered) == [Direction.HIGHER, Direction.LOWER]


def test_digests_know_what_was_said(run: InTransaction) -> None:
    ranking = Experiment(experiment_id="1", name="ranking")
    ended = Run(
        run_id="r1",
        experiment_id="1",
        name="owl",
        status=RunStatus.FINISHED,
        started_at=T0,
        ended_at=T0,
        metrics={"score": 2.0},
    )

    def best(uow: SqlUnitOfWork) -> list[bool]:
        found = pages.runs_since(uow, "T1", T0 - timedelta(days=1), T0).best
        return [each.higher_is_better for each in found]

    def told(uow: SqlUnitOfWork) -> tuple[list[bool], list[bool]]:
        uow.experiments.save_experiments("T1", [ranking])
        uow.experiments.save_runs("T1", [ended], T0)
        before = best(uow)
        directions.answer(uow, replace(SAID, metric="score"))
        return before, best(uow)

    assert run(told) == ([], [False])


def test_another_answer_is_told_of_the_first(run: InTransaction) -> None:
    lena = Person(workspace="T1", user_id="U1", name="Lena")
    run(lambda uow: uow.people.save([lena]))
    run(lambda uow: directions.answer(uow, SAID))
    run(lambda uow: directions.answer(uow, replace(SAID, said_by="U2")))
    with pytest.raises(Conflict, match="Lena said before you that lower is better"):
        run(lambda uow: directions.answer(uow, replace(SAID, direction=Direction.HIGHER)))


def test_guests_say_nothing(run: InTransaction) -> None:
    guest = Person(workspace="T1", user_id="U9", name="Guest", is_guest=True)
    run(lambda uow: uow.people.save([guest]))
    with pytest.raises(NotPermitted):
        run(lambda uow: directions.change(uow, replace(SAID, said_by="U9")))


def test_a_model_has_one_first_plan(run: InTransaction) -> None:
    later = replace(PLAN, data="churn-v8", changed_at=T0 + timedelta(hours=1))
    assert run(lambda uow: uow.plans.add(PLAN))
    assert not run(lambda uow: uow.plans.add(later))
    assert run(lambda uow: uow.plans.locked("T1", "churn")) == PLAN
    run(lambda uow: uow.plans.save(later))
    assert run(lambda uow: uow.plans.all("T1")) == [later]
