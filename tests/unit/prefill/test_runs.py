"""Lines about runs: sweeps are one line, and no number claims more than is known."""

import math
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.experiments.leaderboard import Champion
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.prefill_runs import EndedRuns, run_lines
from tests.unit.prefill.builders import CHURN, OLD_CHAMPION, a_run, a_sweep

CHAMPION = Champion(model="churn", version=13, run=OLD_CHAMPION)
LOSS = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_loss"})
SCORE = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "score"})


def told(
    *runs: Run, experiment: Experiment = CHURN, champion: Champion | None = CHAMPION, **known: Any
) -> list[str]:
    """The lines about these runs."""
    champions = {"1": [champion]} if champion else {}
    ended = EndedRuns(runs=runs, experiments={"1": experiment}, champions=champions, **known)
    return [line.text for line in run_lines(ended)]


def test_a_sweep_is_one_line_that_links_to_its_parent() -> None:
    ended = EndedRuns(runs=a_sweep(), experiments={"1": CHURN}, champions={"1": [CHAMPION]})
    [line] = run_lines(ended)
    assert line.text == (
        "12-run sweep lr-search: best val_auc 0.912, 0.006 above champion, 1 failed"
    )
    assert line.reference == Reference(kind=ReferenceKind.RUN, key="1/parent", anchor="lr-search")
    assert (line.runs, line.experiment and line.experiment.key) == (12, "1")


def test_the_parent_may_have_ended_long_before_or_not_at_all() -> None:
    parent, *children = a_sweep()
    running = replace(parent, status=RunStatus.RUNNING, ended_at=None)
    expected = ["12-run sweep lr-search: best val_auc 0.912, 0.006 above champion, 1 failed"]
    assert told(*children, parents={"parent": running}) == expected
    # Of a parent that nobody knows the children's common name stands in.
    assert told(*children) == expected


def test_folds_inside_trials_belong_to_the_sweep_above_them() -> None:
    trials = [
        a_run(f"t{n}", 0.9, name=f"trial-{n}", tags={"mlflow.parentRunId": "top"}) for n in (1, 2)
    ]
    folds = [
        a_run(f"f{n}", 0.91, name=f"fold-{n}", tags={"mlflow.parentRunId": f"t{n}"}) for n in (1, 2)
    ]
    top = a_run("top", name="grid")
    assert told(*trials, *folds, top, champion=None) == ["4-run sweep grid: best val_auc 0.91"]


def test_runs_that_name_each_other_as_parents_do_no_harm() -> None:
    ring = [
        a_run("a", 0.9, name="a", tags={"mlflow.parentRunId": "b"}),
        a_run("b", 0.8, name="b", tags={"mlflow.parentRunId": "a"}),
    ]
    assert len(told(*ring, champion=None)) == 2


def test_four_runs_of_one_name_are_a_sweep_and_three_are_not() -> None:
    runs = [a_run(f"r{n}", 0.9 + n / 1000, name=f"lr-search-{n}") for n in range(4)]
    ended = EndedRuns(runs=runs, experiments={"1": CHURN})
    [line] = run_lines(ended)
    assert line.text == "4-run sweep lr-search: best val_auc 0.903"
    assert line.reference == Reference(kind=ReferenceKind.EXPERIMENT, key="1", anchor="lr-search")
    assert told(*runs[:3], champion=None) == [
        "lr-search-0: val_auc 0.9",
        "lr-search-1: val_auc 0.901",
        "lr-search-2: val_auc 0.902",
    ]


