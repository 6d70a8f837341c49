"""What a metric's name and an experiment's tags say about it."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.domain.experiments.records import Experiment, Run

PRIMARY_TAG = "primary_metric"
DIRECTION_TAG = "metric_direction"

_HIGHER = ("auc", "auroc", "auprc", "f1", "accuracy", "acc", "ndcg", "map", "r2", "precision")
_HIGHER_TOO = ("recall", "bleu", "rouge", "mrr", "iou")
_LOWER = ("loss", "logloss", "error", "rmse", "mae", "mse", "mape", "perplexity", "wer", "brier")
_LOWER_TOO = ("latency", "cost", "psi", "cer", "err")
_ORDER = {word: i for i, word in enumerate(_HIGHER + _HIGHER_TOO + _LOWER + _LOWER_TOO)}
_HELD_OUT = ({"val", "valid", "validation"}, {"test", "eval", "holdout"})
_TRAINING = {"train", "training"}
# System metrics say how a machine did, not how a model did
# (https://mlflow.org/docs/latest/ml/tracking/system-metrics/).
SYSTEM = "system/"

# As many as alerts tell values apart by: see `bot.domain.alerts.comparing`.
_MOST_DIGITS = 10


class Direction(StrEnum):
    """Which way a metric gets better."""

    HIGHER = "higher"
    LOWER = "lower"
    UNKNOWN = "unknown"

    def better(self, value: float, other: float) -> bool:
        """Whether `value` beats `other`; never where the direction is unknown."""
        if self is Direction.UNKNOWN:
            return False
        return value > other if self is Direction.HIGHER else value < other


def figure(value: float, digits: int = 4) -> str:
    """A metric value in four significant digits, without an exponent where that is readable."""
    if not math.isfinite(value):
        return "not a number"
    if 1000 <= abs(value) < 1e6:
        return f"{value:.{digits - 3}f}"
    return f"{value:.{digits}g}"


def figures(*values: float) -> list[str]:
    """Values that are shown beside each other, with as many digits as it takes to tell those apart
    that differ; what nothing but rounding tells apart looks the same."""
    different = len(set(values))
    tried = ([figure(value, digits) for value in values] for digits in range(4, _MOST_DIGITS + 1))
    told = (shown for shown in tried if len(set(shown)) == different)
    return next(told, [figure(value) for value in values])


def difference(amount: float, *beside: float, limit: float | None = None) -> str:
    """How far two values are apart, with the decimals of those it is shown beside; more where it
    would seem to be on the other side of `limit`."""
    shown = figures(*beside)
    decimals = max(len(text.partition(".")[2]) for text in shown)
    text = f"{amount:.{decimals}f}"
    if any("e" in each for each in shown) or (amount and not float(text)):
        text = figure(amount)
    if limit is not None and (float(text) > limit) != (amount > limit):
        return figures(amount, limit)[0]
    return text


def direction_tag(metric: str) -> str:
    """The experiment's tag that tells the direction of this one metric."""
    return f"{DIRECTION_TAG}.{metric}"


def direction_of(metric: str, tags: Mapping[str, str]) -> Direction:
    """What the experiment's tags say, the metric's own first, else what the metric's name says,
    else unknown.

    The tag `metric_direction` speaks of the metric that `primary_metric` names, if one does.
    What people said is among the tags of an experiment that `bot.services.experiments.directions`
    gives.
    """
    primary = tags.get(PRIMARY_TAG, "").strip() or metric
    for tag in (direction_tag(metric), *([DIRECTION_TAG] if metric == primary else [])):
        said = tags.get(tag, "").strip().lower()
        if said in (Direction.HIGHER, Direction.LOWER):
            return Direction(said)
    words = _words(metric)
    higher = not words.isdisjoint(_HIGHER + _HIGHER_TOO)
    if higher == (not words.isdisjoint(_LOWER + _LOWER_TOO)):
        return Direction.UNKNOWN
    # scikit-learn negates losses so that more is always better: neg_mean_squared_error.
    return Direction.HIGHER if higher or "neg" in words else Direction.LOWER


def primary_metric(experiment: Experiment, finished: Sequence[Run]) -> str | None:
    """The metric that the experiment is judged by, or None where its runs have none.

    The tag `primary_metric` decides. Else it is a metric that at least half as many finished runs
    have as the most common one: with a known direction before others, validation before test
    before training, well-known names first, then the most common.
    """
    named = experiment.tags.get(PRIMARY_TAG, "").strip()
    if named:
        return named
    shared = Counter(
        name
        for run in finished
        for name, value in run.metrics.items()
        if math.isfinite(value) and not name.startswith(SYSTEM)
    )
    if not shared:
        return None
    enough = max(shared.values()) / 2
    candidates = [name for name, runs in shared.items() if runs >= enough]
    return min(candidates, key=lambda name: (*_precedence(name, experiment.tags), -shared[name]))


def _precedence(metric: str, tags: Mapping[str, str]) -> tuple[bool, int, int, str]:
    words = _words(metric)
    unknown = direction_of(metric, tags) is Direction.UNKNOWN
    held_out = next((i for i, names in enumerate(_HELD_OUT) if words & names), len(_HELD_OUT))
    place = held_out + 1 if words & _TRAINING else held_out
    order = min((_ORDER[word] for word in words if word in _ORDER), default=len(_ORDER))
    return unknown, place, order, metric


def _words(metric: str) -> set[str]:
    return set(re.findall(r"[a-z]+[0-9]*", metric.lower()))
