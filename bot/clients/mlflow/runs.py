"""Complete run searches over a table that changes while it is read."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from bot.clients.mlflow.parse import milliseconds, run
from bot.clients.mlflow.rest import Rest
from bot.domain.experiments.records import Run, RunStatus

PAGE = 200
IDS_PER_SEARCH = 100

TimeField = Literal["start_time", "end_time"]


async def runs_since(
    rest: Rest, experiment_ids: Sequence[str], field: TimeField, since: datetime
) -> list[Run]:
    """Active runs whose `field` is at or after `since`, earliest first, each once."""
    found: dict[str, Run] = {}
    for ids in _batches(experiment_ids):
        await _collect(rest, ids, field, milliseconds(since), "", found)
    return _ordered(found, field)


async def runs_with_status(
    rest: Rest, experiment_ids: Sequence[str], statuses: Sequence[RunStatus]
) -> list[Run]:
    """Active runs in one of `statuses`, earliest start first, each once."""
    found: dict[str, Run] = {}
    for ids in _batches(experiment_ids):
        for status in statuses:
            clause = f"attributes.status = '{status}' AND "
            await _collect(rest, ids, "start_time", 0, clause, found)
    return _ordered(found, "start_time")


async def _collect(
    rest: Rest,
    ids: Sequence[str],
    field: TimeField,
    floor: int,
    clause: str,
    found: dict[str, Run],
) -> None:
    """Page tokens are offsets: a run that leaves the result shifts the rest and one is skipped.

    So the window's start moves to the last time seen; a token is followed only through more than
    one page of runs that share one millisecond.
    """
    token: str | None = None
    while True:
        answer = await rest.post("runs/search", _query(ids, field, floor, clause, token))
        records = answer.get("runs", [])
        found.update((read.run_id, read) for read in map(run, records))
        token = answer.get("next_page_token")
        if not token or not records:
            return
        last = int(records[-1]["info"].get(field) or 0)
        if last > floor:
            floor, token = last, None


def _query(
    ids: Sequence[str], field: TimeField, floor: int, clause: str, token: str | None
) -> dict[str, Any]:
    query: dict[str, Any] = {
        "experiment_ids": list(ids),
        "filter": f"{clause}attributes.{field} >= {floor}",
        "order_by": [f"attributes.{field} ASC"],
        "run_view_type": "ACTIVE_ONLY",
        "max_results": PAGE,
    }
    return query | {"page_token": token} if token else query


def _batches(experiment_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    unique = list(dict.fromkeys(experiment_ids))
    for start in range(0, len(unique), IDS_PER_SEARCH):
        yield unique[start : start + IDS_PER_SEARCH]


def _ordered(found: dict[str, Run], field: TimeField) -> list[Run]:
    def key(one: Run) -> tuple[float, str]:
        at = one.started_at if field == "start_time" else one.ended_at
        return (at.timestamp() if at else 0.0, one.run_id)

    return sorted(found.values(), key=key)
