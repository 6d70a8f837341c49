"""Looking for what was tried gives the same answers on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import pytest

from bot.domain.decisions.sight import Sight
from bot.domain.experiments.found import Closeness, Looked
from bot.domain.experiments.hypotheses import HypothesisState, Verdict
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.tried_words import sought
from bot.domain.report import Answer, Report
from bot.domain.standup import Standup, StandupPlan
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.experiments.samples import NOW, hypothesis
from tests.unit.experiments.samples import run as sample

T = TypeVar("T")
SIGHT = Sight(channels=frozenset({"C1"}), user_id="UYUKI")
TWINS: dict[str, dict[str, Any]] = {
    "focal": {"params": {"loss_fn": "FocalLoss", "optimizer.lr": "0.10"}},
    "leafy": {"tags": {"growth": "leaf-wise", "dataset": "v8"}},
    "noted": {"tags": {"mlflow.note.content": "Calibration broke with lr=0.3; see #7"}},
    "broken": {"tags": {"error": "CUDA out of memory"}, "status": RunStatus.FAILED},
    "日本": {"tags": {"mlflow.note.content": "焦点損失を試した"}},
    "scattered": {"params": {"loss": "bce", "gamma": "focal"}},
}


class InTransaction(Protocol):
    """Runs a function of a unit of work in one committed transaction."""

    def __call__(self, work: Callable[[SqlUnitOfWork], T]) -> T: ...


def _add(standup: Standup, uow: SqlUnitOfWork) -> None:
    uow.standups.add(standup)


def _save(each: Run, uow: SqlUnitOfWork) -> None:
    uow.experiments.save_runs("T1", [each], NOW)


@pytest.fixture
def found(run: InTransaction) -> Callable[[str], list[str]]:
    """What runs are found, by name, where there is one of each of the twins."""
    runs = [
        replace(sample(n), run_id=f"r{n}", name=name, params={}, tags={})
        for n, name in enumerate(TWINS)
    ]
    runs = [replace(each, **TWINS[each.name]) for each in runs]
    run(lambda uow: uow.experiments.save_runs("T1", runs, NOW))
    run(lambda uow: uow.experiments.save_runs("T2", [sample(1, name="focal loss")], NOW))

    def names(typed: str) -> list[str]:
        return run(lambda uow: [h.run.name for h in uow.tried.runs("T1", sought(typed), 50)])

    return names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("focal loss", ["focal", "scattered"]),
        ("FocalLoss", ["focal"]),
        ("lr=0.1", ["focal"]),
        ("optimizer.lr=1e-1", ["focal"]),
        ("lr=0.3", ["noted"]),
        ("lr=0.2", []),
        ("leaf-wise", ["leafy"]),
        ("leaf_wise growth", ["leafy"]),
        ("dataset=v8", ["leafy"]),
        ("calibrated", ["noted"]),
        ("calib", ["noted"]),
        ("損失", ["日本"]),
        ("out of memory", ["broken"]),
        ("focal memory", []),
        ("'; DROP TABLE run; --", []),
    ],
)
def test_runs_are_found_by_name_params_tags_and_notes(
    found: Callable[[str], list[str]], typed: str, names: list[str]
) -> None:
    assert found(typed) == names


def test_words_that_stand_together_come_before_scattered_and_begun_ones(
    run: InTransaction, found: Callable[[str], list[str]]
) -> None:
    assert found("focal loss")[0] == "focal"
    hits = run(lambda uow: uow.tried.runs("T1", sought("focal loss"), 50))
    assert [hit.closeness for hit in hits] == [Closeness.TOGETHER, Closeness.ALL]
    assert hits[0].matched == (("loss_fn", "FocalLoss"),)
    [begun] = run(lambda uow: uow.tried.runs("T1", sought("calib"), 50))
    assert begun.closeness is Closeness.BEGUN


def test_a_run_is_found_by_what_it_says_now(run: InTransaction) -> None:
    first = sample(1, params={"loss": "dice"})
    run(lambda uow: uow.experiments.save_runs("T1", [first], NOW))
    noted = replace(first, tags={"mlflow.note.content": "too slow"}, metrics={"val_auc": 0.9})
    run(lambda uow: uow.experiments.save_runs("T1", [noted], NOW))
    slow = run(lambda uow: uow.tried.runs("T1", sought("slow dice"), 5))
    assert [hit.run.metrics["val_auc"] for hit in slow] == [0.9]
    deleted = replace(noted, deleted=True)
    run(lambda uow: uow.experiments.save_runs("T1", [deleted], NOW))
    assert run(lambda uow: uow.tried.runs("T1", sought("slow"), 5)) == []
    assert run(lambda uow: uow.tried.looked("T1", SIGHT)) == Looked()
    run(lambda uow: uow.experiments.save_runs("T1", [noted], NOW))
    assert len(run(lambda uow: uow.tried.runs("T1", sought("slow"), 5))) == 1


def test_the_newest_are_found_where_there_are_too_many(run: InTransaction) -> None:
    runs = [sample(n, params={"loss": "dice"}) for n in range(12)]
    for each in runs:
        run(partial(_save, each))
    hits = run(lambda uow: uow.tried.runs("T1", sought("dice"), 3))
    assert [hit.run.run_id for hit in hits] == ["r11", "r10", "r9"]


def test_hypotheses_are_found_by_claim_and_what_was_learned_in_ones_own_channels(
    run: InTransaction,
) -> None:
    verdict = Verdict(by="ULENA", at=NOW, learned="Calibration breaks")
    refuted = hypothesis(number=1, state=HypothesisState.REFUTED, verdict=verdict)
    run(lambda uow: uow.hypotheses.add(refuted))
    run(lambda uow: uow.hypotheses.add(hypothesis(number=2, channel="C2", author="UANA")))
    run(lambda uow: uow.hypotheses.add(hypothesis(number=3, channel="C2", owner="UYUKI")))

    def numbers(typed: str, sight: Sight = SIGHT) -> list[int]:
        hits = run(lambda uow: uow.tried.hypotheses("T1", sight, sought(typed), 9))
        return [hit.number for hit in hits]

    assert numbers("calibration") == [1]
    assert numbers("leaf-wise") == [3, 1]
    assert numbers("leaf-wise", Sight(channels=frozenset({"C2"}))) == [3, 2]
    listed = run(lambda uow: uow.hypotheses.listed("T1", SIGHT, HypothesisState.OPEN, 9))
    assert [each.number for each in listed] == [3]


def test_reports_are_found_in_channels_in_sight_and_ones_own(run: InTransaction) -> None:
    plan = StandupPlan(
        name="Daily",
        questions=("What?",),
        blocker_question="",
        wall_time=time(9),
        weekdays=frozenset({1}),
        participants=("UANA", "UYUKI"),
    )
    for channel in ("C1", "C2"):
        it = Standup(id=f"s-{channel}", workspace="T1", channel=channel, plan=plan, created_by="U")
        run(partial(_add, it))

    def report(channel: str, user_id: str, text: str) -> None:
        it = Report(
            workspace="T1",
            standup_id=f"s-{channel}",
            local_date=date(2026, 11, 20),
            user_id=user_id,
            answers=(Answer(question="What?", text=text),),
            blocker="",
            submitted_at=NOW,
        )
        run(lambda uow: uow.standups.save_report(it))

    report("C1", "UANA", "Focal loss diverged")
    report("C2", "UANA", "Focal loss in secret")
    report("C2", "UYUKI", "My own focal loss")
    report("C1", "UYUKI", "Something else")

    def said(typed: str, sight: Sight = SIGHT) -> set[str]:
        hits = run(lambda uow: uow.tried.reports("T1", sight, sought(typed), 9))
        return {hit.answers[0].text for hit in hits}

    assert said("focal loss") == {"Focal loss diverged", "My own focal loss"}
    report("C1", "UANA", "It was the labels")
    assert said("focal loss") == {"My own focal loss"}
    assert said("focal", Sight(channels=frozenset())) == set()
    looked = run(lambda uow: uow.tried.looked("T1", SIGHT))
    assert looked == Looked(reports=3)


def test_runs_attach_by_their_tag_or_their_parents_in_any_order(run: InTransaction) -> None:
    below = {"mlflow.parentRunId": "r1"}
    runs = [
        sample(2, tags=below),
        sample(1, tags={"Hypothesis": " h-9 "}),
        sample(3, tags={**below, "hypothesis": "10"}),
        sample(4, tags={"hypothesis": "90"}),
        sample(5),
    ]
    run(lambda uow: uow.experiments.save_runs("T1", runs[:1], NOW))
    run(lambda uow: uow.experiments.save_runs("T1", runs[1:], NOW))

    def attached(number: int) -> list[str]:
        return [each.run_id for each in run(lambda uow: uow.hypotheses.runs("T1", number))]

    assert attached(9) == ["r1", "r2"]
    assert attached(10) == ["r3"]
    ids = [each.run_id for each in runs]
    of_runs = run(lambda uow: uow.hypotheses.of_runs("T1", ids))
    assert of_runs == {"r1": 9, "r2": 9, "r3": 10, "r4": 90}
    untagged = replace(runs[1], tags={})
    run(lambda uow: uow.experiments.save_runs("T1", [untagged], NOW))
    assert attached(9) == []


def test_a_hypothesis_is_changed_by_who_saw_its_newest_version(run: InTransaction) -> None:
    first = hypothesis()
    run(lambda uow: uow.hypotheses.add(first))
    second = replace(first, claim="Another", version=2)
    assert run(lambda uow: uow.hypotheses.replace(second))
    assert not run(lambda uow: uow.hypotheses.replace(second))
    assert run(lambda uow: uow.hypotheses.get("T1", 9)) == second
    assert run(lambda uow: uow.hypotheses.get("T2", 9)) is None
    assert run(lambda uow: uow.hypotheses.note_shown("T1", 9, "1 run"))
    assert not run(lambda uow: uow.hypotheses.note_shown("T1", 9, "1 run"))
    verdict = Verdict(by="ULENA", at=NOW)
    told = replace(second, state=HypothesisState.REFUTED, verdict=verdict, version=3)
    assert run(lambda uow: uow.hypotheses.replace(told))
    hour = timedelta(hours=1)
    decided = run(lambda uow: uow.hypotheses.decided_between("T1", NOW - hour, NOW))
    assert decided == [told]
    assert run(lambda uow: uow.hypotheses.decided_between("T1", NOW, NOW + hour)) == []
    assert run(lambda uow: uow.hypotheses.open("T1")) == []
