"""First suspects: what really differs comes first, and what always differs never does."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.alerts.incidents import Suspect
from bot.domain.alerts.suspects import MOST_SUSPECTS, Traced, compare
from bot.domain.experiments.records import Run, RunStatus

T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
RECIPE = {"model": "gbm", "lr": "0.1", "max_depth": "3", "trees": "60", "seed": "11"}
COMMIT = "mlflow.source.git.commit"


def run(run_id: str = "r", tags: dict[str, str] | None = None, **params: Any) -> Run:
    return Run(
        run_id=run_id,
        experiment_id="1",
        name=run_id,
        status=RunStatus.FINISHED,
        started_at=T0,
        ended_at=T0,
        params={**RECIPE, **{name: str(value) for name, value in params.items()}},
        tags=tags or {},
        user="yuki",
    )


def found(bad: Run, *good: Run) -> list[str]:
    suspects = compare(Traced(run=bad), [Traced(run=each) for each in good])
    return [f"{s.what} {s.name} {s.before}→{s.after}" for s in suspects]


def test_the_one_param_that_was_changed_is_the_one_suspect() -> None:
    good = [run(str(n), seed=n) for n in range(10)]
    assert found(run(lr=1.5, seed=99), *good) == ["param lr 0.1→1.5"]


def test_data_comes_before_params_and_params_before_the_commit() -> None:
    before = {"dataset": "churn-v7", COMMIT: "a1b2c3d4", "mlflow.source.name": "train.py"}
    after = {"dataset": "churn-v8", COMMIT: "d4e5f6a7", "mlflow.source.name": "train2.py"}
    assert found(run(tags=after, max_depth=9), run(tags=before)) == [
        "data dataset churn-v7→churn-v8",
        "param max_depth 3→9",
        "commit commit a1b2c3d4→d4e5f6a7",
        "source source train.py→train2.py",
    ]


def test_the_same_data_is_never_named() -> None:
    tags = {"dataset": "churn-v7"}
    assert found(run(tags=tags, lr=2), run(tags=tags)) == ["param lr 0.1→2"]


def test_a_value_that_a_good_run_had_is_not_suspected() -> None:
    good = [run("a", max_depth=9), run("b", max_depth=3)]
    assert found(run(max_depth=9, lr=2), *good) == ["param lr 0.1→2"]


def test_what_changes_least_among_good_runs_comes_first() -> None:
    good = [run("a", trees=60), run("b", trees=80), run("c", trees=60), run("d", trees=60)]
    assert found(run(trees=500, max_depth=9), *good) == [
        "param max_depth 3→9",
        "param trees 60→500",
    ]


def test_what_differs_from_run_to_run_is_left_out() -> None:
    good = [run(str(n), output=f"/tmp/{n}") for n in range(6)]
    assert found(run(output="/tmp/bad", lr=2), *good) == ["param lr 0.1→2"]


def test_a_param_that_is_gone_or_new_is_named() -> None:
    params = {**RECIPE, "warmup": "5"}
    del params["trees"]
    assert found(replace(run(), params=params), run()) == ["param trees 60→", "param warmup →5"]


def test_no_word_is_no_change() -> None:
    silent = replace(run(), params={}, tags={}, user="")
    assert found(run(tags={"dataset": "v8", COMMIT: "abc"}), silent) == []
    assert found(silent, run(tags={"dataset": "v7"})) == []


def test_the_run_that_made_the_version_is_compared_too_and_named_once() -> None:
    evaluation = replace(run("e1"), params={"threshold": "0.5"})
    worse = replace(run("e2"), params={"threshold": "0.5"})
    bad = Traced(run=worse, source=run("v14", {"dataset": "churn-v8"}, lr=2))
    good = [Traced(run=evaluation, source=run("v13", {"dataset": "churn-v7"}))]
    assert [(s.what, s.after) for s in compare(bad, good)] == [
        ("data", "churn-v8"),
        ("param", "2"),
    ]
    same = Traced(run=evaluation, source=run("v13"))
    assert compare(Traced(run=worse, source=run("v13")), [same]) == ()


def test_long_values_show_where_they_differ() -> None:
    base = "s3://bucket/" + "x" * 300
    [suspect] = compare(
        Traced(run=run(features=f"{base}/v7/part")), [Traced(run=run(features=f"{base}/v6/part"))]
    )
    assert suspect == Suspect(
        what="param", name="features", before="…xxxxxxxxxx/v6/part", after="…xxxxxxxxxx/v7/part"
    )


def test_there_are_never_more_than_can_be_kept() -> None:
    many: dict[str, Any] = {f"p{n}": "1" for n in range(100)}
    assert len(found(run(**many), run())) == MOST_SUSPECTS
