"""The kinds of rules in plain words, and the fields that each has in the form."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.domain.alerts.rules import (
    BaselineKind,
    Condition,
    FairnessGap,
    ModelThreshold,
    Regression,
    RunRegression,
    SliceFloor,
    Threshold,
)


class Kind(StrEnum):
    """What a form asks for; several kinds may make the same condition."""

    REGRESSION = "regression"
    ROLLING = "rolling"
    RUN_REGRESSION = "run_regression"
    THRESHOLD = "threshold"
    MODEL_THRESHOLD = "model_threshold"
    BUDGET = "budget"
    SLICES = "slices"
    GAP = "gap"
    STALE = "stale"


TITLES: Mapping[Kind, str] = {
    Kind.REGRESSION: "A model gets worse than its champion",
    Kind.ROLLING: "A model gets worse than it used to be",
    Kind.RUN_REGRESSION: "An experiment's runs get worse than they used to be",
    Kind.THRESHOLD: "A run's metric passes a limit",
    Kind.MODEL_THRESHOLD: "A model's metric passes a limit",
    Kind.BUDGET: "A budget is exceeded (latency, cost)",
    Kind.SLICES: "A slice is too low",
    Kind.GAP: "Slices are too far apart",
    Kind.STALE: "Nothing was evaluated for a while",
}

_ENDINGS = ("for_evaluations", "severity")
FIELDS: Mapping[Kind, Sequence[str]] = {
    Kind.REGRESSION: ("model", "metric", "direction", "abs_delta", *_ENDINGS),
    Kind.ROLLING: ("model", "metric", "direction", "abs_delta", *_ENDINGS),
    Kind.RUN_REGRESSION: ("experiment", "metric", "direction", "abs_delta", *_ENDINGS),
    Kind.THRESHOLD: ("experiment", "metric", "operator", "threshold", *_ENDINGS),
    Kind.MODEL_THRESHOLD: ("model", "metric", "alias", "operator", "threshold", *_ENDINGS),
    Kind.BUDGET: ("model", "metric", "threshold", "unit", *_ENDINGS),
    Kind.SLICES: ("model", "pattern", "operator", "threshold", *_ENDINGS),
    Kind.GAP: ("model", "pattern", "threshold", *_ENDINGS),
    Kind.STALE: ("about", "subject", "after", "severity"),
}

_COMMON = ("called", "may_wake", "runbook", "cooldown", "tags")
_OVER_TIME = ("for_duration", "stale_after", "no_data")
MORE: Mapping[Kind, Sequence[str]] = {
    Kind.REGRESSION: ("rel_delta", "drift", *_COMMON, *_OVER_TIME),
    Kind.ROLLING: ("rel_delta", "drift", *_COMMON, *_OVER_TIME),
    Kind.RUN_REGRESSION: ("rel_delta", "drift", *_COMMON, *_OVER_TIME),
    Kind.THRESHOLD: ("recovery", *_COMMON, *_OVER_TIME),
    Kind.MODEL_THRESHOLD: ("recovery", *_COMMON, *_OVER_TIME),
    Kind.BUDGET: ("alias", "recovery", *_COMMON, *_OVER_TIME),
    Kind.SLICES: ("at_least", *_COMMON, *_OVER_TIME),
    Kind.GAP: (*_COMMON, *_OVER_TIME),
    Kind.STALE: ("metric", *_COMMON),
}
"""What stands behind *More settings*."""


def kind_of(condition: Condition) -> Kind:
    """The kind in whose form a condition is shown."""
    match condition:
        case Regression(baseline=BaselineKind.ROLLING):
            return Kind.ROLLING
        case Regression():
            return Kind.REGRESSION
        case RunRegression():
            return Kind.RUN_REGRESSION
        case Threshold():
            return Kind.THRESHOLD
        case ModelThreshold(unit=unit):
            return Kind.BUDGET if unit else Kind.MODEL_THRESHOLD
        case SliceFloor():
            return Kind.SLICES
        case FairnessGap():
            return Kind.GAP
        case _:
            return Kind.STALE
