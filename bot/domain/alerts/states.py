"""What a rule reads and what it remembers of it; terms follow Alertmanager and Grafana."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """Where a rule stands; `resolved` lasts until the next good evaluation.

    `drifting` is a slow decline without a breach, `invalid` a metric that is not a number, and
    `no_data` silence that the rule was told to speak of.
    """

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    DRIFTING = "drifting"
    INVALID = "invalid"
    NO_DATA = "no_data"
    RESOLVED = "resolved"

    @property
    def is_open(self) -> bool:
        """Whether an incident is open in this phase."""
        return self not in (Phase.INACTIVE, Phase.PENDING, Phase.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One evaluation: a finished run that has the metric; `key` is its run id.

    `at` is when the run says that it ended, never after the moment of reading. `slices` are the
    values of a slice rule by slice name, and then `value` is the worst of them or their gap.
    """

    key: str
    experiment_id: str
    name: str
    at: datetime
    value: float
    version: int | None = None
    slices: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The finite metric of the run behind alias `champion`, and those of its seed group.

    `seeds` are the finite values of all runs that differ from it by their seed only, its own too.
    """

    version: int
    run_id: str
    experiment_id: str
    value: float
    seeds: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Point:
    """A processed sample, for charts; `at` is its own, and `value` None where it was no number.

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

    `streak` counts bad evaluations in a row, `alike` how many of the last of them are of the same
    kind, `invalid` says that this kind is "not a number", and `bad_since` is when the first of the
    streak was processed. `breached` says whether the open incident has been more than a decline or
    silence. `window` holds the last good values, `drift` is the CUSUM of their decline, `incidents`
    how many were opened so far, `champions` the run ids that were the baseline once, `read_until`
    how far the mirror was read, `heard_at` when the last evaluation was processed (None before the
    first), `awaited_since` from when on silence counts if nothing was heard since, and `version`
    which version of a model a rule on an alias looks at. `blind` says in plain words why nothing
    can be judged now, and `was_bad` whether it was bad already when the rule began, and until its
    first evaluation.
    """

    since: datetime
    read_until: datetime
    phase: Phase = Phase.INACTIVE
    reason: str = "nothing evaluated yet"
    streak: int = 0
    alike: int = 0
    invalid: bool = False
    bad_since: datetime | None = None
    breached: bool = False
    last_key: str = ""
    window: tuple[float, ...] = ()
    drift: float = 0.0
    baseline: Baseline | None = None
    champions: tuple[str, ...] = ()
    incidents: int = 0
    heard_at: datetime | None = None
    awaited_since: datetime | None = None
    version: int | None = None
    blind: str = ""
    was_bad: bool = False


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