def test_a_child_alone_is_told_as_a_run() -> None:
    only = a_run("c", 0.912, name="gentle-owl", tags={"mlflow.parentRunId": "p"})
    assert told(only) == ["gentle-owl: val_auc 0.912, 0.006 above champion"]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (a_run("r", 0.912, name="gentle-owl"), "gentle-owl: val_auc 0.912, 0.006 above champion"),
        (a_run("r", 0.9, name="gentle-owl"), "gentle-owl: val_auc 0.9, 0.006 below champion"),
        (a_run("r", 0.906, name="gentle-owl"), "gentle-owl: val_auc 0.906, the same as champion"),
        (a_run("old", 0.906, name="gentle-owl"), "gentle-owl: val_auc 0.906, now champion"),
        (a_run("r", name="gentle-owl", status=RunStatus.FAILED), "gentle-owl failed"),
        (a_run("r", name="gentle-owl", status=RunStatus.KILLED), "gentle-owl was stopped"),
        (a_run("r", name="gentle-owl"), "gentle-owl finished without val_auc"),
        (a_run("r", math.nan, name="gentle-owl"), "gentle-owl finished without val_auc"),
        (a_run("0123456789", 0.9, name="\u202e "), "01234567: val_auc 0.9, 0.006 below champion"),
    ],
)
def test_a_single_run(run: Run, expected: str) -> None:
    assert told(run) == [expected]


def test_other_data_than_the_champions_is_not_compared() -> None:
    old = replace(OLD_CHAMPION, tags={"dataset": "v6"})
    run = a_run("r", 0.912, name="gentle-owl", tags={"dataset": "v7"})
    assert told(run, champion=Champion(model="churn", version=13, run=old)) == [
        "gentle-owl: val_auc 0.912, on other data than champion"
    ]


def test_below_is_better_is_said_for_a_loss() -> None:
    old = replace(OLD_CHAMPION, metrics={"val_loss": 0.33})
    run = a_run("r", name="gentle-owl", metrics={"val_loss": 0.31})
    champion = Champion(model="churn", version=13, run=old)
    assert told(run, experiment=LOSS, champion=champion) == [
        "gentle-owl: val_loss 0.31, 0.02 below champion (lower is better)"
    ]


def test_without_a_direction_nothing_is_called_best() -> None:
    runs = [a_run(f"r{n}", name=f"try-{n}", metrics={"score": n / 10}) for n in range(4)]
    broken = a_run("x", name="try-9", status=RunStatus.FAILED)
    assert told(*runs, broken, experiment=SCORE) == ["5-run sweep try: 4 finished, 1 failed"]
    assert told(runs[3], experiment=SCORE) == ["try-3: score 0.3"]


def test_without_a_metric_only_the_end_is_told() -> None:
    bare = Experiment(experiment_id="1", name="churn")
    assert told(a_run("r", name="gentle-owl"), experiment=bare) == ["gentle-owl finished"]


def test_a_sweep_in_which_all_failed() -> None:
    runs = [a_run(f"r{n}", name=f"try-{n}", status=RunStatus.FAILED) for n in range(4)]
    assert told(*runs) == ["4-run sweep try: all failed"]
    stopped = replace(runs[3], status=RunStatus.KILLED)
    assert told(*runs[:3], stopped) == ["4-run sweep try: 3 failed, 1 stopped"]


def test_a_repeated_run_counts_as_its_seeds_median() -> None:
    runs = [
        a_run(f"r{n}", 0.9 + n / 1000, name=f"try-{n}", tags={"seed_group": "a"}) for n in range(5)
    ]
    assert told(*runs, champion=None) == ["5-run sweep try: best val_auc 0.902 (median of 5 seeds)"]


def test_sweeps_come_first_then_single_runs_the_latest_on_top() -> None:
    single = [a_run("early", 0.8, hours=1), a_run("late", 0.8, hours=60)]
    assert [line.partition(":")[0] for line in told(*single, *a_sweep())] == [
        "12-run sweep lr-search",
        "late",
        "early",
    ]


def test_runs_of_an_experiment_that_was_deleted() -> None:
    run = a_run("r", 0.9, name="gentle-owl", experiment_id="77")
    [line] = run_lines(EndedRuns(runs=[run]))
    assert line.text == "gentle-owl: val_auc 0.9"
    assert line.experiment is not None
    assert line.experiment.anchor == "77"
