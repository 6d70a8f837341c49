"""APScheduler with a handful of jobs and no truth: durable schedules are rows that `tick` reads."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.ports.transactions import Clock
from jobs import (
    deliver,
    evaluate,
    goals,
    heartbeat,
    housekeeping,
    poll_jira,
    poll_mlflow,
    read_sprints,
    reconcile_jira,
    retain,
    tenants,
    tick,
    watch,
)
from jobs.clock_watch import ClockWatch
from jobs.deps import JobDeps
from jobs.poll_mlflow import Poll

log = structlog.get_logger()

Step = Callable[[JobDeps, datetime], Awaitable[None]]

WORKERS_JOBS = ("deliver", "tenants")
"""What a process that only works does by the clock."""

TICK_SECONDS = 5
DELIVER_SECONDS = 1
TENANTS_SECONDS = 5
HOUSEKEEPING_SECONDS = 3600
HEARTBEAT_SECONDS = 60
# A thousand issues each time: 144,000 a day, each of them once.
RECONCILE_SECONDS = 600

# Long enough for a call to Slack under way; what is cut off then is reconciled at the next start.
DRAIN_SECONDS = 8.0

# A hint waits for those that come with it, and then leaves the server alone for a moment.
HINT_SECONDS = 1
HINTS_APART_SECONDS = 5


def intervals(poll_seconds: int) -> dict[str, tuple[Step, int]]:
    """The step of every job but the polls of MLflow, and how many seconds lie between two runs."""
    return {
        "tick": (tick.step, TICK_SECONDS),
        "tenants": (tenants.step, TENANTS_SECONDS),
        "deliver": (deliver.step, DELIVER_SECONDS),
        "poll_jira": (poll_jira.Poll(), poll_seconds),
        "read_sprints": (read_sprints.step, poll_seconds),
        "reconcile_jira": (reconcile_jira.step, RECONCILE_SECONDS),
        "evaluate": (evaluate.step, poll_seconds),
        "watch": (watch.step, poll_seconds),
        "goals": (goals.step, poll_seconds),
        "housekeeping": (housekeeping.step, HOUSEKEEPING_SECONDS),
        "retain": (retain.step, HOUSEKEEPING_SECONDS),
    }


class Scheduler:
    """Runs the jobs in this process."""

    def __init__(
        self,
        deps: JobDeps,
        clock: Clock,
        poll_seconds: int,
        only: Collection[str] | None = None,
    ) -> None:
        self._deps = deps
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, (step, seconds) in intervals(poll_seconds).items():
            if only is None or name in only:
                self._add(name, step, seconds, first=clock())
        self._polls = poll_mlflow.polls(deps.experiment_tracker if only is None else None)
        self._hinted_at: dict[str, datetime] = {}
        for server, poll in self._polls.items():
            step = self._minding_hints(server, poll)
            self._add(poll.job, step, poll_seconds, first=clock())
        if deps.heartbeat is not None and only is None:
            # Not at once: a process that dies at every start must not look alive.
            first = clock() + timedelta(seconds=HEARTBEAT_SECONDS)
            self._add("heartbeat", heartbeat.step, HEARTBEAT_SECONDS, first=first)

    def start(self) -> None:
        """Run every job at once, then at its interval."""
        self._scheduler.start()
        self._watching = asyncio.create_task(ClockWatch(self._clock, self._on_step).run())

    async def stop(self) -> None:
        """Start nothing any more and wait, for `DRAIN_SECONDS` at most, for what is under way."""
        await asyncio.gather(self._stop_jobs(), self._stop_engine())

    async def _stop_engine(self) -> None:
        self._deps.deliverer.closing = True
        if self._deps.engine is not None:
            await self._deps.engine.stop(DRAIN_SECONDS)

    async def _stop_jobs(self) -> None:
        if not self._scheduler.running:
            return
        if self._watching is not None:
            self._watching.cancel()
        self._scheduler.pause()
        self._deps.deliverer.closing = True
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        self._scheduler.shutdown(wait=False)
        if self._running:  # cancelled by now: they put down what they hold
            await asyncio.wait(self._running)

    def _on_step(self, step: timedelta) -> None:
        """APScheduler waits for instants: with a clock set back by a day it would rest for a day,
        so every job runs now and counts its interval from here."""
        log.warning("clock_step", action="clock", seconds=round(step.total_seconds(), 1))
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=self._clock())

    def wake_delivery(self) -> None:
        """Deliver now instead of at the next second."""
        if self._scheduler.running:
            self._scheduler.modify_job("deliver", next_run_time=self._clock())

    def wake_poll(self, server: str) -> None:
        """Something changed on the MLflow server of that name: poll it soon.

        However often this is called, polls that it brings lie some seconds apart.
        """
        poll = self._polls.get(server)
        if poll is None or not self._scheduler.running:
            return
        poll.hint()
        if not poll.busy:
            self._hurry(server, poll)

    def _hurry(self, server: str, poll: Poll) -> None:
        """Poll as soon as the server has rested and the last hint is some seconds ago."""
        now = self._clock()
        at = now + timedelta(seconds=HINT_SECONDS)
        if (last := self._hinted_at.get(server)) is not None:
            at = max(at, last + timedelta(seconds=HINTS_APART_SECONDS))
        at = max(at, poll.rests_until or at)
        job = self._scheduler.get_job(poll.job)
        if job.next_run_time is None or at < job.next_run_time:
            self._hinted_at[server] = at
            job.modify(next_run_time=at)

    def _minding_hints(self, server: str, poll: Poll) -> Step:
        """The step of a poll: a hint that came while it could do nothing about it isn't lost."""

        async def step(deps: JobDeps, now: datetime) -> None:
            try:
                await poll(deps, now)
            finally:
                if poll.hinted:
                    self._hurry(server, poll)

        return step

    def _add(self, name: str, step: Step, seconds: int, *, first: datetime) -> None:
        self._scheduler.add_job(
            self._run,
            IntervalTrigger(seconds=seconds, timezone=UTC),
            args=(name, step),
            id=name,
            next_run_time=first,
        )

    async def _run(self, name: str, step: Step) -> None:
        """The one place in the jobs that catches broadly: one failure must not end a job."""
        if (task := asyncio.current_task()) is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            await step(self._deps, self._clock())
        except asyncio.CancelledError:
            log.warning("job_cut_off", action=name)
        except Exception:
            log.exception("job_failed", action=name)
        else:
            self._deps.vitals.ended_at[name] = self._clock()
