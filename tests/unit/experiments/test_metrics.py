"""Metric names and tags are read with sense, and not guessed beyond it."""

import math

import pytest

from bot.domain.experiments.records import Experiment
from bot.domain.metrics import Direction, direction_of, primary_metric
from tests.unit.experiments.builders import a_run


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("val_auc", "higher"),
        ("Accuracy", "higher"),
        ("f1/slice=eu", "higher"),
        ("test-r2", "higher"),
        ("mean_average_precision", "higher"),
        ("val_loss", "lower"),
        ("rmse", "lower"),
        ("latency_ms_p95", "lower"),
        ("neg_mean_squared_error", "higher"),
        ("accuracy_loss", "unknown"),
        ("epochs", "unknown"),
        ("mapping", "unknown"),
        ("", "unknown"),
    ],
)
def test_direction_by_name(metric: str, direction: str) -> None:
    assert direction_of(metric, {}) == direction


def test_the_tag_overrules_the_name() -> None:
    assert direction_of("val_loss", {"metric_direction": " Higher "}) is Direction.HIGHER
    assert direction_of("val_loss", {"metric_direction": "sideways"}) is Direction.LOWER


def test_the_tag_speaks_of_the_primary_metric_only() -> None:
    tags = {"primary_metric": "val_auc", "metric_direction": "higher"}
    assert direction_of("val_auc", tags) is Direction.HIGHER
    assert direction_of("val_loss", tags) is Direction.LOWER
    assert direction_of("n_eval", tags) is Direction.UNKNOWN
    assert direction_of("n_eval", {**tags, "metric_direction.n_eval": "lower"}) is Direction.LOWER


def test_unknown_beats_nothing() -> None:
    assert not Direction.UNKNOWN.better(2, 1)
    assert Direction.LOWER.better(1, 2)
    assert not Direction.LOWER.better(1, 1)


def _primary(*metrics: dict[str, float], **tags: str) -> str | None:
    runs = [a_run(str(i), metrics=each) for i, each in enumerate(metrics)]
    return primary_metric(Experiment(experiment_id="1", name="x", tags=tags), runs)


def test_the_primary_metric_is_the_tagged_one_even_if_no_run_has_it() -> None:
    assert _primary({"a": 1}, primary_metric="val_f1") == "val_f1"


def test_validation_comes_before_test_and_training() -> None:
    assert _primary({"train_auc": 1, "test_auc": 1, "val_auc": 1, "auc": 1}) == "val_auc"
    assert _primary({"train_auc": 1, "test_auc": 1}) == "test_auc"
    assert _primary({"train_auc": 1, "auc": 1}) == "auc"


def test_known_directions_come_first_and_system_metrics_never() -> None:
    assert _primary({"epochs": 1, "loss": 1, "system/cpu_error": 1}) == "loss"
    assert _primary({"system/cpu": 1}) is None


def test_a_metric_that_few_runs_share_is_not_primary() -> None:
    few, many = {"val_auc": 0.9, "loss": 1.0}, {"loss": 1.0}
    assert _primary(few, many, many) == "loss"
    assert _primary(few, few, many) == "val_auc"


def test_what_is_no_number_is_not_shared() -> None:
    assert _primary({"val_auc": math.nan, "loss": math.inf}) is None
    assert _primary() is None
