"""Alert rules: what is watched, when it is bad, and who is told.

Terms follow Alertmanager and Grafana.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.alerts.comparing import exceeds
from bot.domain.metrics import Direction


class Severity(StrEnum):
    """How much a breach matters."""

    WARNING = "warning"
    CRITICAL = "critical"


class Operator(StrEnum):
    """On which side of the threshold a value is bad."""

    BELOW = "below"
    ABOVE = "above"

    def passed(self, value: float, bound: float) -> bool:
        """Whether a value is beyond the bound; the bound itself is not."""
        if self is Operator.BELOW:
            return exceeds(-value, -bound, bound)
        return exceeds(value, bound, bound)


class BaselineKind(StrEnum):
    """What a regression is measured against."""

    CHAMPION = "champion"
    ROLLING = "rolling"


class NoData(StrEnum):
    """What silence longer than a rule's `stale_after` means for it, as Grafana has it."""

    ALERT = "alert"
    KEEP = "keep"
    OK = "ok"


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A metric of an experiment's finished runs must not pass `bound`.

    With `recovery`, an open incident ends only when the metric has passed that value too.
    `experiment` is the name as it was when the rule was made.
    """

    experiment: str
    experiment_id: str
    operator: Operator
    bound: float
    recovery: float | None = None


@dataclass(frozen=True, kw_only=True)
class ModelThreshold:
    """A metric of a registered model's evaluations must not pass `bound`.

    With an `alias` only evaluations of the version under it count (which runs speak for a version:
    `bot.services.alerts.version_samples.runs_of_version`), and another version under it is a new
    beginning; without one every evaluation of the model counts. A budget (latency, cost) is one
    with a `unit`, such as "ms" or "USD per 1,000".
    """

    model: str
    alias: str
    operator: Operator
    bound: float
    recovery: float | None = None
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Regression:
    """A registered model's evaluations must not be worse than its baseline.

    The baseline is the run behind alias `champion`, or the median of the last good evaluations.
    `abs_delta` is in the metric's own unit, `rel_delta` a share of the baseline (0.02 is 2 %).
    With `drift` a slow decline that no single evaluation shows is a warning of its own.
    """

    model: str
    direction: Direction
    abs_delta: float
    rel_delta: float | None = None
    baseline: BaselineKind = BaselineKind.CHAMPION
    drift: bool = True


@dataclass(frozen=True, kw_only=True)
class RunRegression:
    """An experiment's finished runs must not be worse than the median of the last good ones."""

    experiment: str
    experiment_id: str
    direction: Direction
    abs_delta: float
    rel_delta: float | None = None
    drift: bool = True


@dataclass(frozen=True, kw_only=True)
class SliceFloor:
    """No slice of a model's evaluation may pass `bound`; bad where at least `at_least` do.

    The rule's metric is a pattern such as `f1/slice=*`: every metric that it matches is a slice,
    and what `*` stands for is its name.
    """

    model: str
    operator: Operator
    bound: float
    at_least: int = 1


@dataclass(frozen=True, kw_only=True)
class FairnessGap:
    """The best and the worst slice of a model's evaluation must not lie further apart than `bound`.

    The rule's metric is a pattern as for `SliceFloor`.
    """

    model: str
    bound: float


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """A model must be evaluated, or an experiment run, at least every `after`.

    Exactly one of `model` and `experiment` (with its id) is set; the rule's metric may be empty,
    and then any finished run counts.
    """

    after: timedelta
    model: str = ""
    experiment: str = ""
    experiment_id: str = ""


Condition = (
    Threshold | ModelThreshold | Regression | RunRegression | SliceFloor | FairnessGap | Staleness
)


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """What a person filled in: a rule without its number.

    It is bad after `for_evaluations` bad evaluations in a row, once the first of them was processed
    `for_duration` ago. Runs count that carry all `tags` (name, value). `owner` (a user id; "" is
    the model's owner, else the author) is called when it fires, else the first of `deputies` who is
    awake; a critical one may wake the owner where `may_wake`. After an alert of this rule further
    ones within `cooldown` go to its thread. `decision` is the number of the decision that asks for
    it: where the rule fires, the makers are asked to look at that decision again, and there is no
    alert.
    """

    workspace: str
    channel: str
    author: str
    metric: str
    severity: Severity
    for_evaluations: int
    condition: Condition
    for_duration: timedelta = timedelta(0)
    tags: tuple[tuple[str, str], ...] = ()
    stale_after: timedelta | None = None
    no_data: NoData = NoData.KEEP
    owner: str = ""
    deputies: tuple[str, ...] = ()
    may_wake: bool = False
    runbook: str = ""
    cooldown: timedelta = timedelta(0)
    decision: int | None = None

    @property
    def model(self) -> str:
        """The registered model that it is about, or empty."""
        return getattr(self.condition, "model", "")

    @property
    def experiment(self) -> str:
        """The experiment that it is about, by name, or empty."""
        return getattr(self.condition, "experiment", "")


@dataclass(frozen=True, kw_only=True)
class Rule(RuleDraft):
    """An alert rule, A-`number` in its workspace; one that has ended is never evaluated again.

    `revision` grows with each change by a person, and `changed_by` made the last one.
    """

    number: int
    created_at: datetime
    ended_at: datetime | None = None
    revision: int = 1
    changed_by: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        return f"A-{self.number}"
