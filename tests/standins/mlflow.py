"""A real MLflow server for tests, and a small hand to put things into it over REST."""

import sqlite3
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from demo.mlflow_server import running_server

HOSTILE_NAME = "<!channel> <https://evil|Jira> *x*"


@contextmanager
def mlflow_server() -> Iterator["MlflowServer"]:
    """A started server with an empty SQLite store; body of a session fixture.

    Takes 6 to 13 s to start. Leaves no process and no file. Raises `ServerFailed` with its log.
    """
    with (
        tempfile.TemporaryDirectory(prefix="meridian-mlflow-") as folder,
        running_server(folder=Path(folder)) as url,
        httpx.Client(base_url=f"{url}/api/2.0/mlflow/", timeout=20) as client,
    ):
        yield MlflowServer(url=url, folder=Path(folder), client=client)


@dataclass(frozen=True, kw_only=True)
class MlflowServer:
    """A running server; every helper raises `httpx.HTTPStatusError` where MLflow refuses."""

    url: str
    folder: Path
    client: httpx.Client

    def experiment(self, name: str | None = None, tags: Mapping[str, str] | None = None) -> str:
        """The id of a new experiment; the default name is unique."""
        body = {"name": name or f"e-{uuid.uuid4().hex}", "tags": _pairs(tags)}
        return str(self.post("experiments/create", body)["experiment_id"])

    def run(
        self,
        experiment_id: str,
        *,
        name: str = "calm-bee-1",
        status: str = "FINISHED",
        started_at: datetime | None = None,
        ended_at: datetime | None = None,
        params: Mapping[str, str] | None = None,
        metrics: Mapping[str, float | str] | None = None,
        tags: Mapping[str, str] | None = None,
        user: str = "yuki",
    ) -> str:
        """The id of a new run; times are given to MLflow as they are, None gives none."""
        body = {
            "experiment_id": experiment_id,
            "run_name": name,
            "tags": _pairs({"mlflow.user": user} | dict(tags or {})),
        }
        started = {"start_time": ms(started_at)} if started_at else {}
        run_id = str(self.post("runs/create", body | started)["run"]["info"]["run_id"])
        at = ms(started_at or datetime.now(UTC))
        points = [
            {"key": key, "value": value, "timestamp": at, "step": 0}
            for key, value in (metrics or {}).items()
        ]
        self.post("runs/log-batch", {"run_id": run_id, "metrics": points, "params": _pairs(params)})
        self.end(run_id, status=status, ended_at=ended_at)
        return run_id

    def end(self, run_id: str, *, status: str, ended_at: datetime | None = None) -> None:
        """Sets a run's status, and its end time where one is given."""
        ended = {"end_time": ms(ended_at)} if ended_at else {}
        self.post("runs/update", {"run_id": run_id, "status": status} | ended)

    def curve(
        self, run_id: str, metric: str, points: Sequence[tuple[int, datetime, float]]
    ) -> None:
        """Logs (step, time, value) points of one metric."""
        entries = [
            {"key": metric, "value": value, "timestamp": ms(at), "step": step}
            for step, at, value in points
        ]
        for start in range(0, len(entries), 1000):
            self.post(
                "runs/log-batch", {"run_id": run_id, "metrics": entries[start : start + 1000]}
            )

    def delete_run(self, run_id: str) -> None:
        """Moves a run to MLflow's bin."""
        self.post("runs/delete", {"run_id": run_id})

    def model_version(self, model: str, run_id: str, tags: Mapping[str, str] | None = None) -> int:
        """The number of a new version of `model`, which is registered where it isn't yet."""
        answer = self.client.post("registered-models/create", json={"name": model})
        if answer.json().get("error_code") != "RESOURCE_ALREADY_EXISTS":
            answer.raise_for_status()
        artifacts = self.get("runs/get", run_id=run_id)["run"]["info"]["artifact_uri"]
        body = {"name": model, "source": f"{artifacts}/model", "run_id": run_id}
        created = self.post("model-versions/create", body | {"tags": _pairs(tags)})
        return int(created["model_version"]["version"])

    def set_alias(self, model: str, alias: str, version: int) -> None:
        """Points `alias` of `model` at `version`."""
        body = {"name": model, "alias": alias, "version": str(version)}
        self.post("registered-models/alias", body)

    def clear(self) -> None:
        """Forgets every experiment and model; their names are free again."""
        models = self.get("registered-models/search").get("registered_models", [])
        for model in models:
            self.client.request("DELETE", "registered-models/delete", json={"name": model["name"]})
        found = self.post("experiments/search", {"max_results": 1000}).get("experiments", [])
        for experiment_id in (one["experiment_id"] for one in found):
            if experiment_id != "0":  # MLflow's own, which it needs
                renamed = {"experiment_id": experiment_id, "new_name": uuid.uuid4().hex}
                self.post("experiments/update", renamed)
                self.post("experiments/delete", {"experiment_id": experiment_id})

    def many_runs(self, experiment_id: str, ends: Sequence[datetime]) -> list[str]:
        """The ids of finished runs with these end times, written straight into the store.

        Over REST a thousand runs would take half a minute.
        """
        ids = [uuid.uuid4().hex for _ in ends]
        rows = [
            (run_id, f"bulk-{index}", int(experiment_id), ms(end), ms(end))
            for index, (run_id, end) in enumerate(zip(ids, ends, strict=True))
        ]
        connection = sqlite3.connect(self.folder / "mlflow.db", timeout=20)
        with connection:
            connection.executemany(
                "INSERT INTO runs (run_uuid, name, experiment_id, start_time, end_time, status,"
                " lifecycle_stage, user_id, source_type, artifact_uri)"
                " VALUES (?, ?, ?, ?, ?, 'FINISHED', 'active', 'yuki', 'LOCAL', '')",
                rows,
            )
        connection.close()
        return ids

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a POST below /api/2.0/mlflow/."""
        return _answer(self.client.post(path, json=dict(body)))

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """The answer to a GET below /api/2.0/mlflow/."""
        return _answer(self.client.get(path, params=query))


def ms(at: datetime) -> int:
    """Milliseconds since 1970, as MLflow's clients send them."""
    return round(at.timestamp() * 1000)


def _answer(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer


def _pairs(values: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in (values or {}).items()]
