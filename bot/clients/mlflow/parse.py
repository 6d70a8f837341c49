"""MLflow's JSON into Meridian's values."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.experiments.records import MetricPoint, Run, RunStatus
from bot.domain.metrics import SYSTEM

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The server stores infinity as the largest double (±1.797e308).
CLAMPED = 1e308


def instant(milliseconds: Any) -> datetime | None:
    """Aware UTC, or None where a client gave no time, 0 or one outside the calendar."""
    given = int(milliseconds or 0)
    try:
        return EPOCH + timedelta(milliseconds=given) if given > 0 else None
    except OverflowError:
        return None


def milliseconds(at: datetime) -> int:
    """The first whole millisecond since 1970 that isn't before `at` (aware)."""
    return -((EPOCH - at) // timedelta(milliseconds=1))


def run(record: Mapping[str, Any]) -> Run:
    """One element of `runs/search`, or the `run` of `runs/get`.

    A metric with timestamp 0 is `nan`: that is how the server keeps a bare NaN it was sent.
    """
    info, data = record["info"], record.get("data", {})
    tags, metrics = pairs(data.get("tags", ())), data.get("metrics", ())
    logged = [entry for entry in metrics if not str(entry["key"]).startswith(SYSTEM)]
    return Run(
        run_id=str(info["run_id"]),
        experiment_id=str(info["experiment_id"]),
        name=str(info.get("run_name") or tags.get("mlflow.runName", "")),
        status=RunStatus(info["status"]),
        started_at=instant(info.get("start_time")),
        ended_at=instant(info.get("end_time")),
        params=pairs(data.get("params", ())),
        metrics={str(entry["key"]): _latest(entry) for entry in metrics},
        tags=tags,
        user=tags.get("mlflow.user") or str(info.get("user_id") or ""),
        step=max((int(entry.get("step") or 0) for entry in logged), default=None),
        logged_at=instant(max((int(entry.get("timestamp") or 0) for entry in logged), default=0)),
        deleted=info.get("lifecycle_stage") == "deleted",
    )


def points(entries: Iterable[Mapping[str, Any]], limit: int) -> list[MetricPoint]:
    """At most `limit` points in step order, evenly thinned with both ends kept.

    One per (step, time): of several the last in MLflow's order. Those without a time are left out.
    """
    found: dict[tuple[int, datetime], MetricPoint] = {}
    for entry in entries:
        at = instant(entry.get("timestamp"))
        if at is not None:
            step = int(entry.get("step") or 0)
            found[step, at] = MetricPoint(step=step, at=at, value=number(entry["value"]))
    return _thin([found[key] for key in sorted(found)], limit)


def number(value: Any) -> float:
    """A float, NaN and infinity included; the server writes NaN as a string."""
    read = float(value)
    return math.copysign(math.inf, read) if abs(read) >= CLAMPED else read


def _latest(entry: Mapping[str, Any]) -> float:
    return number(entry["value"]) if int(entry.get("timestamp") or 0) > 0 else math.nan


def pairs(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Tags or params."""
    return {str(entry["key"]): str(entry.get("value", "")) for entry in entries}


def _thin(ordered: list[MetricPoint], limit: int) -> list[MetricPoint]:
    if len(ordered) <= limit:
        return ordered
    if limit < 2:
        return ordered[-1:] if limit == 1 else []
    last = len(ordered) - 1
    return [ordered[round(index * last / (limit - 1))] for index in range(limit)]
