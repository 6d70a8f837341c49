"""An MLflow in memory, and the steps that alert tests repeat."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from bot.errors import MlflowError
from jobs import evaluate, poll_mlflow
from tests.acceptance.harness import CHURN, World, latest
from tests.standins.slack import Json, Person

EXPERIMENT = Experiment(experiment_id="1", name="churn")


@dataclass
class MemoryMlflow:
    """Implements `bot.ports.trackers.ExperimentTracker`; `down` makes every call fail."""

    name: str = ""
    base_url: str = "http://mlflow.test"
    latency: float = 0.0
    runs: dict[str, Run] = field(default_factory=dict)
    versions: list[ModelVersion] = field(default_factory=list)
    champion: int | None = None
    moves: list[int] = field(default_factory=list)
    down: bool = False

    def finish(
        self,
        run_id: str,
        at: datetime,
        *,
        model: str = "",
        status: str = "FINISHED",
        **metrics: float,
    ) -> None:
        """A run that ended at `at` with these metrics."""
        self.runs[run_id] = Run(
            run_id=run_id,
            experiment_id="1",
            name=f"run-{run_id}",
            status=RunStatus(status),
            started_at=at,
            ended_at=at,
            metrics=metrics,
            tags={"registered_model": model} if model else {},
        )

    def register(self, version: int, run_id: str, at: datetime) -> None:
        """A version of churn-model with its source run."""
        self.versions.insert(
            0, ModelVersion(model="churn-model", version=version, run_id=run_id, created_at=at)
        )

    async def experiments(self) -> list[Experiment]:
        """The one experiment."""
        self._answer()
        return [EXPERIMENT]

    @property
    def servers(self) -> Sequence["MemoryMlflow"]:
        """Only itself."""
        return (self,)

    async def ended_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> list[Run]:
        """Runs by their end."""
        return [r for r in self.runs.values() if r.ended_at and r.ended_at >= since]

    async def running_runs(
        self, experiment_ids: Sequence[str], since: datetime | None = None
    ) -> list[Run]:
        """None run."""
        return []

    async def started_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Sequence[Run]]:
        """Runs by their start."""
        yield [
            r
            for r in self.runs.values()
            if r.started_at and since <= r.started_at and (until is None or r.started_at < until)
        ]

    async def several(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
        """Runs by their ids."""
        return [r for r in self.runs.values() if r.run_id in run_ids]

    async def registered_models(self) -> list[RegisteredModel]:
        """churn-model, once it has a version."""
        aliases = {"champion": self.champion} if self.champion else {}
        return [RegisteredModel(name="churn-model", aliases=aliases)] if self.versions else []

    async def model_versions(self, model: str) -> list[ModelVersion]:
        """Newest first."""
        return self.versions

    async def all_versions(self) -> list[ModelVersion]:
        """Newest first."""
        return self.versions

    async def alias(self, model: str, alias: str) -> int | None:
        """Where the one alias points."""
        self._answer()
        return self.champion if (model, alias) == ("churn-model", "champion") else None

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        """Move the one alias to a version that there is."""
        self._answer()
        if (model, alias) != ("churn-model", "champion") or not self._has(version):
            raise MlflowError("No such version.", code="RESOURCE_DOES_NOT_EXIST")
        self.champion = version
        self.moves.append(version)

    async def tag_version(self, model: str, version: int, key: str, value: str) -> None:
        """Tag a version that there is."""
        self._answer()
        if not self._has(version):
            raise MlflowError("No such version.", code="RESOURCE_DOES_NOT_EXIST")
        self.versions = [
            replace(each, tags={**each.tags, key: value}) if each.version == version else each
            for each in self.versions
        ]

    async def run(self, run_id: str) -> Run:
        """One run."""
        return self.runs[run_id]

    async def terminate(self, run_id: str, ended_at: datetime) -> None:
        """Mark a run as killed."""
        self._answer()
        killed = replace(self.runs[run_id], status=RunStatus.KILLED, ended_at=ended_at)
        self.runs[run_id] = killed

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        """No curves."""
        return []

    async def check(self) -> str:
        """It is here."""
        return "MLflow in memory"

    def _answer(self) -> None:
        if self.down:
            raise MlflowError("MLflow did not answer.", retryable=True)

    def _has(self, number: int) -> bool:
        return any(each.version == number for each in self.versions)


async def evaluated(world: World, *, minutes: int = 1) -> None:
    """Some time later: poll, evaluate and deliver."""
    world.clock.advance(minutes=minutes)
    await poll_mlflow.step(world.app.jobs, world.clock())
    await evaluate.step(world.app.jobs, world.clock())
    await world.deliver()


def alert_of(world: World, channel: str = CHURN) -> Json:
    """The newest message with a state dot in the channel."""
    return latest([m for m in world.slack.messages(channel) if m["text"][0] in "🔴🟡✅"])


def block_of(view: Json, field_name: str) -> str:
    """The block that shows a field; its id may carry a suffix."""
    names: list[str] = [block["block_id"] for block in view["blocks"]]
    return next(name for name in names if name.split(":")[0] == field_name)


async def choose(person: Person, field_name: str, value: str) -> None:
    """Choose in a field of the open form that reports at once."""
    await person.choose(person.modal, block_of(person.modal, field_name), value)


async def threshold_rule(person: Person, **values: str) -> Json:
    """`/alert new` for val_auc of churn below 0.9, with these values on top."""
    await person.command("/alert", "new", channel=CHURN)
    await choose(person, "kind", "threshold")
    await choose(person, "experiment", "churn")
    await choose(person, "metric", "val_auc")
    return await sent(person, **{"threshold": "0.9", **values})


async def regression_rule(person: Person, **values: str) -> Json:
    """`/alert new` for val_auc of churn-model, worse than the champion by more than 0.006 once."""
    await person.command("/alert", "new", channel=CHURN)
    await choose(person, "kind", "regression")
    await choose(person, "model", "churn-model")
    await choose(person, "metric", "val_auc")
    return await sent(person, **{"abs_delta": "0.006", "for_evaluations": "1", **values})


async def sent(person: Person, **values: Any) -> Json:
    """Submit the open form of a rule with these values by field name; what shows then.

    What stands behind *More settings* is opened where it is needed.
    """
    shown = {block["block_id"].split(":")[0] for block in person.modal["blocks"]}
    if not values.keys() <= shown:
        await person.click(person.modal, "alert.form_more")
    by_block = {block_of(person.modal, name): value for name, value in values.items()}
    assert await person.submit(person.modal, **by_block) is None
    return person.modal
