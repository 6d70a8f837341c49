"""Several MLflow servers behind one `ExperimentTracker`."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from bot.clients.mlflow.named import Server
from bot.clients.mlflow.tracker import GONE
from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
)
from bot.domain.experiments.servers import server_of
from bot.errors import MlflowError

T = TypeVar("T")


class MlflowServers:
    """Passes each call on to the server that the name or id in it begins with.

    A call about all of them fails if one fails: whoever can do with less asks each of `servers`.
    Ids of runs belong to no server: each is asked in turn, unless the id begins with its name.
    """

    name = ""

    def __init__(self, first: Server, *others: Server) -> None:
        self._servers = (first, *others)
        self._by_name = {each.name: each for each in self._servers}

    @property
    def servers(self) -> Sequence[Server]:
        """The default one first."""
        return self._servers

    @property
    def latency(self) -> float:
        """The slowest server's."""
        return max(each.latency for each in self._servers)

    @property
    def base_url(self) -> str:
        """The default server's."""
        return self._servers[0].base_url

    async def aclose(self) -> None:
        """Closes every connection."""
        for each in self._servers:
            await each.aclose()

    async def experiments(self) -> list[Experiment]:
        """All active experiments."""
        return await _joined(each.experiments() for each in self._servers)

    async def ended_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> list[Run]:
        """Active runs by their end, server by server."""
        parts = self._parts(experiment_ids)
        return await _joined(each.ended_runs(ids, since, until) for each, ids in parts)

    async def running_runs(
        self, experiment_ids: Sequence[str], since: datetime | None = None
    ) -> list[Run]:
        """Active runs that have not ended, server by server."""
        parts = self._parts(experiment_ids)
        return await _joined(each.running_runs(ids, since) for each, ids in parts)

    async def started_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Sequence[Run]]:
        """Runs by their start, deleted ones too, in pages, server by server."""
        for each, ids in self._parts(experiment_ids):
            async for page in each.started_runs(ids, since, until):
                yield page

    async def several(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
        """Runs by their ids, deleted ones too."""
        parts = self._parts(experiment_ids)
        return await _joined(each.several(ids, run_ids) for each, ids in parts)

    async def registered_models(self) -> list[RegisteredModel]:
        """All registered models."""
        return await _joined(each.registered_models() for each in self._servers)

    async def model_versions(self, model: str) -> list[ModelVersion]:
        """All versions of one model, newest first."""
        return await self._of(model).model_versions(model)

    async def all_versions(self) -> list[ModelVersion]:
        """All versions of all models."""
        return await _joined(each.all_versions() for each in self._servers)

    async def alias(self, model: str, alias: str) -> int | None:
        """The version behind an alias, or None."""
        return await self._of(model).alias(model, alias)

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        """Point an alias at a version."""
        await self._of(model).set_alias(model, alias, version)

    async def tag_version(self, model: str, version: int, key: str, value: str) -> None:
        """Give a version a tag."""
        await self._of(model).tag_version(model, version, key, value)

    async def run(self, run_id: str) -> Run:
        """One active run of any server."""
        return await self._first(run_id, lambda server: server.run(run_id))

    async def terminate(self, run_id: str, ended_at: datetime) -> None:
        """Mark a run of any server as KILLED."""
        await self._first(run_id, lambda server: server.terminate(run_id, ended_at))

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        """Points of one metric of a run of any server; none where nobody knows it."""

        async def ask(server: Server) -> list[MetricPoint]:
            points = await server.metric_history(run_id, metric, limit)
            if not points:
                raise MlflowError(f"MLflow knows no {metric} of run {run_id}.", code=GONE)
            return points

        try:
            return await self._first(run_id, ask)
        except MlflowError as error:
            if error.code != GONE:
                raise
            return []

    async def check(self) -> str:
        """One line that names all servers."""
        return ", ".join([await each.check() for each in self._servers])

    def _of(self, qualified: str) -> Server:
        name = server_of(qualified)
        if name not in self._by_name:
            raise MlflowError(f"No MLflow server is called {name}.", code=GONE)
        return self._by_name[name]

    def _parts(self, experiment_ids: Sequence[str]) -> list[tuple[Server, list[str]]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for each in experiment_ids:
            found[self._of(each).name].append(each)
        return [(self._by_name[name], ids) for name, ids in found.items()]

    async def _first(self, run_id: str, ask: Callable[[Server], Awaitable[T]]) -> T:
        """The first answer; else why one of them couldn't say, or that none has it."""
        wanted = [self._of(run_id)] if server_of(run_id) else self._servers
        trouble: list[MlflowError] = []
        for server in wanted:
            try:
                return await ask(server)
            except MlflowError as error:
                trouble.append(error)
        raise next((error for error in trouble if error.code != GONE), trouble[0])


async def _joined(calls: Iterable[Awaitable[list[T]]]) -> list[T]:
    return [one for part in await asyncio.gather(*calls) for one in part]
