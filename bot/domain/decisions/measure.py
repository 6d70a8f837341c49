"""Conditions on a model's metric that people type: when to look again, and what they expect."""

from dataclasses import dataclass

from bot.domain.alert import Operator
from bot.domain.metrics import Direction


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A metric of what an alias of a registered model points to."""

    model: str
    alias: str
    metric: str


@dataclass(frozen=True, kw_only=True)
class RevisitRule:
    """Look again when the metric is beyond `bound` for so many evaluations in a row."""

    measure: Measure
    operator: Operator
    bound: float
    for_evaluations: int


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """The predicted effect: the metric comes to `target` or better, in `direction`."""

    measure: Measure
    direction: Direction
    target: float
