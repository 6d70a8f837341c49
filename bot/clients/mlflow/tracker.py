"""The `ExperimentTracker` that talks to MLflow."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.clients.mlflow import parse
from bot.clients.mlflow.address import Address
from bot.clients.mlflow.failures import unreadable
from bot.clients.mlflow.rest import Rest
from bot.clients.mlflow.runs import runs_since, runs_with_status
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

if TYPE_CHECKING:
    from mlflow import MlflowClient

PAGE = 1000
# The server samples at most this many steps (MAX_RESULTS_PER_RUN in mlflow 3.17).
MAX_POINTS = 2500
GONE = "RESOURCE_DOES_NOT_EXIST"


class MlflowTracker:
    """One MLflow 3 server; every method ends within `deadline` seconds or raises `MlflowError`.

    One request is under way at a time and takes at most `timeout` seconds; none is retried. The
    arguments are the only source of credentials. Raises `ConfigError` for an unusable address.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        timeout: float = 10.0,
        deadline: float = 20.0,
    ) -> None:
        slot = asyncio.Semaphore(1)
        self._address = Address.parse(url, username, password, token)
        self._deadline = deadline
        self._rest = Rest(self._address, timeout, slot)
        self._library = Library(self._address, timeout, slot)
        self._known: set[str] = set()

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

    async def ended_runs(self, experiment_ids: Sequence[str], since: datetime) -> list[Run]:
        """Active runs whose `end_time` is at or after `since` (aware UTC), earliest end first."""
        async with self._bounded():
            await self._require(experiment_ids)
            return await runs_since(self._rest, experiment_ids, "end_time", since)

    async def running_runs(self, experiment_ids: Sequence[str]) -> list[Run]:
        """Active runs whose status is RUNNING or SCHEDULED, earliest start first."""
        async with self._bounded():
            await self._require(experiment_ids)
            statuses = (RunStatus.RUNNING, RunStatus.SCHEDULED)
            return await runs_with_status(self._rest, experiment_ids, statuses)

    async def started_runs(self, experiment_ids: Sequence[str], since: datetime) -> list[Run]:
        """Active runs whose `start_time` is at or after `since`, earliest start first."""
        async with self._bounded():
            await self._require(experiment_ids)
            return await runs_since(self._rest, experiment_ids, "start_time", since)

    async def registered_models(self) -> list[RegisteredModel]:
        """All registered models with their alias maps, by name."""
        async with self._bounded():
            models = await self._all(
                lambda client, token: client.search_registered_models(
                    max_results=PAGE, order_by=["name ASC"], page_token=token
                )
            )
            read = {model.name: _registered_model(model) for model in models}
            return list(read.values())

    async def model_versions(self, model: str) -> list[ModelVersion]:
        """All versions of one registered model, newest first; none where there is no such model."""
        async with self._bounded():
            versions = await self._all(
                lambda client, token: client.search_model_versions(
                    _named(model), max_results=PAGE, page_token=token
                )
            )
            mine = [_model_version(version) for version in versions if version.name == model]
            return sorted(mine, key=lambda version: version.version, reverse=True)

    async def alias(self, model: str, alias: str) -> int | None:
        """The version behind an alias, or None; an unknown model is RESOURCE_DOES_NOT_EXIST.

        Asked of the model: to the question for the alias itself MLflow answers the same 400 whether
        there is none or its name can't be one.
        """
        async with self._bounded():
            found = await self._library.call(lambda client: client.get_registered_model(model))
            return _registered_model(found).aliases.get(alias)

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
        found = await self._all(
            lambda client, token: client.search_experiments(max_results=PAGE, page_token=token)
        )
        read = {one.experiment_id: _experiment(one) for one in found}
        self._known = set(read)
        return list(read.values())

    async def _require(self, experiment_ids: Sequence[str]) -> None:
        """A search in an experiment that doesn't exist, or isn't ours to see, answers "no runs"."""
        if not self._known.issuperset(experiment_ids):
            await self._experiments()
        if missing := sorted(set(experiment_ids) - self._known):
            names = ", ".join(missing[:5])
            raise MlflowError(f"MLflow shows this account no experiment {names}.", code=GONE)

    async def _all(self, page: Callable[["MlflowClient", str | None], Any]) -> list[Any]:
        found: list[Any] = []
        token: str | None = None
        while True:
            answer = await self._library.call(_page(page, token))
            found.extend(answer)
            token = answer.token
            if not token:
                return found

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._deadline):
                yield
        except TimeoutError as error:
            raise MlflowError(
                f"MLflow at {self.base_url} did not answer within {self._deadline:g} s.",
                code="DEADLINE",
                retryable=True,
            ) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise unreadable(self._address, f"{type(error).__name__}: {error}") from error


def _page(
    page: Callable[["MlflowClient", str | None], Any], token: str | None
) -> Callable[["MlflowClient"], Any]:
    return lambda client: page(client, token)


def _record(run: Any) -> dict[str, Any]:
    """The entity as the REST interface would have sent it: only there metrics have times."""
    from mlflow.utils.proto_json_utils import message_to_json

    record: dict[str, Any] = json.loads(message_to_json(run.to_proto()))
    return record


def _named(model: str) -> str:
    """MLflow's filters know both quotes but no escape: a name with both is matched by a pattern,
    and the caller compares."""
    if "'" not in model:
        return f"name = '{model}'"
    if '"' not in model:
        return f'name = "{model}"'
    return "name LIKE '" + model.replace("'", "_") + "'"


def _experiment(entity: Any) -> Experiment:
    return Experiment(
        experiment_id=str(entity.experiment_id), name=entity.name, tags=dict(entity.tags)
    )


def _registered_model(entity: Any) -> RegisteredModel:
    aliases = {alias: int(version) for alias, version in entity.aliases.items()}
    return RegisteredModel(name=entity.name, aliases=aliases)


def _model_version(entity: Any) -> ModelVersion:
    return ModelVersion(
        model=entity.name,
        version=int(entity.version),
        run_id=entity.run_id or "",
        created_at=parse.instant(entity.creation_timestamp) or parse.EPOCH,
        tags=dict(entity.tags),
    )
