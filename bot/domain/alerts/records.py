"""Alert rules, what they have seen, and the incidents that came of it.

Terms follow Alertmanager and Grafana: pending, firing, resolved, acknowledge.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
        return value < bound if self is Operator.BELOW else value > bound


class Phase(StrEnum):
    """Where a rule stands; `resolved` lasts until the next good evaluation."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"

    @property
    def is_open(self) -> bool:
        """Whether an incident is open in this phase."""
        return self in (Phase.FIRING, Phase.RECOVERING)


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
class Regression:
    """A registered model's evaluations must not be worse than the run behind alias `champion`.

    `abs_delta` is in the metric's own unit, `rel_delta` a share of the baseline (0.02 is 2 %).
    """

    model: str
    direction: Direction
    abs_delta: float
    rel_delta: float | None = None


@dataclass(frozen=True, kw_only=True)
class ModelThreshold:
    """A metric of the version under an alias of a registered model must not pass `bound`.

    Another version under the alias is a new beginning. Which runs speak for a version:
    `bot.services.alerts.version_samples.runs_of_version`.
    """

    model: str
    alias: str
    operator: Operator
    bound: float


Condition = Threshold | Regression | ModelThreshold


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """What a person filled in: a rule without its number.

    `decision` is the number of the decision that asks for it: where the rule fires, the makers are
    asked to look at that decision again, and there is no alert.
    """

    workspace: str
    channel: str
    author: str
    metric: str
    severity: Severity
    for_evaluations: int
    condition: Condition
    decision: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(RuleDraft):
    """An alert rule, A-`number` in its workspace; one that has ended is never evaluated again."""

    number: int
    created_at: datetime
    ended_at: datetime | None = None

    @property
    def label(self) -> str:
        """What people call it."""
        return f"A-{self.number}"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One evaluation: a finished run that has the metric; `key` is its run id.

    `at` is when the run says that it ended, never after the moment of reading.
    """

    key: str
    experiment_id: str
    name: str
    at: datetime
    value: float
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The finite metric of the run behind alias `champion`."""

    version: int
    run_id: str
    experiment_id: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Point:
    """A processed sample, for charts; `value` is None where it was not a number.

    `expected` and `margin` are the baseline and band at that time (None for thresholds).
    """

    key: str
    name: str
    at: datetime
    value: float | None
    is_bad: bool
    expected: float | None = None
    margin: float | None = None


@dataclass(frozen=True, kw_only=True)
class AlertState:
    """What a rule remembers between evaluations; times are aware UTC.

    `streak` counts bad evaluations in a row, `window` holds the last good values, `incidents` how
    many were opened so far, `champions` the run ids that were the baseline once, `read_until` how
    far the mirror was read, and `version` which version of a model a `ModelThreshold` looks at.
    """

    since: datetime
    read_until: datetime
    phase: Phase = Phase.INACTIVE
    reason: str = "nothing evaluated yet"
    streak: int = 0
    last_key: str = ""
    window: tuple[float, ...] = ()
    baseline: Baseline | None = None
    champions: tuple[str, ...] = ()
    incidents: int = 0
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class StoredState:
    """A state with the version that the next one must replace."""

    state: AlertState
    version: int


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A line of a rule's log."""

    at: datetime
    before: Phase
    after: Phase
    reason: str
    sample_key: str = ""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One breach, from its first message to its recovery; times are aware UTC.

    `title` names what is wrong in plain words (with outside names as they are), `latest` what the
    newest evaluation said. `recovered` is False where it ended for another reason.
    """

    id: str
    workspace: str
    rule_number: int
    channel: str
    severity: Severity
    title: str
    latest: str
    sample: Sample | None
    baseline: Baseline | None
    opened_at: datetime
    changed_at: datetime
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    recovered: bool = False

    @property
    def delivery_id(self) -> str:
        """The delivery that posts its one message."""
        return f"alert:{self.id}"
