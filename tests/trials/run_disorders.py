"""Runs as clients really leave them: every disorder of clocks, ends and deletions."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.standins.mlflow import ms

FINAL_TAG = "verdict"
METRIC = "score"


@dataclass(kw_only=True)
class Left:
    """What a client left behind: the truth that the mirror has to show in the end."""

    disorder: str
    run_id: str = ""
    status: str = "RUNNING"
    score: float = 0.0
    verdict: str = ""
    deleted: bool = False
    written: bool = False


class TrialClock:
    """The trial's time: it moves with every poll, and clients wait for polls by it."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._polls = 0
        self._moved = asyncio.Condition()

    async def move(self, by: timedelta) -> datetime:
        """A poll begins so much later."""
        async with self._moved:
            self.now += by
            self._polls += 1
            self._moved.notify_all()
        return self.now

    async def polls(self, number: int) -> None:
        """Wait until so many more polls have begun."""
        async with self._moved:
            end = self._polls + number
            await self._moved.wait_for(lambda: self._polls >= end)


@dataclass(kw_only=True)
class Client:
    """One of several writers; all share the line to MLflow and its few connections."""

    http: httpx.AsyncClient
    clock: TrialClock
    dice: random.Random
    experiments: list[str]
    moment: datetime
    doomed: dict[str, Left] = field(default_factory=dict)

    async def write(self, left: Left) -> None:
        """Do what this disorder does."""
        await DISORDERS[left.disorder](self, left)
        left.written = True

    async def begin(self, left: Left, experiment: str = "", **times: datetime) -> None:
        """A new run with a first metric; `start` is its start, the clock's time without one."""
        start = times.get("start", self.clock.now)
        body: dict[str, Any] = {
            "experiment_id": experiment or self.dice.choice(self.experiments),
            "run_name": left.disorder,
            "tags": [{"key": "mlflow.user", "value": "mei"}],
        }
        if start > _NEVER:
            body["start_time"] = ms(start)
        answer = await self.post("runs/create", body)
        left.run_id = answer["run"]["info"]["run_id"]
        await self.log(left, self.dice.random(), step=0)

    async def log(self, left: Left, score: float, *, step: int, verdict: str = "") -> None:
        """Log the metric and, if given, the tag."""
        entry = {"key": METRIC, "value": score, "timestamp": ms(self.clock.now), "step": step}
        tags = [{"key": FINAL_TAG, "value": verdict}] if verdict else []
        body = {"run_id": left.run_id, "metrics": [entry], "tags": tags}
        await self.post("runs/log-batch", body)
        left.score, left.verdict = score, verdict or left.verdict

    async def end(
        self, left: Left, at: datetime | None = None, *, no_time: bool = False, status: str = ""
    ) -> None:
        """End the run at the clock's time, at another one, or without a time."""
        left.status = status or self.dice.choice(("FINISHED", "FINISHED", "FAILED", "KILLED"))
        body: dict[str, Any] = {"run_id": left.run_id, "status": left.status}
        if not no_time:
            body["end_time"] = ms(at or self.clock.now)
        await self.post("runs/update", body)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of MLflow's API."""
        answer = await self.http.post(f"/api/2.0/mlflow/{path}", json=dict(body))
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def pause(self) -> None:
        """Often none: many a run is over before anybody looked."""
        await self.clock.polls(self.dice.choice((0, 0, 1)))


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_DAY = timedelta(days=1)


async def _plain(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.pause()
    await client.end(left)


async def _back_dated_end(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.pause()
    await client.end(left, client.clock.now - client.dice.uniform(0.1, 5) * _DAY)


async def _back_dated_whole(client: Client, left: Left) -> None:
    start = client.clock.now - client.dice.uniform(8, 80) * _DAY
    await client.begin(left, start=start)
    await client.end(left, start + timedelta(hours=1))


async def _future_end(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.end(left, client.clock.now + client.dice.choice((0.4, 30, 30000)) * _DAY)


async def _no_end_time(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.pause()
    await client.end(left, no_time=True)


async def _no_times_at_all(client: Client, left: Left) -> None:
    await client.begin(left, start=_NEVER)
    await client.end(left, no_time=True)


async def _late_metrics(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.end(left)
    await client.clock.polls(client.dice.choice((1, 3, 8)))
    await client.log(left, client.dice.random(), step=9, verdict="good")


async def _reopened(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.end(left)
    await client.clock.polls(client.dice.choice((1, 7)))
    await client.post("runs/update", {"run_id": left.run_id, "status": "RUNNING"})
    await client.clock.polls(client.dice.choice((0, 1)))
    await client.log(left, client.dice.random(), step=9, verdict="better")
    await client.end(left)


async def _one_millisecond(client: Client, left: Left) -> None:
    await client.begin(left, start=client.moment)
    await client.end(left, client.moment)


async def _restored(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.end(left)
    await client.clock.polls(client.dice.choice((0, 1)))
    await client.post("runs/delete", {"run_id": left.run_id})
    await client.clock.polls(client.dice.choice((1, 2)))
    await client.post("runs/restore", {"run_id": left.run_id})


async def _killed_job(client: Client, left: Left) -> None:
    await client.begin(left)
    await client.pause()
    await client.log(left, client.dice.random(), step=9)


async def _new_experiment(client: Client, left: Left) -> None:
    name = f"made-{client.dice.randrange(16**12):012x}"
    made = await client.post("experiments/create", {"name": name})
    await client.begin(left, made["experiment_id"])
    await client.end(left, client.clock.now - client.dice.choice((0, 3)) * _DAY)
    client.experiments.append(made["experiment_id"])


async def _doomed(client: Client, left: Left) -> None:
    """Deleted later, while pages are read."""
    await client.begin(left)
    await client.end(left)
    left.deleted = True
    client.doomed[left.run_id] = left


GONE = "deleted while pages were read"
"""Not to be seen in the end; deleted so that others change their places in the pages."""

DISORDERS: Mapping[str, Callable[[Client, Left], Awaitable[None]]] = {
    "in order": _plain,
    "end back-dated": _back_dated_end,
    "start and end back-dated": _back_dated_whole,
    "end in the future": _future_end,
    "no end time": _no_end_time,
    "neither start nor end time": _no_times_at_all,
    "metric and tag after the end": _late_metrics,
    "reopened, ended again": _reopened,
    "all in one millisecond": _one_millisecond,
    "deleted, then restored": _restored,
    "killed, RUNNING for ever": _killed_job,
    "in an experiment made just then": _new_experiment,
    GONE: _doomed,
}
