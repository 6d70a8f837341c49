"""An experiment tracker in memory that finds runs as MLflow does: by the times clients gave."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker

_GONE = "RESOURCE_DOES_NOT_EXIST"
_NO_START = datetime(1970, 1, 1, tzinfo=UTC)


class FakeTracker:
    """Holds what a server would; `calls` lists the reads, `down` and `hangs` make them fail.

    `held` runs that are `deleted` lie in the bin.
    """

    base_url = "http://mlflow.test"
    latency = 0.0

    def __init__(self, *experiments: Experiment, name: str = "") -> None:
        self.name = name
        self.known = list(experiments)
        self.held: dict[str, Run] = {}
        self.models: list[RegisteredModel] = []
        self.versions: list[ModelVersion] = []
        self.curves: dict[tuple[str, str], list[MetricPoint]] = {}
        self.calls: list[str] = []
        self.down: set[str] = set()
        self.hangs = False

    def hold(self, *runs: Run) -> None:
        """Store or replace runs."""
        self.held |= {run.run_id: run for run in runs}

    async def experiments(self) -> list[Experiment]:
        await self._read("experiments")
        return list(self.known)

    @property
    def servers(self) -> Sequence["FakeTracker"]:
        return (self,)

    async def aclose(self) -> None:
        self.calls.append("aclose")

    async def ended_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> list[Run]:
        await self._read("ended_runs")
        found = [run for run in self._of(experiment_ids) if _within(run.ended_at, since, until)]
        return sorted(found, key=lambda run: (run.ended_at, run.run_id))

    async def running_runs(
        self, experiment_ids: Sequence[str], since: datetime | None = None
    ) -> list[Run]:
        await self._read("running_runs")
        going = [run for run in self._of(experiment_ids) if not run.status.ended]
        return [run for run in going if since is None or _within(_start(run), since, None)]

    async def started_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Sequence[Run]]:
        await self._read("started_runs")
        every = self._of(experiment_ids, deleted_too=True)
        for run in sorted(every, key=lambda run: (_start(run), run.run_id)):
            if _within(_start(run), since, until):
                yield [run]

    async def several(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
        await self._read("several")
        every = self._of(experiment_ids, deleted_too=True)
        return [run for run in every if run.run_id in run_ids]

    async def registered_models(self) -> list[RegisteredModel]:
        await self._read("registered_models")
        return [replace(model, mark=self._mark(model)) for model in self.models]

    async def model_versions(self, model: str) -> list[ModelVersion]:
        await self._read("model_versions")
        return [version for version in self.versions if version.model == model]

    async def all_versions(self) -> list[ModelVersion]:
        await self._read("all_versions")
        return list(self.versions)

    async def alias(self, model: str, alias: str) -> int | None:
        await self._read("alias")
        return self._model(model).aliases.get(alias)

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        await self._read("set_alias")
        self._require(model, version)
        if not re.fullmatch(r"[\w-]{1,255}", alias) or re.fullmatch(r"(?i)latest|v\d+", alias):
            raise MlflowError("Invalid alias name.", code="INVALID_PARAMETER_VALUE")
        known = self._model(model)
        moved = replace(known, aliases={**known.aliases, alias: version})
        self.models = [moved if each is known else each for each in self.models]

    async def tag_version(self, model: str, version: int, key: str, value: str) -> None:
        await self._read("tag_version")
        known = self._require(model, version)
        tagged = replace(known, tags={**known.tags, key: value})
        self.versions = [tagged if each is known else each for each in self.versions]

    async def run(self, run_id: str) -> Run:
        await self._read("run")
        if run_id not in self.held or self.held[run_id].deleted:
            raise MlflowError("No such run.", code=_GONE)
        return self.held[run_id]

    async def terminate(self, run_id: str, ended_at: datetime) -> None:
        await self._read("terminate")
        run = await self.run(run_id)
        self.held[run_id] = replace(run, status=RunStatus.KILLED, ended_at=ended_at)

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        await self._read("metric_history")
        return self.curves.get((run_id, metric), [])[:limit]

    async def check(self) -> str:
        raise NotImplementedError

    def _model(self, name: str) -> RegisteredModel:
        for model in self.models:
            if model.name == name:
                return model
        raise MlflowError(f"Registered Model with name={name} not found", code=_GONE)

    def _require(self, model: str, number: int) -> ModelVersion:
        self._model(model)
        for version in self.versions:
            if (version.model, version.version) == (model, number):
                return version
        raise MlflowError(f"Model Version (name={model}, version={number}) not found", code=_GONE)

    def _mark(self, model: RegisteredModel) -> str:
        """As MLflow's list: its aliases, its newest version with its tags, and how many it has."""
        mine = [version for version in self.versions if version.model == model.name]
        newest = max(mine, key=lambda version: version.version, default=None)
        return f"{sorted(model.aliases.items())} {newest} {len(mine)}"

    def _of(self, experiment_ids: Sequence[str], *, deleted_too: bool = False) -> list[Run]:
        known = {one.experiment_id for one in self.known}
        if not known.issuperset(experiment_ids):
            raise MlflowError("MLflow shows this account no such experiment.", code=_GONE)
        mine = [run for run in self.held.values() if run.experiment_id in experiment_ids]
        return [run for run in mine if deleted_too or not run.deleted]

    async def _read(self, call: str) -> None:
        self.calls.append(call)
        if self.hangs:
            await asyncio.Event().wait()
        if call in self.down:
            raise MlflowError("MLflow at http://mlflow.test can't be reached.", retryable=True)


def _start(run: Run) -> datetime:
    return run.started_at or _NO_START


def _within(at: datetime | None, since: datetime, until: datetime | None) -> bool:
    return at is not None and since <= at and (until is None or at < until)


_fits: type[ExperimentTracker] = FakeTracker
