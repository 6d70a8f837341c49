"""The mirror of MLflow."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from bot.domain.experiments.records import Activity, Experiment, Run, RunStatus
from bot.domain.experiments.servers import server_of
from storage.base import Base
from storage.experiments.rows import ExperimentRow, RunRow
from storage.experiments.runs import SqlRuns, here, name_key
from storage.experiments.tried_text import forget_runs, keep_runs
from storage.mirror_json import pack_metrics, pack_texts, storable
from storage.upsert import insert_if_absent, insert_or_replace

_BATCH = 500


class SqlExperiments(SqlRuns):
    """Implements `bot.ports.experiments.Experiments`."""

    def save_experiments(self, workspace: str, experiments: Iterable[Experiment]) -> None:
        """Insert or replace them."""
        found = list(experiments)
        self._restore(workspace, {one.experiment_id for one in found})
        for experiment in found:
            name = storable(experiment.name)
            insert_or_replace(
                self._session,
                ExperimentRow,
                workspace=workspace,
                experiment_id=experiment.experiment_id,
                name=name,
                name_key=name_key(name),
                tags=pack_texts(experiment.tags),
                deleted_at=None,
            )

    def keep_only(
        self, workspace: str, experiment_ids: Iterable[str], now: datetime, *, server: str = ""
    ) -> None:
        """Hide every other experiment of a server with its runs: it was deleted there."""
        rows = self._session.scalars(select(ExperimentRow).where(*_known(workspace)))
        mine = {row.experiment_id: row for row in rows if server_of(row.experiment_id) == server}
        for gone in mine.keys() - set(experiment_ids):
            mine[gone].deleted_at = now
            self._session.execute(
                update(RunRow)
                .where(*here(workspace), RunRow.experiment_id == gone)
                .values(deleted_at=now)
            )
        self._session.flush()

    def _restore(self, workspace: str, experiment_ids: Collection[str]) -> None:
        """Show the runs again that were hidden with their experiments; those that were deleted one
        by one stay hidden."""
        hidden = select(ExperimentRow).where(
            ExperimentRow.workspace == workspace, ExperimentRow.deleted_at.is_not(None)
        )
        for row in self._session.scalars(hidden):
            if row.experiment_id in experiment_ids:
                self._session.execute(
                    update(RunRow)
                    .where(
                        RunRow.workspace == workspace,
                        RunRow.experiment_id == row.experiment_id,
                        RunRow.deleted_at == row.deleted_at,
                    )
                    .values(deleted_at=None)
                )

    def all(self, workspace: str) -> list[Experiment]:
        """Every mirrored experiment, by name."""
        query = (
            select(ExperimentRow)
            .where(*_known(workspace))
            .order_by(ExperimentRow.name_key, ExperimentRow.experiment_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def by_name(self, workspace: str, name: str) -> Experiment | None:
        """The experiment of that name in any case; the exact spelling wins over another case."""
        query = (
            select(ExperimentRow)
            .where(*_known(workspace), ExperimentRow.name_key == name_key(name))
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
            .where(*here(workspace))
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
        keep_runs(self._session, workspace, changed)
        binned = [run.run_id for run in unique.values() if run.deleted]
        forget_runs(self._session, workspace, binned)
        return changed

    def unlike(self, workspace: str, runs: Iterable[Run]) -> list[Run]:
        """Those of `runs` that `save_runs` would change anything for."""
        unique = {run.run_id: run for run in runs}
        rows = self._rows(workspace, list(unique), locked=False)
        return [run for run in unique.values() if _differs(rows.get(run.run_id), run)]

    def homes(self, workspace: str, run_ids: Sequence[str]) -> dict[str, str]:
        """The ids of the experiments that these mirrored runs are in, by run id."""
        found: dict[str, str] = {}
        for start in range(0, len(run_ids), _BATCH):
            query = select(RunRow.run_id, RunRow.experiment_id).where(
                *here(workspace), RunRow.run_id.in_(run_ids[start : start + _BATCH])
            )
            found |= {row.run_id: row.experiment_id for row in self._session.execute(query)}
        return found

    def hide(self, workspace: str, run_ids: Iterable[str], now: datetime) -> None:
        """Note that these runs are gone at the source."""
        for row in self._rows(workspace, sorted(set(run_ids))).values():
            row.deleted_at = row.deleted_at or now
        self._session.flush()

    def _rows(
        self, workspace: str, run_ids: Sequence[str], *, locked: bool = True
    ) -> dict[str, RunRow]:
        """Locked: of two nodes that see the same run end, only the first notices it."""
        found: dict[str, RunRow] = {}
        for start in range(0, len(run_ids), _BATCH):
            query = select(RunRow).where(
                RunRow.workspace == workspace,
                RunRow.run_id.in_(run_ids[start : start + _BATCH]),
            )
            query = query.order_by(RunRow.run_id)
            rows = self._session.scalars(query.with_for_update() if locked else query)
            found |= {row.run_id: row for row in rows}
        return found

    def _store(
        self, workspace: str, run: Run, rows: dict[str, RunRow], now: datetime, backfill: bool
    ) -> bool:
        row = rows.get(run.run_id)
        if run.deleted:
            if row is not None:
                row.deleted_at = row.deleted_at or now
            return False
        if row is None:
            noticed = _noticed(run, now, backfill)
            # Another node that polls at the same time may have been faster.
            return insert_if_absent(
                self._session,
                RunRow,
                workspace=workspace,
                run_id=run.run_id,
                noticed_ended_at=noticed,
                changed_at=noticed or now,
                **_values(run),
            )
        changed = _differs(row, run)
        if row.deleted_at is not None and row.deleted_at == row.noticed_ended_at:
            # Gone before anybody could read that its end was noticed.
            row.noticed_ended_at = None
        if _has_resumed(row, run):
            row.noticed_ended_at = None
        if changed:
            _set(row, {**_values(run), "deleted_at": None, "changed_at": now})
        if row.noticed_ended_at is None:
            row.noticed_ended_at = _noticed(run, now, backfill)
        return changed


def _known(workspace: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ExperimentRow.workspace == workspace, ExperimentRow.deleted_at.is_(None)


def _has_resumed(row: RunRow, run: Run) -> bool:
    """Whether it goes on after its end, or did so between two polls and has ended otherwise."""
    if not RunStatus(row.status).ended or row.status == run.status.value:
        return False
    if not run.status.ended:
        return True
    return bool(row.ended_at and run.ended_at and run.ended_at > row.ended_at)


def _differs(row: RunRow | None, run: Run) -> bool:
    if row is None:
        return not run.deleted
    if run.deleted:
        return row.deleted_at is None
    stored = (getattr(row, name) == value for name, value in _values(run).items())
    return row.deleted_at is not None or not all(stored)


def _set(row: Base, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _noticed(run: Run, now: datetime, backfill: bool) -> datetime | None:
    if not run.status.ended:
        return None
    return min(run.ended_at or now, now) if backfill else now


def _values(run: Run) -> dict[str, Any]:
    return {
        "experiment_id": run.experiment_id,
        "name": storable(run.name),
        "name_key": name_key(run.name),
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
