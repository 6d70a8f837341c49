"""Evidence as the mirrors have it at a moment."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from bot.domain.decisions.drift import ALIASES
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.experiments.datasets import dataset_of
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.issues.sharing import IssueSight
from bot.domain.metrics import PRIMARY_TAG, SYSTEM, Direction, direction_of, primary_metric
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import directions
from bot.services.experiments import pages as experiments
from bot.services.issues import sight

MOST_METRICS = 30
# https://mlflow.org/docs/latest/ml/tracking/#system-tags names the first.
_COMMIT_TAGS = ("mlflow.source.git.commit", "git_commit", "commit", "commit_sha", "git_sha")


class Mirror:
    """What one workspace's mirrors hold, read at most once each; of Jira what `channel` may see."""

    def __init__(self, uow: UnitOfWork, workspace: str, channel: str) -> None:
        self._uow = uow
        self._workspace = workspace
        self._channel = channel
        self._primaries: dict[str, str] = {}

    @cached_property
    def mlflow_read_at(self) -> datetime | None:
        """When MLflow last answered, or None where it never did."""
        health = experiments.source(self._uow)
        return health.read_at if health else None

    @cached_property
    def _projects_read_at(self) -> Mapping[str, datetime]:
        return {each.project: each.read_at for each in self._uow.issues.progress(self._workspace)}

    @cached_property
    def _sight(self) -> IssueSight:
        return sight.of_channel(self._uow, self._workspace, self._channel)

    @cached_property
    def experiments(self) -> Mapping[str, Experiment]:
        """Every experiment by its id."""
        known = directions.experiments(self._uow, self._workspace)
        return {each.experiment_id: each for each in known}

    @cached_property
    def models(self) -> Mapping[str, RegisteredModel]:
        """Every registered model by its name."""
        return {each.name: each for each in self._uow.experiments.models(self._workspace)}

    def run(self, run_id: str) -> Run | None:
        """The run of that id, or None."""
        return self._uow.experiments.run(self._workspace, run_id) if run_id else None

    def runs_called(self, beginning: str, limit: int) -> list[Run]:
        """Runs whose id or name begins like this, the latest first."""
        return self._uow.experiments.runs_called(self._workspace, beginning, limit)

    def version(self, model: str, number: int) -> ModelVersion | None:
        """A version of a registered model, or None."""
        if model not in self.models:
            return None
        versions = self._uow.experiments.versions(self._workspace, model)
        return next((each for each in versions if each.version == number), None)

    def read_at(self, evidence: Evidence) -> datetime | None:
        """When the source of a piece last answered; None for none, or one that never did."""
        match evidence.kind:
            case EvidenceKind.RUN | EvidenceKind.VERSION:
                return self.mlflow_read_at
            case EvidenceKind.ISSUE:
                return self._projects_read_at.get(evidence.key.rpartition("-")[0])
        return None

    def now(self, then: Evidence, at: datetime) -> Evidence | None:
        """A piece as its source had it last, with the same metrics; None where it hasn't got it."""
        match then.kind:
            case EvidenceKind.RUN:
                run = self.run(then.typed_key)
                # The mirror keeps the runs of an experiment that was deleted at the source.
                alive = run is not None and run.experiment_id in self.experiments
                return self.of_run(run, at, then) if run and alive else None
            case EvidenceKind.VERSION:
                version = self.version(*then.version)
                return self.of_version(version, at, then) if version else None
            case EvidenceKind.ISSUE:
                issue = self.of_issue(then.key, at)
                return issue if issue.state else None
        return None

    def of_run(self, run: Run, at: datetime, like: Evidence | None = None) -> Evidence:
        """A run with the metrics that are worth keeping, or with those that `like` has."""
        primary = like.primary if like else self._primary(run.experiment_id)
        metrics = _of_these(run, like.metrics) if like else _worth_keeping(run, primary)
        return Evidence(
            kind=EvidenceKind.RUN,
            key=f"{run.experiment_id}/{run.run_id}",
            label=run.name or run.run_id[:8],
            frozen_at=at,
            metrics=metrics,
            primary=primary if primary in metrics else "",
            state=run.status.lower(),
            dataset=dataset_of(run),
            commit=next((run.tags[tag] for tag in _COMMIT_TAGS if run.tags.get(tag)), ""),
        )

    def of_version(
        self, version: ModelVersion, at: datetime, like: Evidence | None = None
    ) -> Evidence:
        """A version with its aliases, and with what its run says where that is mirrored."""
        found = self.run(version.run_id)
        run = self.of_run(found, at, like) if found else None
        aliases = self.models[version.model].aliases
        return Evidence(
            kind=EvidenceKind.VERSION,
            key=f"{version.model}/{version.version}",
            label=f"{version.model} v{version.version}",
            frozen_at=at,
            metrics=run.metrics if run else {},
            primary=run.primary if run else "",
            state=ALIASES.join(sorted(a for a, n in aliases.items() if n == version.version)),
            dataset=run.dataset if run else "",
            commit=run.commit if run else "",
        )

    def may_name(self, key: str) -> bool:
        """Whether the channel may know what becomes of an issue of that project."""
        return self._sight.names(key)

    def of_issue(self, key: str, at: datetime) -> Evidence:
        """An issue, whose status is empty where it isn't mirrored or the channel may not see it."""
        found = self._sight.only(self._uow.issues.by_keys(self._workspace, [key]))
        return Evidence(
            kind=EvidenceKind.ISSUE,
            key=key,
            label=key,
            frozen_at=at,
            state=found[0].status if found else "",
        )

    def _primary(self, experiment_id: str) -> str:
        if experiment_id not in self._primaries:
            self._primaries[experiment_id] = self._judged_by(experiment_id)
        return self._primaries[experiment_id]

    def _judged_by(self, experiment_id: str) -> str:
        experiment = self.experiments.get(experiment_id)
        if experiment is None:
            return ""
        tagged = experiment.tags.get(PRIMARY_TAG, "").strip()
        runs = [] if tagged else self._uow.experiments.runs(self._workspace, [experiment_id])
        finished = [run for run in runs if run.status is RunStatus.FINISHED]
        return primary_metric(experiment, finished) or ""


def _worth_keeping(run: Run, primary: str) -> dict[str, float]:
    """At most `MOST_METRICS` finite ones: the primary, then those that say which way is better."""
    kept = [n for n, v in run.metrics.items() if math.isfinite(v) and not n.startswith(SYSTEM)]
    kept.sort(key=lambda n: (n != primary, direction_of(n, {}) is Direction.UNKNOWN, n))
    # PostgreSQL's JSON has no negative zero; adding zero makes it the same on every database.
    return {name: run.metrics[name] + 0.0 for name in kept[:MOST_METRICS]}


def _of_these(run: Run, names: Iterable[str]) -> dict[str, float]:
    return {name: run.metrics[name] for name in names if name in run.metrics}
