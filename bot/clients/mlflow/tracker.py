"""The `ExperimentTracker` that talks to MLflow."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import httpx

from bot.clients.mlflow import parse, registry, runs
from bot.clients.mlflow.address import Address
from bot.clients.mlflow.failures import unreadable
from bot.clients.mlflow.rest import Rest
from bot.clients.mlflow.runs import Window, window
from bot.clients.mlflow.sdk import Library
from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from bot.errors import MlflowError

# The server samples at most this many steps (MAX_RESULTS_PER_RUN in mlflow 3.17).
MAX_POINTS = 2500
GONE = "RESOURCE_DOES_NOT_EXIST"


class MlflowTracker:
    """One MLflow 3 server; every method ends within `deadline` seconds, a search of runs within
    that for each page, or raises `MlflowError`.

    One request is under way at a time and takes at most `timeout` seconds; none is retried. The
    arguments are the only source of credentials. Raises `ConfigError` for an unusable address.
    Reads of lists go over REST: the client library's threads and messages cost more than they do.
    """

    name = ""
    latency = 0.0

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        timeout: float = 10.0,
        deadline: float = 20.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        slot = asyncio.Semaphore(1)
        self._address = Address.parse(url, username, password, token)
        self._deadline = deadline
        self._rest = Rest(self._address, timeout, slot, transport)
        self._library = Library(self._address, timeout, slot)
        self._known: set[str] = set()

    @property
    def servers(self) -> Sequence["MlflowTracker"]:
        """Only itself."""
        return (self,)

    @property
    def base_url(self) -> str:
        """Where links to runs start: no trailing slash, no credentials."""
        return self._address.url

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._rest.aclose()

    async def experiments(self) -> list[Experiment]:
        """All active experiments."""
        async with self._bounded():
            return await self._experiments()

    async def ended_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> list[Run]:
        """Active runs whose `end_time` is at or after `since` and before `until` (aware UTC),
        earliest end first."""
        return await self._search(experiment_ids, window("end_time", since, until))

    async def running_runs(
        self, experiment_ids: Sequence[str], since: datetime | None = None
    ) -> list[Run]:
        """Active runs whose status is RUNNING or SCHEDULED, earliest start first."""
        return await self._search(experiment_ids, window("start_time", since, only_open=True))

    async def started_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Sequence[Run]]:
        """Runs whose `start_time` is at or after `since` and before `until`, deleted ones too, in
        pages, earliest start first."""
        await self._require(experiment_ids)
        wanted = window("start_time", since, until, deleted_too=True)
        with self._readable():
            async for page in runs.pages(self._post, experiment_ids, wanted):
                yield page

    async def several(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
        """Those of `run_ids` that these experiments hold, deleted ones too."""
        await self._require(experiment_ids)
        with self._readable():
            return await runs.several(self._post, experiment_ids, run_ids)

    async def registered_models(self) -> list[RegisteredModel]:
        """All registered models with their alias maps, by name."""
        async with self._bounded():
            return await registry.registered_models(self._rest.get)

    async def model_versions(self, model: str) -> list[ModelVersion]:
        """All versions of one registered model, newest first; none where there is no such model."""
        async with self._bounded():
            return await registry.versions(self._rest.get, model)

    async def all_versions(self) -> list[ModelVersion]:
        """All versions of all registered models, newest first."""
        async with self._bounded():
            return await registry.versions(self._rest.get)

    async def alias(self, model: str, alias: str) -> int | None:
        """The version behind an alias, or None; an unknown model is RESOURCE_DOES_NOT_EXIST.

        Asked of the model: to the question for the alias itself MLflow answers the same 400 whether
        there is none or its name can't be one.
        """
        async with self._bounded():
            found = await self._library.call(lambda client: client.get_registered_model(model))
            number = found.aliases.get(alias)
            return int(number) if number is not None else None

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        """Point an alias at a version; repeating it changes nothing."""
        async with self._bounded():
            await self._library.call(
                lambda client: client.set_registered_model_alias(model, alias, str(version))
            )

    async def tag_version(self, model: str, version: int, key: str, value: str) -> None:
        """Give a version a tag; repeating it changes nothing."""
        async with self._bounded():
            await self._library.call(
                lambda client: client.set_model_version_tag(model, str(version), key, value)
            )

    async def run(self, run_id: str) -> Run:
        """One active run; raises `MlflowError` with code RESOURCE_DOES_NOT_EXIST where none is."""
        async with self._bounded():
            record = await self._library.call(lambda client: _record(client.get_run(run_id)))
            if record["info"].get("lifecycle_stage") == "deleted":
                raise MlflowError(f"Run {run_id} was deleted.", code=GONE)
            return parse.run(record)

    async def terminate(self, run_id: str, ended_at: datetime) -> None:
        """Mark a run as KILLED.

        Not by the library: it would print the run's address, and wait for others' logging.
        """
        async with self._bounded():
            ended = {"status": RunStatus.KILLED.value, "end_time": parse.milliseconds(ended_at)}
            await self._rest.post("runs/update", {"run_id": run_id, **ended})

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        """At most `limit` (and 2,500) points in step order, spread over the whole history.

        One per (step, time); MLflow orders several by value, the last is kept. Empty where the
        run or the metric is unknown.
        """
        async with self._bounded():
            most = min(limit, MAX_POINTS)
            query: dict[str, str | int] = {"run_ids": run_id, "metric_key": metric}
            query["max_results"] = max(most, 1)
            answer = await self._rest.get("metrics/get-history-bulk-interval", query)
            return parse.points(answer.get("metrics", ()), most)

    async def check(self) -> str:
        """One line that names the server; raises `MlflowError` where it doesn't answer."""
        async with self._bounded():
            version = await self._rest.version()
            # /version answers without credentials and under any host name, the API doesn't.
            await self._rest.post("experiments/search", {"max_results": 1})
            return f"MLflow {version[:20]} at {self.base_url}"

    async def _experiments(self) -> list[Experiment]:
        found = await registry.experiments(self._rest.post)
        self._known = {one.experiment_id for one in found}
        return found

    async def _require(self, experiment_ids: Sequence[str]) -> None:
        """A search in an experiment that doesn't exist, or isn't ours to see, answers "no runs"."""
        if not self._known.issuperset(experiment_ids):
            await self.experiments()
        if missing := sorted(set(experiment_ids) - self._known):
            names = ", ".join(missing[:5])
            raise MlflowError(f"MLflow shows this account no experiment {names}.", code=GONE)

    async def _search(self, experiment_ids: Sequence[str], wanted: Window) -> list[Run]:
        await self._require(experiment_ids)
        with self._readable():
            return await runs.everything(self._post, experiment_ids, wanted)

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One page: a long search takes as long as it takes, but never waits long for one."""
        began = time.monotonic()
        try:
            async with self._bounded():
                return await self._rest.post(path, body)
        finally:
            self.latency = time.monotonic() - began

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._deadline):
                with self._readable():
                    yield
        except TimeoutError as error:
            raise MlflowError(
                f"MLflow at {self.base_url} did not answer within {self._deadline:g} s.",
                code="DEADLINE",
                retryable=True,
            ) from error

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise unreadable(self._address, f"{type(error).__name__}: {error}") from error


def _record(run: Any) -> dict[str, Any]:
    """The entity as the REST interface would have sent it: only there metrics have times."""
    from mlflow.utils.proto_json_utils import message_to_json

    record: dict[str, Any] = json.loads(message_to_json(run.to_proto()))
    return record
