"""The leaderboard ranks what can be ranked and says where it can't."""

import math
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.experiments.fairness import Doubt
from bot.domain.experiments.leaderboard import (
    Champion,
    Counts,
    Leaderboard,
    best_since,
    leaderboard,
)
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.sweeps import Sweep
from bot.domain.metrics import Direction
from tests.unit.experiments.builders import CHURN, a_run


def _ranked(board: Leaderboard) -> list[str]:
    return [entry.run.run_id for entry in board.page(0)]


def _champion(run: Run) -> Champion:
    return Champion(model="churn", version=13, run=run)


def test_the_top_five_in_order() -> None:
    runs = [a_run(str(i), i / 10) for i in range(7)]
    board = leaderboard(CHURN, runs, [])
    assert _ranked(board) == ["6", "5", "4", "3", "2"]
    assert board.best == board.entries[0]
    assert board.champion is None


def test_lower_is_better_turns_everything_round() -> None:
    experiment = replace(CHURN, tags={"primary_metric": "val_loss"})
    runs = [a_run(str(i), metrics={"val_loss": value}) for i, value in enumerate((3.0, 1.0, 2.0))]
    board = leaderboard(experiment, runs, [])
    assert _ranked(board) == ["1", "2", "0"]
    assert board.progress == (3.0, 1.0, 1.0)


def test_only_finished_runs_with_a_number_are_ranked() -> None:
    runs = [
        a_run("good", 0.9),
        a_run("nan", math.nan),
        a_run("inf", math.inf),
        a_run("parent"),
        a_run("child", 0.95, tags={"mlflow.parentRunId": "parent"}),
        a_run("failed", 0.99, status=RunStatus.FAILED),
        a_run("killed", 0.99, status=RunStatus.KILLED),
        a_run("running", 0.99, status=RunStatus.RUNNING),
        a_run("waiting", status=RunStatus.SCHEDULED),
    ]
    board = leaderboard(CHURN, runs, [])
    assert _ranked(board) == ["child", "good"]
    assert board.counts == Counts(finished=5, failed=1, killed=1, running=2, invalid=2)
    assert board.counts.total == 9


def test_a_seed_group_stands_as_its_median_run() -> None:
    seeds = [a_run(f"s{v}", v, tags={"seed_group": "g"}) for v in (0.909, 0.914, 0.912, 0.95, 0.9)]
    board = leaderboard(CHURN, [*seeds, a_run("lucky", 0.913)], [])
    assert _ranked(board) == ["lucky", "s0.912"]
    entry = board.entries[1]
    assert entry.seeds is not None
    assert (entry.seeds.runs, entry.seeds.low, entry.seeds.high) == (5, 0.9, 0.95)


@pytest.mark.parametrize(("metric", "shown"), [("val_auc", 0.1), ("val_loss", 0.2)])
def test_of_two_middle_seeds_the_worse_is_shown(metric: str, shown: float) -> None:
    experiment = replace(CHURN, tags={"primary_metric": metric})
    runs = [a_run(str(v), metrics={metric: v}, tags={"seed_group": "g"}) for v in (0.1, 0.2)]
    assert leaderboard(experiment, runs, []).entries[0].value == shown


def test_one_run_alone_is_no_seed_group() -> None:
    board = leaderboard(CHURN, [a_run("a", 0.9, tags={"seed_group": "g"})], [])
    assert board.entries[0].seeds is None


@pytest.mark.parametrize(
    ("champion", "winner"), [(0.905, 0), (0.909, None), (0.911, None), (0.92, 1)]
)
def test_seed_noise(champion: float, winner: int | None) -> None:
    seeds = [a_run(str(v), v, tags={"seed_group": "g"}) for v in (0.909, 0.912, 0.914)]
    board = leaderboard(CHURN, seeds, [_champion(a_run("c", champion))])
    assert board.judgement.winner == winner


