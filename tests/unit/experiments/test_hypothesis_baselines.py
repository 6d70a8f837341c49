"""What a hypothesis is compared with is never what it tests, and is found by its exact name."""

from collections.abc import Sequence

import pytest

from bot.domain.experiments.hypotheses import Against, Hypothesis, HypothesisDraft
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import hypotheses, mirror
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0, a_run

TAGGED = a_run("mine", 0.95, tags={"hypothesis": "H-1"})


def _write(
    uow: UnitOfWork, runs: Sequence[Run], against: Against, named: str = "", metric: str = ""
) -> Hypothesis:
    mirror.keep_experiments(uow, "T1", [CHURN])
    mirror.keep_runs(uow, "T1", runs, T0)
    draft = HypothesisDraft(
        workspace="T1", channel="C1", author="U1", owner="U1", claim="Leaf-wise is better",
        experiment_id="1", by=0.01, direction=Direction.HIGHER, days=5, against=against,
        run=named, metric=metric,
    )  # fmt: skip
    return hypotheses.write(uow, draft, T0)


async def test_a_run_tagged_before_the_card_was_written_is_no_baseline_of_it(
    transactions: SqlTransactions,
) -> None:
    runs = [TAGGED, a_run("old", 0.9)]
    with pytest.raises(InvalidForm, match="tagged with this hypothesis"):
        await transactions.write(_write, runs, Against.RUN, "mine")
    found = await transactions.write(_write, runs, Against.BEST)
    assert (found.ref, found.baseline and found.baseline.run_id) == ("H-1", "old")


async def test_a_baseline_by_its_exact_name_beside_newer_ones(
    transactions: SqlTransactions,
) -> None:
    runs = [
        a_run(f"r{n}", 0.9, name=name, minute=n) for n, name in enumerate(("owl", "owl-1", "owl-2"))
    ]
    found = await transactions.write(_write, runs, Against.RUN, "Owl")
    assert found.baseline is not None
    assert found.baseline.run_id == "r0"


async def test_a_metric_that_no_run_has_logged_is_a_typing_error(
    transactions: SqlTransactions,
) -> None:
    runs = [a_run("old", metrics={"val_auc": 0.9, "val_loss": 0.3, "system/gpu": 3.0})]
    meant = r"No run has logged val_acu yet\. Did you mean val_auc"
    with pytest.raises(InvalidForm, match=meant):
        await transactions.write(_write, runs, Against.BEST, "", "val_acu")
    with pytest.raises(InvalidForm, match=r"logged zzz yet\. Did you mean val_auc\?"):
        await transactions.write(_write, runs, Against.BEST, "", "zzz")
    found = await transactions.write(_write, runs, Against.BEST, "", "val_loss")
    assert found.prediction.metric == "val_loss"


async def test_a_metric_may_be_new_before_a_run_has_finished(
    transactions: SqlTransactions,
) -> None:
    running = a_run("first", 0.5, status=RunStatus.RUNNING)
    found = await transactions.write(_write, [running], Against.BEST, "", "val_ece")
    assert found.prediction.metric == "val_ece"
