"""An experiment tracker in memory that finds runs as MLflow does: by the times clients gave."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
)
from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker

_GONE = "RESOURCE_DOES_NOT_EXIST"


class FakeTracker:
    """Holds what a server would; `calls` lists the reads, `down` and `hangs` make them fail."""

    base_url = "http://mlflow.test"

    def __init__(self, *experiments: Experiment) -> None:
        self.known = list(experiments)
        self.held: dict[str, Run] = {}
        self.models: list[RegisteredModel] = []
        self.versions: list[ModelVersion] = []
        self.calls: list[str] = []
        self.down: set[str] = set()
        self.hangs = False

    def hold(self, *runs: Run) -> None:
        """Store or replace runs."""
        self.held |= {run.run_id: run for run in runs}

    async def experiments(self) -> list[Experiment]:
        await self._read("experiments")
        return list(self.known)

    async def ended_runs(self, experiment_ids: Sequence[str], since: datetime) -> list[Run]:
        await self._read("ended_runs")
        found = [run for run in self._of(experiment_ids) if run.ended_at and run.ended_at >= since]
        return sorted(found, key=lambda run: (run.ended_at, run.run_id))

    async def running_runs(self, experiment_ids: Sequence[str]) -> list[Run]:
        await self._read("running_runs")
        return [run for run in self._of(experiment_ids) if not run.status.ended]

    async def started_runs(self, experiment_ids: Sequence[str], since: datetime) -> list[Run]:
        await self._read("started_runs")
        return [
            run for run in self._of(experiment_ids) if run.started_at and run.started_at >= since
        ]

    async def registered_models(self) -> list[RegisteredModel]:
        await self._read("registered_models")
        return list(self.models)

    async def model_versions(self, model: str) -> list[ModelVersion]:
        await self._read("model_versions")
        return [version for version in self.versions if version.model == model]

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
        if run_id not in self.held:
            raise MlflowError("No such run.", code=_GONE)
        return self.held[run_id]

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        raise NotImplementedError

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

    def _of(self, experiment_ids: Sequence[str]) -> list[Run]:
        return [run for run in self.held.values() if run.experiment_id in experiment_ids]

    async def _read(self, call: str) -> None:
        self.calls.append(call)
        if self.hangs:
            await asyncio.Event().wait()
        if call in self.down:
            raise MlflowError("MLflow at http://mlflow.test can't be reached.", retryable=True)


_fits: type[ExperimentTracker] = FakeTracker