def test_runs_that_differ_in_their_seed_only_are_one_line_without_a_tag() -> None:
    seeds = [
        a_run(f"s{n}", v, params={"lr": "1", "train.Seed": str(n)})
        for n, v in enumerate((0.91, 0.95, 0.912))
    ]
    board = leaderboard(CHURN, [*seeds, a_run("other", 0.9, params={"lr": "2"})], [])
    assert _ranked(board) == ["s2", "other"]
    assert board.differing(board.page(0)) == ("lr",)


def test_two_seeds_tell_nothing_about_noise() -> None:
    seeds = [a_run(str(v), v, tags={"seed_group": "g"}) for v in (0.909, 0.912)]
    judgement = leaderboard(CHURN, seeds, [_champion(a_run("c", 0.5))]).judgement
    assert judgement.doubts(Doubt.FEW_SEEDS)
    assert judgement.winner is None


def _child(run_id: str, value: float | None, parent: str = "grid", **changes: Any) -> Run:
    tags = {"mlflow.parentRunId": parent, **changes.pop("tags", {})}
    return a_run(run_id, value, tags=tags, **changes)


def test_the_runs_of_a_sweep_are_one_line() -> None:
    runs = [
        a_run("grid", 0.95, name="lr-search"),
        _child("t1", 0.9),
        _child("t2", 0.95),
        _child("lost", None, status=RunStatus.FAILED),
        a_run("single", 0.92),
    ]
    board = leaderboard(CHURN, runs, [_champion(runs[1])])
    assert _ranked(board) == ["t2", "single"]
    sweep = board.entries[0].sweep
    assert sweep == Sweep(root_id="grid", name="lr-search", runs=3)
    assert board.best == board.entries[0]
    assert (board.place("t1"), board.place("single"), board.place("lost")) == (0, 1, None)
    inside = leaderboard(CHURN, runs, [_champion(runs[1])], within="grid")
    assert (_ranked(inside), inside.within, inside.counts.total) == (["t2", "t1"], sweep, 3)


def test_the_best_of_a_sweep_is_told_as_such() -> None:
    runs = [a_run("grid"), _child("t1", 0.9), _child("t2", 0.95)]
    judgement = leaderboard(CHURN, runs, [_champion(a_run("c", 0.8))]).judgement
    assert "the best of 2 tries" in judgement.reasons[0].text


def test_a_better_sibling_in_the_champions_sweep_is_not_the_champion() -> None:
    kids = [_child("c", 0.8), _child("d", 0.82), _child("best", 0.99)]
    seeds = [_child(f"c{n}", 0.8 + n / 100, tags={"seed_group": "c"}) for n in range(3)]
    alone = leaderboard(CHURN, kids, [_champion(kids[0])])
    assert not alone.is_led_by_champion
    assert [one.value for one in alone.contenders] == [0.99, 0.8]
    assert "the best of 3 tries" in alone.judgement.reasons[0].text
    repeated = leaderboard(CHURN, [*seeds, kids[2]], [_champion(seeds[0])])
    assert [one.seeds and one.seeds.runs for one in repeated.contenders] == [None, 3]
    assert repeated.judgement.winner == 0


def test_a_repetition_of_the_champion_in_front_is_the_champion() -> None:
    seeds = [_child(f"c{n}", 0.8 + n / 100, tags={"seed_group": "c"}) for n in range(3)]
    board = leaderboard(CHURN, [*seeds, _child("worse", 0.5)], [_champion(seeds[0])])
    assert board.is_led_by_champion


def test_a_sweep_stands_as_its_best_comparable_run() -> None:
    runs = [
        _child("leak", 0.99, tags={"dataset": "v5"}),
        _child("fair", 0.9, tags={"dataset": "v7"}),
        a_run("c", 0.8, tags={"dataset": "v7"}),
    ]
    board = leaderboard(CHURN, runs, [_champion(runs[2])])
    assert [(e.run.run_id, e.comparable) for e in board.entries] == [("fair", True), ("c", True)]


