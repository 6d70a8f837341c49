"""Experiments, runs and registered models as Meridian sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RunStatus(StrEnum):
    """MLflow's run life cycle (https://mlflow.org/docs/latest/api_reference/rest-api.html#runstatus)."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    @property
    def ended(self) -> bool:
        """Whether MLflow expects no more work from this run."""
        return self in (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A named collection of runs on one tracking server; `created_at` (aware UTC) is by its clock,
    and None where a value comes from the mirror."""

    experiment_id: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution; times are aware UTC, `metrics` hold the latest finite-or-not float per key.

    A metric that MLflow stores as NaN or infinite arrives as `nan` or `inf`, never as a string.
    `step` is the highest step of a metric and `logged_at` the time of the latest value, both None
    without one; system metrics don't count, for their steps are seconds. `deleted` ones lie in the
    source's bin: only sweeps and look-ups show them, and the mirror hides them.
    """

    run_id: str
    experiment_id: str
    name: str
    status: RunStatus
    started_at: datetime | None
    ended_at: datetime | None
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    step: int | None = None
    logged_at: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """One version of a registered model; `run_id` is empty where MLflow knows no source run."""

    model: str
    version: int
    run_id: str
    created_at: datetime
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RegisteredModel:
    """A registered model with its alias map (alias to version number).

    `mark` changes with anything that the source's list of models says of it, its newest versions
    included; older versions may get other tags without it.
    """

    name: str
    aliases: Mapping[str, int] = field(default_factory=dict)
    mark: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class MetricPoint:
    """One logged value of a metric; `at` is aware UTC."""

    step: int
    at: datetime
    value: float


@dataclass(frozen=True, kw_only=True)
class Activity:
    """How many runs an experiment has, and when the latest one started or ended (aware UTC)."""

    runs: int
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BestRun:
    """The best run of an experiment in a window; `previous` is the best value before it."""

    experiment: Experiment
    run: Run
    metric: str
    value: float
    higher_is_better: bool
    previous: float | None


@dataclass(frozen=True, kw_only=True)
class RunsSummary:
    """What became of the runs whose end was noticed in a window; `broken` are the latest few of
    those that failed, and names, ids and experiments are those of the source."""

    finished: int = 0
    failed: int = 0
    killed: int = 0
    broken: tuple[Run, ...] = ()
    best: tuple[BestRun, ...] = ()
    experiments: Mapping[str, Experiment] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them; 0 means that there is nothing to say."""
        return self.finished + self.failed + self.killed
