"""Complete run searches over a table that changes while it is read."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.clients.mlflow.parse import milliseconds, run
from bot.domain.experiments.records import Run, RunStatus

PAGE = 200
IDS_PER_SEARCH = 1000
RUNS_PER_SEARCH = 100

_RUN_ID = re.compile(r"[\w-]+")
# There is no OR, and IN is for run ids only.
_OPEN = " AND ".join(f"attributes.status != '{each}'" for each in RunStatus if each.ended)

TimeField = Literal["start_time", "end_time"]
Post = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a body to a path below MLflow's API and reads the JSON object that it answers."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Runs whose `field` is at or after `since` and before `until` (milliseconds)."""

    field: TimeField
    since: int
    until: int | None = None
    only_open: bool = False
    deleted_too: bool = False

    def query(self, ids: Sequence[str], floor: int, token: str | None) -> dict[str, Any]:
        """The search for its part from `floor` on."""
        clauses = [_OPEN] if self.only_open else []
        clauses.append(f"attributes.{self.field} >= {floor}")
        if self.until is not None:
            clauses.append(f"attributes.{self.field} < {self.until}")
        query: dict[str, Any] = {
            "experiment_ids": list(ids),
            "filter": " AND ".join(clauses),
            "order_by": [f"attributes.{self.field} ASC"],
            "run_view_type": "ALL" if self.deleted_too else "ACTIVE_ONLY",
            "max_results": PAGE,
        }
        return query | {"page_token": token} if token else query


def window(
    field: TimeField,
    since: datetime | None,
    until: datetime | None = None,
    *,
    only_open: bool = False,
    deleted_too: bool = False,
) -> Window:
    """The window between two instants (aware); each may be open."""
    return Window(
        field=field,
        since=milliseconds(since) if since else 0,
        until=milliseconds(until) if until else None,
        only_open=only_open,
        deleted_too=deleted_too,
    )


async def pages(
    post: Post, experiment_ids: Sequence[str], wanted: Window
) -> AsyncIterator[Sequence[Run]]:
    """The runs of a window, each once, earliest first within every 1,000 experiments."""
    for ids in _batches(list(dict.fromkeys(experiment_ids)), IDS_PER_SEARCH):
        async for page in _pages(post, ids, wanted):
            yield page


async def everything(post: Post, experiment_ids: Sequence[str], wanted: Window) -> list[Run]:
    """All pages, earliest first."""
    found = [run async for page in pages(post, experiment_ids, wanted) for run in page]

    def key(one: Run) -> tuple[float, str]:
        at = one.started_at if wanted.field == "start_time" else one.ended_at
        return (at.timestamp() if at else 0.0, one.run_id)

    return sorted(found, key=key)


async def several(post: Post, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
    """Those of `run_ids` that these experiments hold, deleted ones too."""
    found: list[Run] = []
    known = [each for each in dict.fromkeys(run_ids) if _RUN_ID.fullmatch(each)]
    for ids in _batches(list(dict.fromkeys(experiment_ids)), IDS_PER_SEARCH):
        for runs in _batches(known, RUNS_PER_SEARCH):
            listed = ", ".join(f"'{each}'" for each in runs)
            query = {
                "experiment_ids": list(ids),
                "filter": f"attributes.run_id IN ({listed})",
                "run_view_type": "ALL",
                "max_results": RUNS_PER_SEARCH,
            }
            answer = await post("runs/search", query)
            found += [run(record) for record in answer.get("runs", [])]
    return found


async def _pages(post: Post, ids: Sequence[str], wanted: Window) -> AsyncIterator[Sequence[Run]]:
    """Page tokens are offsets: a run that leaves the result shifts the rest and one is skipped.

    So the window's start moves to the last time seen; a token is followed only through more than
    one page of runs that share one millisecond.
    """
    floor, token = wanted.since, None
    seen: set[str] = set()
    while True:
        answer = await post("runs/search", wanted.query(ids, floor, token))
        records = answer.get("runs", [])
        page = [run(record) for record in records]
        fresh = [one for one in page if one.run_id not in seen]
        seen.update(one.run_id for one in fresh)
        if fresh:
            yield fresh
        token = answer.get("next_page_token")
        if not token or not records:
            return
        last = int(records[-1]["info"].get(wanted.field) or 0)
        if last > floor:
            floor, token = last, None


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
