"""Rules of every kind, and running the engine over values, for the engine's tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.alerts.engine import Evaluation, Notify, evaluate
from bot.domain.alerts.rules import (
    BaselineKind,
    FairnessGap,
    ModelThreshold,
    Operator,
    Rule,
    RunRegression,
    SliceFloor,
    Staleness,
)
from bot.domain.alerts.slices import Slices, summary_of
from bot.domain.alerts.states import AlertState, Baseline, Phase, Sample
from bot.domain.metrics import Direction
from tests.unit.alerts.values import T0, WORSE, fresh, rule, sample

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

ROLLING = replace(WORSE, baseline=BaselineKind.ROLLING)
RUNS = RunRegression(
    experiment="churn", experiment_id="1", direction=Direction.HIGHER, abs_delta=0.006
)
BUDGET = ModelThreshold(
    model="churn", alias="", operator=Operator.ABOVE, bound=200, recovery=180, unit="ms"
)
FLOOR = SliceFloor(model="churn", operator=Operator.BELOW, bound=0.85)
GAP = FairnessGap(model="churn", bound=0.05)
STALE = Staleness(model="churn", after=3 * DAY)
SLICES = "val_auc/segment/*"

QUIET = (0.897, 0.893, 0.896, 0.894, 0.895, 0.898, 0.892, 0.895, 0.894, 0.896)


def sliced(condition: SliceFloor | FairnessGap) -> Rule:
    """A rule on the slices of churn."""
    return rule(condition, metric=SLICES)


def of_slices(condition: SliceFloor | FairnessGap, *slices: tuple[str, float]) -> Sample:
    """An evaluation with these slices."""
    ordered: Slices = tuple(sorted(slices))
    return replace(sample(summary_of(condition, ordered)), slices=ordered)


def run(
    about: Rule,
    values: Sequence[float],
    base: Baseline | None = None,
    state: AlertState | None = None,
    *,
    begin: datetime = T0,
    step: timedelta = timedelta(minutes=1),
) -> list[Evaluation]:
    """The evaluations of one value after another, the first `step` after `begin`."""
    state, found = state or fresh(), []
    for index, value in enumerate(values):
        now = begin + (index + 1) * step
        key = f"r{begin.timestamp():.0f}-{index}"
        found.append(evaluate(about, sample(value, key), state, now, base))
        state = found[-1].state
    return found


def told(found: Sequence[Evaluation]) -> list[tuple[Phase, Notify]]:
    """The phases on the way, and what people were told."""
    return [(each.state.phase, each.notify) for each in found]


def phases(found: Sequence[Evaluation]) -> list[Phase]:
    """The phases on the way."""
    return [each.state.phase for each in found]
