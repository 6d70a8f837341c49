"""Comparing finds the same repetitions as a leaderboard does."""

import pytest

from bot.domain.experiments.entries import repeats
from bot.domain.experiments.records import Run, RunStatus
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import comparisons, mirror
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import CHURN, T0, a_run


def _seed(n: int, value: float = 0.9, lr: str = "1") -> Run:
    return a_run(f"owl-{lr}-{n}", value, params={"lr": lr, "seed": str(n)}, minute=n)


async def test_runs_that_differ_in_their_seed_only_are_repetitions_of_a_compared_one(
    transactions: SqlTransactions,
) -> None:
    runs = [*(_seed(n, 0.9 + n / 1000) for n in range(3)), _seed(0, 0.8, lr="2")]

    def compared(uow: UnitOfWork) -> comparisons.Compared:
        mirror.keep_experiments(uow, "T1", [CHURN])
        mirror.keep_runs(uow, "T1", runs, T0)
        return comparisons.by_names(uow, "T1", "owl-1-0 owl-2-0")

    found = (await transactions.write(compared)).comparison
    assert found is not None
    assert [one.seeds and one.seeds.runs for one in found.contenders] == [3, None]
    assert found.judgement.winner == 0


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        (a_run("b", params={"lr": "1", "seed": "2"}), True),
        (a_run("b", params={"lr": "2", "seed": "2"}), False),
        (a_run("b", params={"lr": "1", "seed": "1"}), False),
        (a_run("b", params={"lr": "1", "seed": "2"}, tags={"dataset": "v8"}), False),
        (a_run("b", params={"lr": "1", "seed": "2"}, tags={"test_set": "q3"}), False),
        (a_run("b", params={"lr": "1", "seed": "2"}, experiment_id="2"), False),
        (a_run("b", params={"lr": "1", "seed": "2"}, status=RunStatus.FAILED), False),
        (a_run("b", params={"lr": "1"}), False),
    ],
)
def test_what_repeats_a_run(other: Run, counts: bool) -> None:
    mine = a_run("a", params={"lr": "1", "seed": "1"})
    assert repeats(mine, [mine, other]) == ([mine, other] if counts else [mine])
