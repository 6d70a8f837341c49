"""A worker that outlives its database, and takes over what dead workers left."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog
from procrastinate import App
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.worker import Worker

from storage.fanout.tasks import QUEUE

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Workload:
    """How many workspaces a worker drains at once, and how its life is told from its death.

    `heartbeat` lies between two signs of life, `stalled` after the last one a worker counts as
    dead; what it was at is given to others then. All in seconds.
    """

    concurrency: int
    heartbeat: float = 10.0
    stalled: float = 30.0
    poll: float = 1.0


class Working:
    """Runs one worker after another: a worker ends where the database can't be reached."""

    def __init__(self, app: App, workload: Workload) -> None:
        self._app = app
        self._load = workload
        self._worker: Worker | None = None
        self._stopping = asyncio.Event()
        self._grace: float = 0

    def stop(self, seconds: float) -> None:
        """End `run` as soon as nothing is under way, in so many seconds at most."""
        self._grace = seconds
        self._stopping.set()
        if self._worker is not None:
            self._worker.shutdown_graceful_timeout = seconds
            self._worker.stop()

    async def run(self) -> None:
        """Until stopped."""
        adopting = asyncio.create_task(self._adopt(), name="adopt stalled drains")
        try:
            while not self._stopping.is_set():
                await self._run_once()
        finally:
            adopting.cancel()
            await asyncio.gather(adopting, return_exceptions=True)

    async def _run_once(self) -> None:
        worker = self._worker = self._new()
        try:
            await worker.run()
        except ProcrastinateException as error:
            log.warning("worker_stopped", action="worker", reason=_reason(error))
        else:
            if not self._stopping.is_set():
                log.warning("worker_stopped", action="worker", reason="a side task failed")
        if not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._load.poll)
            await self._forget(worker)

    def _new(self) -> Worker:
        return Worker(
            app=self._app,
            queues=[QUEUE],
            concurrency=self._load.concurrency,
            fetch_job_polling_interval=self._load.poll,
            delete_jobs=DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
            update_heartbeat_interval=self._load.heartbeat,
            stalled_worker_timeout=self._load.stalled,
            shutdown_graceful_timeout=self._grace,
        )

    async def _forget(self, worker: Worker) -> None:
        """Its tasks have ended: without its name, others needn't wait until it counts as dead."""
        if worker.worker_id is not None:
            with suppress(ProcrastinateException):
                await self._app.job_manager.unregister_worker(worker.worker_id)

    async def _adopt(self) -> None:
        """Again and again, end the tasks of workers that have died.

        They aren't begun anew: beside the one that was cut off another may wait, and two that wait
        are forbidden. Whoever looks what is due asks for what is left to do.
        """
        while True:
            with suppress(ProcrastinateException):
                await adopt(self._app, self._load.stalled)
            await asyncio.sleep(self._load.stalled / 3)


async def adopt(app: App, stalled: float) -> int:
    """End the tasks of workers that gave no sign of life for so many seconds; how many."""
    manager, ended = app.job_manager, 0
    await manager.prune_stalled_workers(stalled)
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=stalled):
        # Another worker may have been faster.
        with suppress(ProcrastinateException):
            assert job.id is not None
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
            log.warning("drain_adopted", action="worker", task=job.call_string)
            ended += 1
    return ended


def _reason(error: ProcrastinateException) -> str:
    return str(error.__cause__ or error).strip().partition("\n")[0]
