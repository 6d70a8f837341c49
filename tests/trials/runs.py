"""Trial: runs in every disorder, on a real MLflow server, while it is polled: none missed."""

import asyncio
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clients.mlflow import MlflowTracker
from bot.clients.mlflow import runs as searches
from bot.clients.mlflow.runs import PAGE
from bot.domain.experiments.records import Run
from bot.ports.repositories import UnitOfWork
from bot.services.experiments.pages import source
from bot.workflows.poll_mlflow import poll
from storage.engine import open_engines
from storage.experiments.rows import RunRow
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.standins.mlflow import MlflowServer
from tests.trials.run_disorders import DISORDERS, FINAL_TAG, GONE, METRIC, Client, Left, TrialClock
from tests.trials.run_line import RunLine
from tests.trials.tables import Table, seconds

_WORKSPACE = "T0TEAM"
_EVERY = timedelta(minutes=2)
_HOUR = timedelta(hours=1)
_WRITERS = 40
_CONNECTIONS = 4
# Sweeps of so many hours read all of the past that is mirrored.
_HOURS_AFTER = 25
_RESTART_EVERY, _BAD_EVERY = 9, 5


async def run(mlflow: MlflowServer, runs: int, seed: int, *, page: int = PAGE) -> Table:
    """`runs` runs that stay, and a tenth of that many that are deleted, by 40 clients at once.

    With a small `page` few runs fill several pages.
    """
    with (
        tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder,
        patch.object(searches, "PAGE", page),
    ):
        return await _Trial(mlflow, Path(folder), runs, random.Random(seed)).run(seed)


@dataclass(kw_only=True)
class _Naive:
    """The control: `end_time` since the last poll, and nothing else."""

    tracker: MlflowTracker
    last: datetime
    seen: dict[str, Run] = field(default_factory=dict)

    async def poll(self, now: datetime) -> None:
        ids = [one.experiment_id for one in await self.tracker.experiments()]
        ended = await self.tracker.ended_runs(ids, self.last)
        self.seen |= {run.run_id: run for run in ended}
        self.last = now