def test_other_data_is_marked_and_is_not_best() -> None:
    runs = [
        a_run("leak", 0.99, tags={"dataset": "v5"}),
        a_run("new", 0.912, tags={"dataset": "v7"}),
        a_run("champion", 0.906, tags={"dataset": "v7"}),
        a_run("silent", 0.9),
    ]
    board = leaderboard(CHURN, runs, [_champion(runs[2])])
    assert [(e.run.run_id, e.comparable) for e in board.entries] == [
        ("leak", False),
        ("new", True),
        ("champion", True),
        ("silent", True),
    ]
    assert board.best is not None
    assert board.best.run.run_id == "new"
    assert board.progress == (0.912, 0.912, 0.912)


def test_without_a_champion_the_best_run_says_what_is_comparable() -> None:
    runs = [a_run("a", 0.9, tags={"dataset": "v6"}), a_run("b", 0.91, tags={"dataset": "v7"})]
    board = leaderboard(CHURN, runs, [])
    assert [(e.run.run_id, e.comparable) for e in board.entries] == [("b", True), ("a", False)]


def test_a_champion_on_data_that_nobody_uses_any_more() -> None:
    champion = _champion(a_run("c", 0.95, tags={"dataset": "v1"}, status=RunStatus.KILLED))
    board = leaderboard(CHURN, [a_run("a", 0.9, tags={"dataset": "v7"})], [champion])
    assert board.best is not None
    assert board.champion is not None
    assert (board.champion.value, board.champion.comparable) == (0.95, False)


def test_a_champion_without_the_metric_gives_way_to_one_with_it() -> None:
    bare, full = _champion(a_run("bare")), _champion(a_run("full", 0.8))
    board = leaderboard(CHURN, [a_run("a", 0.9)], [bare, full])
    assert board.champion == replace(full, value=0.8)
    alone = leaderboard(CHURN, [a_run("a", 0.9)], [bare]).champion
    assert alone is not None
    assert alone.value is None


def test_only_params_that_differ_among_the_shown_most_spread_first() -> None:
    runs = [
        a_run("a", 0.9, params={"lr": "1", "depth": "3", "same": "x"}),
        a_run("b", 0.8, params={"lr": "2", "depth": "3", "same": "x"}),
        a_run("c", 0.7, params={"lr": "3", "same": "x"}),
    ]
    unseen = [a_run(f"z{i}", 0.6, params={"same": "x", "lr": "1"}) for i in range(9)]
    board = leaderboard(CHURN, [*runs, *unseen], [])
    assert board.differing(board.page(0)) == ("lr", "depth")


def test_an_unknown_direction_is_not_ranked() -> None:
    experiment = Experiment(experiment_id="1", name="x")
    board = leaderboard(experiment, [a_run("a", metrics={"score": 1.0})], [])
    assert (board.metric, board.direction, board.entries) == ("score", Direction.UNKNOWN, ())


def test_nothing_to_rank() -> None:
    assert leaderboard(CHURN, [], []).counts == Counts()
    assert leaderboard(CHURN, [a_run("a", status=RunStatus.RUNNING)], []).best is None
    assert leaderboard(CHURN, [a_run("a", math.nan)], []).best is None


def test_the_best_of_a_window_and_what_it_beats() -> None:
    runs = [
        a_run("old", 0.9, tags={"dataset": "v7"}),
        a_run("leak", 0.99, tags={"dataset": "v5"}),
        a_run("new", 0.95, tags={"dataset": "v7"}),
        a_run("worse", 0.8),
    ]
    found = best_since(CHURN, runs, {"new", "worse"})
    assert found is not None
    assert (found.run.run_id, found.value, found.previous) == ("new", 0.95, 0.9)
    assert found.higher_is_better
    assert best_since(CHURN, runs, {"other"}) is None
    first = best_since(CHURN, runs[2:3], {"new"})
    assert first is not None
    assert first.previous is None


def test_what_tells_the_runs_of_a_seed_group_apart_was_not_tried() -> None:
    runs = [
        a_run(f"{lr}{seed}", value, params={"lr": lr, "seed": seed}, tags={"seed_group": lr})
        for lr, seed, value in (("1", "7", 0.9), ("1", "8", 0.8), ("2", "8", 0.7), ("2", "9", 0.6))
    ]
    board = leaderboard(CHURN, runs, [])
    assert board.differing(board.page(0)) == ("lr",)
