"""The mirror of MLflow: what polls copied, and when we noticed it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.experiments.records import Activity, Experiment, ModelVersion, RegisteredModel, Run


class Experiments(Protocol):
    """Experiments, runs, registered models and versions of one workspace's tracking server."""

    def save_experiments(self, workspace: str, experiments: Iterable[Experiment]) -> None:
        """Insert or replace them."""
        ...

    def keep_only(self, workspace: str, experiment_ids: Iterable[str]) -> None:
        """Forget every other experiment: it was deleted at the source; its runs stay."""
        ...

    def all(self, workspace: str) -> list[Experiment]:
        """Every mirrored experiment, by name."""
        ...

    def by_name(self, workspace: str, name: str) -> Experiment | None:
        """The experiment of that name in any case, or None."""
        ...

    def activity(self, workspace: str) -> dict[str, Activity]:
        """How many mirrored runs each experiment (by id) has; none: not in the mapping."""
        ...

    def save_runs(
        self, workspace: str, runs: Iterable[Run], now: datetime, *, backfill: bool = False
    ) -> list[Run]:
        """Insert or replace runs; returns those that are new or differ from what was kept.

        The first time a run is seen ended, `now` is kept as the time it was noticed; with
        `backfill` its own end is, so that history read late isn't taken for news.
        """
        ...

    def runs(self, workspace: str, experiment_ids: Sequence[str]) -> list[Run]:
        """All mirrored runs of these experiments, earliest start first."""
        ...

    def open_runs(self, workspace: str) -> list[Run]:
        """Mirrored runs that have not ended, earliest start first."""
        ...

    def run(self, workspace: str, run_id: str) -> Run | None:
        """One mirrored run, or None."""
        ...

    def runs_called(self, workspace: str, beginning: str, limit: int) -> list[Run]:
        """Mirrored runs whose id or name begins like this, in any case, latest start first."""
        ...

    def runs_tagged(self, workspace: str, key: str, value: str) -> list[Run]:
        """Mirrored runs whose tag `key` is `value`, earliest start first."""
        ...

    def noticed_ended(self, workspace: str, since: datetime, until: datetime) -> list[Run]:
        """Runs whose end was noticed in (since, until], in that order: no late run is lost."""
        ...

    def ended_by(self, workspace: str, users: Sequence[str], since: datetime) -> list[Run]:
        """Runs of these users (exact spelling) that have ended, noticed after `since`, in order."""
        ...

    def users(self, workspace: str, *, ended_since: datetime | None = None) -> list[str]:
        """Whose runs are mirrored, or of whom an end was noticed after `ended_since`, by name."""
        ...

    def save_models(
        self, workspace: str, models: Iterable[RegisteredModel], versions: Iterable[ModelVersion]
    ) -> None:
        """Replace all registered models and versions."""
        ...

    def point_alias(self, workspace: str, model: str, alias: str, version: int) -> None:
        """Note where an alias of a mirrored model points now; the rest of the mirror stays."""
        ...

    def models(self, workspace: str) -> list[RegisteredModel]:
        """Every registered model, by name."""
        ...

    def versions(self, workspace: str, model: str) -> list[ModelVersion]:
        """The versions of one model, newest first."""
        ...