class _Trial:
    def __init__(self, mlflow: MlflowServer, folder: Path, runs: int, dice: random.Random) -> None:
        self._mlflow = mlflow
        self._url = f"sqlite:///{folder}/meridian.db"
        self._dice = dice
        # Behind the server's own clock, which stamps experiments, for as long as the trial lasts.
        self._clock = TrialClock(datetime.now(UTC).replace(microsecond=0) - timedelta(days=4))
        stay = [name for name in DISORDERS if name != GONE]
        self._left = [Left(disorder=stay[n % len(stay)]) for n in range(runs)]
        self._left += [Left(disorder=GONE) for _ in range(max(runs // 10, 1))]
        dice.shuffle(self._left)
        self._noticed: dict[str, Counter[datetime | None]] = defaultdict(Counter)
        self._doomed: dict[str, Left] = {}
        self._polls = self._failed = self._restarts = self._between = 0

    async def run(self, seed: int) -> Table:
        begun = time.monotonic()
        experiments = [self._mlflow.experiment() for _ in range(3)]
        engines = open_engines(self._url)
        METADATA.create_all(engines.writer)
        engines.dispose()
        async with (
            httpx.AsyncClient(
                base_url=self._mlflow.url,
                timeout=60,
                limits=httpx.Limits(max_connections=_CONNECTIONS),
            ) as http,
            RunLine(
                target=self._mlflow.url, dice=self._dice, between_pages=self._delete_some
            ) as line,
        ):
            self._http = http
            self._naive = _Naive(tracker=MlflowTracker(self._mlflow.url), last=self._clock.now)
            try:
                await self._live(line, experiments)
            finally:
                await self._naive.tracker.aclose()
        return self._judge(line, seed, time.monotonic() - begun)

    async def _live(self, line: RunLine, experiments: list[str]) -> None:
        self._open(line)
        # The first poll of all reads history, in which nothing is news.
        await self._poll(_EVERY)
        writing = asyncio.create_task(self._write(experiments))
        try:
            while not writing.done():
                line.bad = self._polls % _BAD_EVERY == 0
                if self._polls % _RESTART_EVERY == 0:
                    await self._close()
                    self._open(line)
                    self._restarts += 1
                await self._poll(_EVERY)
            await writing
            line.bad = False
            await self._delete_some(list(self._doomed))
            for _ in range(_HOURS_AFTER):
                await self._poll(_HOUR)
            self._mirror = {row.run_id: row for row in await self._rows()}
        finally:
            writing.cancel()
            await self._close()

    def _open(self, line: RunLine) -> None:
        self._transactions = SqlTransactions(
            open_engines(self._url), lambda: self._clock.now, lambda: None
        )
        self._tracker = MlflowTracker(line.url)

    async def _close(self) -> None:
        await self._tracker.aclose()
        await asyncio.to_thread(self._transactions.close)

    async def _poll(self, after: timedelta) -> None:
        """A poll, and what it brings to those who read what was noticed since the last one."""
        last = self._clock.now
        now = await self._clock.move(after)
        await poll(_WORKSPACE, self._tracker, self._transactions, now)
        if after < _HOUR:
            await self._naive.poll(now)
        self._polls += 1

        def noticed(uow: UnitOfWork) -> tuple[list[Run], bool]:
            health = source(uow)
            found = uow.experiments.noticed_ended(_WORKSPACE, last, now)
            return found, health is not None and health.down

        found, failed = await self._transactions.read(noticed)
        for run in found:
            self._noticed[run.run_id][run.ended_at] += 1
        self._failed += failed

    async def _write(self, experiments: list[str]) -> None:
        queue = iter(self._left)
        moment = self._clock.now

        async def writer(number: int) -> None:
            client = Client(
                http=self._http,
                clock=self._clock,
                dice=random.Random(f"{self._dice.random()} {number}"),
                experiments=experiments,
                moment=moment,
                doomed=self._doomed,
            )
            for left in queue:
                await client.write(left)

        await asyncio.gather(*(writer(number) for number in range(_WRITERS)))

    async def _delete_some(self, run_ids: Sequence[str]) -> None:
        """What is doomed and was just read: then the places of all others change."""
        for run_id in run_ids:
            if self._doomed.pop(run_id, None) is not None:
                body = {"run_id": run_id}
                answer = await self._http.post("/api/2.0/mlflow/runs/delete", json=body)
                answer.raise_for_status()
                self._between += 1

    async def _rows(self) -> list[RunRow]:
        def every() -> list[RunRow]:
            engines = open_engines(self._url)
            try:
                with Session(engines.reader) as session:
                    rows = list(session.scalars(select(RunRow)))
                    session.expunge_all()
                    return rows
            finally:
                engines.dispose()

        return await asyncio.to_thread(every)

    def _is_seen(self, left: Left) -> bool:
        """Noticed ended, unless it runs for ever, and mirrored as it was left."""
        row = self._mirror.get(left.run_id)
        if row is None or row.deleted_at is not None:
            return left.deleted
        found = (row.status, row.metrics.get(METRIC), row.tags.get(FINAL_TAG, ""))
        noticed = bool(self._noticed[left.run_id])
        right = found == (left.status, left.score, left.verdict)
        return right and not left.deleted and noticed == (left.status != "RUNNING")

    def _is_seen_twice(self, left: Left) -> bool:
        """One of its ends was noticed in two polls; who was reopened has two."""
        return any(polls > 1 for polls in self._noticed[left.run_id].values())

    def _is_missed_by_control(self, left: Left) -> bool:
        run = self._naive.seen.get(left.run_id)
        if left.status == "RUNNING" or left.deleted:
            return False  # no end to see
        return run is None or run.metrics.get(METRIC) != left.score

    def _judge(self, line: RunLine, seed: int, took: float) -> Table:
        rows = [self._row(name, self._of(name)) for name in DISORDERS]
        stay = [left for left in self._left if left.disorder != GONE]
        rows.append(self._row("all that stay", stay))
        broken = sum(not self._is_seen(left) for left in self._left)
        twice = sum(self._is_seen_twice(left) for left in self._left)
        unwritten = sum(not left.written for left in self._left)
        return Table(
            title=f"Runs in every disorder while MLflow is polled (seed {seed})",
            rows=rows,
            wrong=broken + twice + unwritten,
            notes=(
                f"{self._polls} polls, {self._failed} of them failed in between "
                f"({line.failed} requests of {line.requests}), {self._restarts} restarts; "
                f"{line.pages} times another page followed, {self._between} runs were deleted, "
                f"took {seconds(took)}.",
                "Seen: noticed ended, and mirrored in the end with its last status, metric, tag;",
                "what runs for ever: mirrored, never noticed ended. Seen twice: one end was",
                "noticed in two polls; what is seen reopened and ends again has two ends.",
                "What was deleted: hidden. The control asks for `end_time` since its last poll.",
            ),
        )

    def _of(self, disorder: str) -> list[Left]:
        return [left for left in self._left if left.disorder == disorder]

    def _row(self, name: str, left: Iterable[Left]) -> dict[str, object]:
        mine = list(left)
        return {
            "disorder": name,
            "runs": len(mine),
            "seen": sum(self._is_seen(each) for each in mine),
            "seen twice": sum(self._is_seen_twice(each) for each in mine),
            "control misses": sum(self._is_missed_by_control(each) for each in mine),
        }
