"""Reading mirrored runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true

from bot.domain.experiments.records import Run, RunStatus
from storage.experiments import run_reads
from storage.experiments.registry import SqlRegistry
from storage.experiments.rows import RunRow
from storage.mirror_json import storable

Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])

# So many tell most runs apart; a longer question costs more than it spares.
_MOST_PARAMS = 12


class SqlRuns(SqlRegistry):
    """The reads of runs that `bot.ports.experiments.Experiments` asks for."""

    def started(
        self,
        workspace: str,
        experiment_ids: Sequence[str],
        since: datetime,
        until: datetime | None = None,
    ) -> list[str]:
        """The ids of mirrored runs that started at or after `since` and before `until`."""
        query = select(RunRow.run_id).where(
            *here(workspace),
            RunRow.experiment_id.in_(list(experiment_ids)),
            RunRow.started_at >= since,
        )
        if until is not None:
            query = query.where(RunRow.started_at < until)
        return list(self._session.scalars(query))

    def runs(self, workspace: str, experiment_ids: Sequence[str]) -> list[Run]:
        """All mirrored runs of these experiments, earliest start first."""
        query = run_reads.wanted(*here(workspace), RunRow.experiment_id.in_(list(experiment_ids)))
        return run_reads.read(self._session, _by_start(query))

    def latest_ended(
        self, workspace: str, experiment_id: str, until: datetime, limit: int
    ) -> list[Run]:
        """The mirrored runs of an experiment whose end was noticed last, the latest first."""
        query = run_reads.wanted(
            *here(workspace),
            RunRow.experiment_id == experiment_id,
            RunRow.noticed_ended_at <= until,
        )
        latest = query.order_by(RunRow.noticed_ended_at.desc(), RunRow.run_id).limit(limit)
        return run_reads.read(self._session, latest)

    def size(self, workspace: str, experiment_id: str) -> int:
        """How many mirrored runs an experiment has."""
        query = select(func.count()).where(*here(workspace), RunRow.experiment_id == experiment_id)
        return self._session.scalar(query) or 0

    def metric_names(
        self, workspace: str, experiment_id: str, *, finished: bool = False
    ) -> list[str]:
        """The metrics that an experiment's runs have, or its finished ones, by name."""
        where = [*here(workspace), RunRow.experiment_id == experiment_id]
        if finished:
            where.append(RunRow.status == RunStatus.FINISHED.value)
        return run_reads.metric_names(self._session, *where)

    def open_runs(self, workspace: str) -> list[Run]:
        """Mirrored runs that have not ended, earliest start first."""
        unfinished = [status.value for status in RunStatus if not status.ended]
        query = select(RunRow).where(*here(workspace), RunRow.status.in_(unfinished))
        return [row.to_value() for row in self._session.scalars(_by_start(query))]

    def run(self, workspace: str, run_id: str) -> Run | None:
        """One mirrored run, or None."""
        row = self._session.get(RunRow, (workspace, run_id))
        return row.to_value() if row and row.deleted_at is None else None

    def runs_called(self, workspace: str, beginning: str, limit: int) -> list[Run]:
        """Mirrored runs whose id or name begins like this: that id, that name, the latest start."""
        wanted, named = storable(beginning).lower(), name_key(beginning)
        exact = case((RunRow.run_id == wanted, 0), (RunRow.name_key == named, 1), else_=2)
        query = (
            select(RunRow)
            .where(
                *here(workspace),
                or_(
                    RunRow.run_id.startswith(wanted, autoescape=True),
                    RunRow.name_key.startswith(named, autoescape=True),
                ),
            )
            .order_by(exact, RunRow.started_at.desc(), RunRow.run_id)
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def runs_tagged(self, workspace: str, key: str, value: str) -> list[Run]:
        """Mirrored runs whose tag `key` is `value`, earliest start first."""
        if _ends_path(key):
            return []
        query = select(RunRow).where(
            *here(workspace), RunRow.tags[key].as_string() == storable(value)
        )
        return [row.to_value() for row in self._session.scalars(_by_start(query))]

    def runs_with(self, workspace: str, experiment_id: str, params: Mapping[str, str]) -> list[Run]:
        """Mirrored runs with these params, or the first of many, earliest start first."""
        keys = [key for key in sorted(params) if not _ends_path(key)][:_MOST_PARAMS]
        query = select(RunRow).where(
            *here(workspace),
            RunRow.experiment_id == experiment_id,
            *(RunRow.params[key].as_string() == storable(params[key]) for key in keys),
        )
        return [row.to_value() for row in self._session.scalars(_by_start(query))]

    def noticed_ended(self, workspace: str, since: datetime, until: datetime) -> list[Run]:
        """Runs whose end was noticed in (since, until], in that order."""
        query = (
            select(RunRow)
            .where(
                *here(workspace),
                RunRow.noticed_ended_at > since,
                RunRow.noticed_ended_at <= until,
            )
            .order_by(RunRow.noticed_ended_at, RunRow.ended_at, RunRow.run_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def changed(self, workspace: str, since: datetime, until: datetime) -> list[Run]:
        """Ended runs that were new or changed in (since, until], in that order."""
        ended = [status.value for status in RunStatus if status.ended]
        query = (
            select(RunRow)
            .where(
                *here(workspace),
                RunRow.changed_at > since,
                RunRow.changed_at <= until,
                RunRow.status.in_(ended),
            )
            .order_by(
                RunRow.changed_at, func.coalesce(RunRow.ended_at, RunRow.started_at), RunRow.run_id
            )
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def ended_by(
        self,
        workspace: str,
        users: Sequence[str],
        since: datetime,
        until: datetime | None = None,
    ) -> list[Run]:
        """Runs of these users that have ended, noticed after `since` and not after `until`, in that
        order."""
        ended = [status.value for status in RunStatus if status.ended]
        query = (
            select(RunRow)
            .where(
                *here(workspace),
                RunRow.user_name.in_(users),
                RunRow.noticed_ended_at > since,
                RunRow.noticed_ended_at <= until if until else true(),
                RunRow.status.in_(ended),
            )
            .order_by(RunRow.noticed_ended_at, RunRow.ended_at, RunRow.run_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def users(self, workspace: str, *, ended_since: datetime | None = None) -> list[str]:
        """Whose runs are mirrored, or of whom an end was noticed after `ended_since`, by name."""
        query = select(RunRow.user_name).where(*here(workspace), RunRow.user_name != "")
        if ended_since is not None:
            query = query.where(RunRow.noticed_ended_at > ended_since)
        return sorted(
            self._session.scalars(query.distinct()), key=lambda name: (name.casefold(), name)
        )


def here(workspace: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What runs fulfil that are still at the source."""
    return RunRow.workspace == workspace, RunRow.deleted_at.is_(None)


def name_key(name: str) -> str:
    """A name without case and with single blanks, as it is looked for."""
    return " ".join(storable(name).casefold().split())


def _ends_path(key: str) -> bool:
    """A quote ends SQLite's JSON path, and MLflow allows neither character in a key."""
    return '"' in key or "\\" in key


def _by_start(query: Q) -> Q:
    return query.order_by(RunRow.started_at.asc().nulls_last(), RunRow.run_id)
