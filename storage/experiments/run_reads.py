"""Reading many runs at once, and no more of each than is asked for."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, Text, cast, func, select, true
from sqlalchemy.orm import Session

from bot.domain.experiments.records import Run, RunStatus
from storage.experiments.rows import RunRow
from storage.mirror_json import unpack_metrics, unpack_texts

V = TypeVar("V")

Wanted = Select[*tuple[Any, ...]]


class Unread(Mapping[str, V], Generic[V]):
    """A stored JSON object that is read when somebody looks at it first: most of them nobody does,
    and as text they take a tenth of the memory."""

    __slots__ = ("_found", "_text", "_unpack")

    def __init__(self, text: str, unpack: Callable[[Mapping[str, Any]], dict[str, V]]) -> None:
        self._text = text
        self._unpack = unpack
        self._found: dict[str, V] | None = None

    def __getitem__(self, key: str) -> V:
        return self._read()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def get(self, key: str, default: Any = None) -> Any:
        """As a dictionary has it, without the detour over an exception."""
        return self._read().get(key, default)

    def items(self) -> Any:
        """As a dictionary has them."""
        return self._read().items()

    def __repr__(self) -> str:
        return repr(self._read())

    def _read(self) -> dict[str, V]:
        if self._found is None:
            self._found, self._text = self._unpack(json.loads(self._text)), ""
        return self._found


def wanted(*where: ColumnElement[bool]) -> Wanted:
    """The query for the runs that fulfil all of `where`, for `read` to run."""
    return select(
        RunRow.run_id,
        RunRow.experiment_id,
        RunRow.name,
        RunRow.status,
        RunRow.started_at,
        RunRow.ended_at,
        cast(RunRow.params, Text),
        cast(RunRow.metrics, Text),
        cast(RunRow.tags, Text),
        RunRow.user_name,
        RunRow.step,
        RunRow.logged_at,
    ).where(*where)


def read(session: Session, query: Wanted) -> list[Run]:
    """The frozen values of what `wanted` asks for, in the query's order."""
    return [_run(*row) for row in session.execute(query)]


def metric_names(session: Session, *where: ColumnElement[bool]) -> list[str]:
    """The metrics that runs which fulfil all of `where` have, by name: the database looks."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    each = (func.jsonb_each if postgresql else func.json_each)(RunRow.metrics)
    pairs = each.table_valued("key")
    query = select(pairs.c.key).select_from(RunRow).join(pairs, true()).where(*where).distinct()
    return sorted(session.scalars(query))


def _run(
    run_id: str,
    experiment_id: str,
    name: str,
    status: str,
    started_at: Any,
    ended_at: Any,
    params: str,
    metrics: str,
    tags: str,
    user: str,
    step: int | None,
    logged_at: Any,
) -> Run:
    return Run(
        run_id=run_id,
        experiment_id=experiment_id,
        name=name,
        status=RunStatus(status),
        started_at=started_at,
        ended_at=ended_at,
        params=Unread(params, unpack_texts),
        metrics=Unread(metrics, unpack_metrics),
        tags=Unread(tags, unpack_texts),
        user=user,
        step=step,
        logged_at=logged_at,
    )
