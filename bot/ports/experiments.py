"""The mirror of MLflow: what polls copied, and when we noticed it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.experiments.records import Activity, Experiment, ModelVersion, RegisteredModel, Run


class Experiments(Protocol):
    """Experiments, runs, registered models and versions of one workspace's tracking server."""

    def save_experiments(self, workspace: str, experiments: Iterable[Experiment]) -> None:
        """Insert or replace them."""
        ...

    def keep_only(
        self, workspace: str, experiment_ids: Iterable[str], now: datetime, *, server: str = ""
    ) -> None:
        """Hide every other experiment of a server with its runs: it was deleted there.

        Once it is saved again its runs are shown again.
        """
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

        The first time a run is seen ended, also after it was resumed, `now` is kept as the time it
        was noticed; with `backfill` its own end is, so that history read late isn't taken for news.
        A deleted run is hidden from every other method until it is saved undeleted; it isn't
        returned.
        """
        ...

    def unlike(self, workspace: str, runs: Iterable[Run]) -> list[Run]:
        """Those of `runs` that `save_runs` would change anything for: a read before a write."""
        ...

    def homes(self, workspace: str, run_ids: Sequence[str]) -> dict[str, str]:
        """The ids of the experiments that these mirrored runs are in, by run id."""
        ...

    def hide(self, workspace: str, run_ids: Iterable[str], now: datetime) -> None:
        """Note that these runs are gone at the source, as if they were saved as deleted."""
        ...

    def started(
        self,
        workspace: str,
        experiment_ids: Sequence[str],
        since: datetime,
        until: datetime | None = None,
    ) -> list[str]:
        """The ids of mirrored runs that started at or after `since` and before `until`."""
        ...

    def runs(self, workspace: str, experiment_ids: Sequence[str]) -> list[Run]:
        """All mirrored runs of these experiments, earliest start first."""
        ...

    def latest_ended(
        self, workspace: str, experiment_id: str, until: datetime, limit: int
    ) -> list[Run]:
        """The mirrored runs of an experiment whose end was noticed last, up to `until`, the latest
        first."""
        ...

    def size(self, workspace: str, experiment_id: str) -> int:
        """How many mirrored runs an experiment has: a cheap look before `runs`."""
        ...

    def metric_names(
        self, workspace: str, experiment_id: str, *, finished: bool = False
    ) -> list[str]:
        """The metrics that an experiment's runs have, or its finished ones, by name."""
        ...

    def open_runs(self, workspace: str) -> list[Run]:
        """Mirrored runs that have not ended, earliest start first."""
        ...

    def run(self, workspace: str, run_id: str) -> Run | None:
        """One mirrored run, or None."""
        ...

    def runs_called(self, workspace: str, beginning: str, limit: int) -> list[Run]:
        """Mirrored runs whose id or name begins like this, in any case.

        The one with just that id comes first, then those with just that name, then the latest
        start.
        """
        ...

    def runs_tagged(self, workspace: str, key: str, value: str) -> list[Run]:
        """Mirrored runs whose tag `key` is `value`, earliest start first."""
        ...

    def runs_with(self, workspace: str, experiment_id: str, params: Mapping[str, str]) -> list[Run]:
        """Mirrored runs of an experiment that have these params, earliest start first; where there
        are many params, those that share the first ones."""
        ...

    def noticed_ended(self, workspace: str, since: datetime, until: datetime) -> list[Run]:
        """Runs whose end was noticed in (since, until], in that order: no late run is lost."""
        ...

    def changed(self, workspace: str, since: datetime, until: datetime) -> list[Run]:
        """Ended runs that were new to us, or changed, in (since, until], in that order.

        History read late counts as changed when it ended. A metric logged long after a run's end
        is a change.
        """
        ...

    def ended_by(
        self,
        workspace: str,
        users: Sequence[str],
        since: datetime,
        until: datetime | None = None,
    ) -> list[Run]:
        """Runs of these users (exact spelling) that have ended, noticed after `since`
        and not after `until`, in that order."""
        ...

    def users(self, workspace: str, *, ended_since: datetime | None = None) -> list[str]:
        """Whose runs are mirrored, or of whom an end was noticed after `ended_since`, by name."""
        ...

    def save_models(
        self, workspace: str, models: Iterable[RegisteredModel], versions: Iterable[ModelVersion]
    ) -> None:
        """Replace all registered models and versions."""
        ...

    def save_model(
        self, workspace: str, model: RegisteredModel, versions: Iterable[ModelVersion]
    ) -> None:
        """Insert or replace one registered model with all its versions."""
        ...

    def forget_model(self, workspace: str, name: str) -> None:
        """Drop a registered model and its versions: it was deleted at the source."""
        ...

    def point_alias(self, workspace: str, model: str, alias: str, version: int) -> None:
        """Note where an alias of a mirrored model points now; the rest of the mirror stays."""
        ...

    def models(self, workspace: str) -> list[RegisteredModel]:
        """Every registered model, by name."""
        ...

    def aliased(
        self, workspace: str, alias: str, experiment_id: str
    ) -> list[tuple[ModelVersion, Run]]:
        """The versions that this alias of any model names whose runs are mirrored in an
        experiment, with these, by model."""
        ...

    def versions(self, workspace: str, model: str) -> list[ModelVersion]:
        """The versions of one model, newest first."""
        ...
