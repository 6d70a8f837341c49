"""The mirror of MLflow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.experiments.records import (
    Activity,
    Experiment,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from storage.base import Base
from storage.experiments.rows import ExperimentRow, ModelVersionRow, RegisteredModelRow, RunRow
from storage.mirror_json import pack_metrics, pack_texts, storable
from storage.upsert import insert_if_absent

_BATCH = 500


class SqlExperiments:
    """Implements `bot.ports.experiments.Experiments`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_experiments(self, workspace: str, experiments: Iterable[Experiment]) -> None:
        """Insert or replace them."""
        for experiment in experiments:
            name = storable(experiment.name)
            key = {"workspace": workspace, "experiment_id": experiment.experiment_id}
            values = {"name": name, "name_key": _name_key(name)}
            self._put(ExperimentRow, key, {**values, "tags": pack_texts(experiment.tags)})
        self._session.flush()

    def keep_only(self, workspace: str, experiment_ids: Iterable[str]) -> None:
        """Forget every other experiment: it was deleted at the source."""
        known = self._session.scalars(
            select(ExperimentRow.experiment_id).where(ExperimentRow.workspace == workspace)
        )
        for gone in set(known) - set(experiment_ids):
            self._session.execute(
                delete(ExperimentRow).where(
                    ExperimentRow.workspace == workspace, ExperimentRow.experiment_id == gone
                )
            )

    def all(self, workspace: str) -> list[Experiment]:
        """Every mirrored experiment, by name."""
        query = (
            select(ExperimentRow)
            .where(ExperimentRow.workspace == workspace)
            .order_by(ExperimentRow.name_key, ExperimentRow.experiment_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def by_name(self, workspace: str, name: str) -> Experiment | None:
        """The experiment of that name in any case; the exact spelling wins over another case."""
        query = (
            select(ExperimentRow)
            .where(ExperimentRow.workspace == workspace, ExperimentRow.name_key == _name_key(name))
            .order_by(ExperimentRow.experiment_id)
        )
        found = [row.to_value() for row in self._session.scalars(query)]
        exact = [experiment for experiment in found if experiment.name == name]
        return next(iter(exact or found), None)

    def activity(self, workspace: str) -> dict[str, Activity]:
        """How many runs each experiment has, and when the latest one started or ended."""
        latest = func.max(func.coalesce(RunRow.ended_at, RunRow.started_at))
        query = (
            select(RunRow.experiment_id, func.count(), latest)
            .where(RunRow.workspace == workspace)
            .group_by(RunRow.experiment_id)
        )
        rows = self._session.execute(query)
        return {key: Activity(runs=runs, last_at=last) for key, runs, last in rows}

    def save_runs(
        self, workspace: str, runs: Iterable[Run], now: datetime, *, backfill: bool = False
    ) -> list[Run]:
        """Insert or replace runs; returns the changed ones."""
        unique = {run.run_id: run for run in runs}
        rows = self._rows(workspace, list(unique))
        changed = [
            run for run in unique.values() if self._store(workspace, run, rows, now, backfill)
        ]
        self._session.flush()
        return changed

    def runs(self, workspace: str, experiment_ids: Sequence[str]) -> list[Run]:
        """All mirrored runs of these experiments, earliest start first."""
        query = select(RunRow).where(
            RunRow.workspace == workspace, RunRow.experiment_id.in_(list(experiment_ids))
        )
        return [row.to_value() for row in self._session.scalars(_by_start(query))]

    def open_runs(self, workspace: str) -> list[Run]:
        """Mirrored runs that have not ended, earliest start first."""
        unfinished = [status.value for status in RunStatus if not status.ended]
        query = select(RunRow).where(RunRow.workspace == workspace, RunRow.status.in_(unfinished))
        return [row.to_value() for row in self._session.scalars(_by_start(query))]

    def run(self, workspace: str, run_id: str) -> Run | None:
        """One mirrored run, or None."""
        row = self._session.get(RunRow, (workspace, run_id))
        return row.to_value() if row else None

    def runs_called(self, workspace: str, beginning: str, limit: int) -> list[Run]:
        """Mirrored runs whose id or name begins like this, latest start first."""
        wanted = storable(beginning).lower()
        query = (
            select(RunRow)
            .where(
                RunRow.workspace == workspace,
                or_(
                    RunRow.run_id.startswith(wanted, autoescape=True),
                    func.lower(RunRow.name).startswith(wanted, autoescape=True),
                ),
            )
            .order_by(RunRow.started_at.desc(), RunRow.run_id)
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def runs_tagged(self, workspace: str, key: str, value: str) -> list[Run]:
        """Mirrored runs whose tag `key` is `value`, earliest start first."""
        if '"' in key or "\\" in key:
            # A quote ends SQLite's JSON path, and MLflow allows neither character in a key.
            return []
        query = select(RunRow).where(
            RunRow.workspace == workspace, RunRow.tags[key].as_string() == storable(value)
        )
        return [row.to_value() for row in self._session.scalars(_by_start(query))]

    def noticed_ended(self, workspace: str, since: datetime, until: datetime) -> list[Run]:
        """Runs whose end was noticed in (since, until], in that order."""
        query = (
            select(RunRow)
            .where(
                RunRow.workspace == workspace,
                RunRow.noticed_ended_at > since,
                RunRow.noticed_ended_at <= until,
            )
            .order_by(RunRow.noticed_ended_at, RunRow.ended_at, RunRow.run_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def ended_by(self, workspace: str, users: Sequence[str], since: datetime) -> list[Run]:
        """Runs of these users that have ended, noticed after `since`, in that order."""
        ended = [status.value for status in RunStatus if status.ended]
        query = (
            select(RunRow)
            .where(
                RunRow.workspace == workspace,
                RunRow.user_name.in_(users),
                RunRow.noticed_ended_at > since,
                RunRow.status.in_(ended),
            )
            .order_by(RunRow.noticed_ended_at, RunRow.ended_at, RunRow.run_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def users(self, workspace: str, *, ended_since: datetime | None = None) -> list[str]:
        """Whose runs are mirrored, or of whom an end was noticed after `ended_since`, by name."""
        query = select(RunRow.user_name).where(
            RunRow.workspace == workspace, RunRow.user_name != ""
        )
        if ended_since is not None:
            query = query.where(RunRow.noticed_ended_at > ended_since)
        return sorted(
            self._session.scalars(query.distinct()), key=lambda name: (name.casefold(), name)
        )

    def save_models(
        self, workspace: str, models: Iterable[RegisteredModel], versions: Iterable[ModelVersion]
    ) -> None:
        """Replace all registered models and versions."""
        names = {model.name: {"aliases": dict(model.aliases)} for model in models}
        for name, values in names.items():
            self._put(RegisteredModelRow, {"workspace": workspace, "name": name}, values)
        numbers = {(version.model, version.version): version for version in versions}
        for (model, number), version in numbers.items():
            key = {"workspace": workspace, "model": model, "version": number}
            self._put(ModelVersionRow, key, _version_values(version))
        self._session.flush()
        self._forget_models(workspace, set(names), set(numbers))

    def point_alias(self, workspace: str, model: str, alias: str, version: int) -> None:
        """Note where an alias of a mirrored model points now."""
        row = self._session.get(RegisteredModelRow, (workspace, model), with_for_update=True)
        if row is not None:
            row.aliases = {**row.aliases, alias: version}
            self._session.flush()

    def models(self, workspace: str) -> list[RegisteredModel]:
        """Every registered model, by name."""
        query = (
            select(RegisteredModelRow)
            .where(RegisteredModelRow.workspace == workspace)
            .order_by(RegisteredModelRow.name)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def versions(self, workspace: str, model: str) -> list[ModelVersion]:
        """The versions of one model, newest first."""
        query = (
            select(ModelVersionRow)
            .where(ModelVersionRow.workspace == workspace, ModelVersionRow.model == model)
            .order_by(ModelVersionRow.version.desc())
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def _rows(self, workspace: str, run_ids: Sequence[str]) -> dict[str, RunRow]:
        """Locked: of two nodes that see the same run end, only the first notices it."""
        found: dict[str, RunRow] = {}
        for start in range(0, len(run_ids), _BATCH):
            query = select(RunRow).where(
                RunRow.workspace == workspace,
                RunRow.run_id.in_(run_ids[start : start + _BATCH]),
            )
            rows = self._session.scalars(query.order_by(RunRow.run_id).with_for_update())
            found |= {row.run_id: row for row in rows}
        return found

    def _store(
        self, workspace: str, run: Run, rows: dict[str, RunRow], now: datetime, backfill: bool
    ) -> bool:
        values = _values(run)
        row = rows.get(run.run_id)
        if row is None:
            noticed = _noticed(run, now, backfill)
            # Another node that polls at the same time may have been faster.
            return insert_if_absent(
                self._session,
                RunRow,
                workspace=workspace,
                run_id=run.run_id,
                noticed_ended_at=noticed,
                **values,
            )
        changed = any(getattr(row, name) != value for name, value in values.items())
        if changed:
            _set(row, values)
        if row.noticed_ended_at is None:
            row.noticed_ended_at = _noticed(run, now, backfill)
        return changed

    def _put(self, kind: type[Base], key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        if not insert_if_absent(self._session, kind, **key, **values):
            _set(self._session.get_one(kind, tuple(key.values())), values)

    def _forget_models(
        self, workspace: str, names: set[str], numbers: set[tuple[str, int]]
    ) -> None:
        models = select(RegisteredModelRow).where(RegisteredModelRow.workspace == workspace)
        for model in self._session.scalars(models):
            if model.name not in names:
                self._session.delete(model)
        versions = select(ModelVersionRow).where(ModelVersionRow.workspace == workspace)
        for version in self._session.scalars(versions):
            if (version.model, version.version) not in numbers:
                self._session.delete(version)
        self._session.flush()


def _name_key(name: str) -> str:
    return " ".join(storable(name).casefold().split())


def _by_start(query: Select[RunRow]) -> Select[RunRow]:
    return query.order_by(RunRow.started_at.asc().nulls_last(), RunRow.run_id)


def _set(row: Base, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _noticed(run: Run, now: datetime, backfill: bool) -> datetime | None:
    if not run.status.ended:
        return None
    return min(run.ended_at or now, now) if backfill else now


def _version_values(version: ModelVersion) -> dict[str, Any]:
    return {
        "run_id": version.run_id,
        "created_at": version.created_at,
        "tags": pack_texts(version.tags),
    }


def _values(run: Run) -> dict[str, Any]:
    return {
        "experiment_id": run.experiment_id,
        "name": storable(run.name),
        "status": run.status.value,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "params": pack_texts(run.params),
        "metrics": pack_metrics(run.metrics),
        "tags": pack_texts(run.tags),
        "user_name": storable(run.user),
        "step": run.step,
        "logged_at": run.logged_at,
    }
