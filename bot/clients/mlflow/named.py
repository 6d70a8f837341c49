"""One MLflow server among several: what it says carries its name."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
)
from bot.domain.experiments.servers import bare, qualified
from bot.ports.trackers import ExperimentTracker


class Server(ExperimentTracker, Protocol):
    """A tracker that holds a connection."""

    @property
    def servers(self) -> Sequence["Server"]:
        """As `ExperimentTracker` says."""
        ...

    async def aclose(self) -> None:
        """Closes it."""
        ...


class NamedTracker:
    """The server called `name`: ids of experiments and names begin with it, here and there.

    Raises as `MlflowTracker` does.
    """

    def __init__(self, name: str, tracker: Server) -> None:
        self._name = name
        self._tracker = tracker

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    @property
    def servers(self) -> Sequence["NamedTracker"]:
        """Only itself."""
        return (self,)

    @property
    def latency(self) -> float:
        """How many seconds the last search of runs took."""
        return self._tracker.latency

    @property
    def base_url(self) -> str:
        """Where links to runs start: no trailing slash, no credentials."""
        return self._tracker.base_url

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._tracker.aclose()

    async def experiments(self) -> list[Experiment]:
        """All active experiments."""
        return [
            replace(one, experiment_id=self._named(one.experiment_id), name=self._named(one.name))
            for one in await self._tracker.experiments()
        ]

    async def ended_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> list[Run]:
        """Active runs by their end."""
        return self._runs(await self._tracker.ended_runs(_bare(experiment_ids), since, until))

    async def running_runs(
        self, experiment_ids: Sequence[str], since: datetime | None = None
    ) -> list[Run]:
        """Active runs that have not ended."""
        return self._runs(await self._tracker.running_runs(_bare(experiment_ids), since))

    async def started_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Sequence[Run]]:
        """Runs by their start, deleted ones too, in pages."""
        async for page in self._tracker.started_runs(_bare(experiment_ids), since, until):
            yield self._runs(page)

    async def several(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
        """Runs by their ids, deleted ones too."""
        return self._runs(await self._tracker.several(_bare(experiment_ids), run_ids))

    async def registered_models(self) -> list[RegisteredModel]:
        """All registered models."""
        found = await self._tracker.registered_models()
        return [replace(model, name=self._named(model.name)) for model in found]

    async def model_versions(self, model: str) -> list[ModelVersion]:
        """All versions of one model, newest first."""
        return self._versions(await self._tracker.model_versions(bare(model)))

    async def all_versions(self) -> list[ModelVersion]:
        """All versions of all models."""
        return self._versions(await self._tracker.all_versions())

    async def alias(self, model: str, alias: str) -> int | None:
        """The version behind an alias, or None."""
        return await self._tracker.alias(bare(model), alias)

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        """Point an alias at a version."""
        await self._tracker.set_alias(bare(model), alias, version)

    async def tag_version(self, model: str, version: int, key: str, value: str) -> None:
        """Give a version a tag."""
        await self._tracker.tag_version(bare(model), version, key, value)

    async def run(self, run_id: str) -> Run:
        """One active run."""
        return self._runs([await self._tracker.run(bare(run_id))])[0]

    async def terminate(self, run_id: str, ended_at: datetime) -> None:
        """Mark a run as KILLED."""
        await self._tracker.terminate(bare(run_id), ended_at)

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        """Points of one metric in step order."""
        return await self._tracker.metric_history(bare(run_id), metric, limit)

    async def check(self) -> str:
        """One line that names the server."""
        return await self._tracker.check()

    def _named(self, theirs: str) -> str:
        return qualified(self.name, theirs)

    def _runs(self, runs: Sequence[Run]) -> list[Run]:
        return [replace(run, experiment_id=self._named(run.experiment_id)) for run in runs]

    def _versions(self, versions: Sequence[ModelVersion]) -> list[ModelVersion]:
        return [replace(each, model=self._named(each.model)) for each in versions]


def _bare(experiment_ids: Sequence[str]) -> list[str]:
    return [bare(each) for each in experiment_ids]
